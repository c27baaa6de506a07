"""Whatever the hours are and become, a promise that is worked out anew is where its calendar says, and never early."""

from datetime import UTC, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from leads.clocks import anew, calendars
from leads.models import SlaClock
from reps.hours import working_between
from tests.reps.test_hours import calendars_and_starts

SPANS = st.lists(st.integers(60, 3 * 86400), min_size=1, max_size=4).map(sorted)


def running(calendar, start, spans) -> SlaClock:
    """As routing writes it: due after the first of these seconds, with a step at each."""
    due, *times = calendars.instants(calendar, start, [timedelta(seconds=one) for one in (spans[0], *spans)])
    steps = [
        {"after_s": float(one), "at": at.astimezone(UTC).isoformat(), "unless": "accepted", "do": "remind"}
        for one, at in zip(spans, times, strict=True)
    ]
    policy = {"respond_within_s": float(spans[0])}
    return SlaClock(policy=policy, started_at=start, due_at=due, steps=steps, next_step=0, next_at=times[0])


def put(clock: SlaClock, changes) -> None:
    for name, value in changes.items():
        setattr(clock, name, value)


@settings(deadline=None)
@given(calendars_and_starts(), SPANS, st.integers(0, 10**7))
def test_with_unchanged_hours_nothing_changes_whenever_it_is_asked(case, spans, later):
    calendar, start = case[:2]
    clock = running(calendar, start, spans)

    assert anew.changes(clock, calendar, None, start + timedelta(seconds=later)) == {}


@settings(deadline=None)
@given(calendars_and_starts(), calendars_and_starts(), SPANS, st.integers(0, 10**6), st.data())
def test_other_hours_move_what_is_ahead_and_nothing_else_and_only_once(case, other, spans, later, data):
    (before, start), after = case[:2], other[0]
    clock = running(before, start, spans)
    clock.next_step = data.draw(st.integers(0, len(spans)))
    clock.next_at = running(before, start, spans[clock.next_step :]).next_at if clock.next_step < len(spans) else None
    acted, now = list(clock.steps[: clock.next_step]), start + timedelta(seconds=later)

    put(clock, anew.changes(clock, after, None, now))

    anew_from_start = running(after, start, spans)
    assert clock.due_at == anew_from_start.due_at
    assert clock.steps == [*acted, *anew_from_start.steps[clock.next_step :]]
    if clock.next_step == len(spans):
        assert clock.next_at is None
    else:
        worked = working_between(after, start, clock.next_at)
        assert worked >= timedelta(seconds=spans[clock.next_step]) or worked == timedelta(0)
    assert anew.changes(clock, after, None, now + timedelta(hours=1)) == {}
