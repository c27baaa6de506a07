"""The worked table of promises comes out exactly, by the clocks that assignments start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.clocks import calendars
from leads.configuration import store
from leads.promises import Promises
from leads.tables import CLOCK
from leads.world import known
from reps.hours import Calendar, parse_week

NEW_YORK = ZoneInfo("America/New_York")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
COMPANY = """
version: 1
teams: [{{slug: east, name: East, timezone: America/New_York, hours: {hours}}}]
reps: [{{email: ada@example.com, name: Ada, team: east, timezone: America/New_York, hours: {hours}}}]
holidays: [{{day: 2026-07-03, name: Independence Day}}]
sla_policies: [{{slug: p, name: P, respond_within: {promise}, clock: {clock}, default: true, steps: {steps}}}]
"""


def local(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=NEW_YORK)


def started(spans: list[str], promise: str, clock: str, start: datetime, steps: str = "[]") -> dict[str, object]:
    """The clock of a lead that Ada is given at `start`, by the names of its columns."""
    hours = orjson.dumps(dict.fromkeys(WEEKDAYS, spans)).decode()
    store.load(COMPANY.format(hours=hours, promise=promise, clock=clock, steps=steps), now=start)
    begun = Promises(known(), start).start(facts={}, named=None, rep="ada@example.com")
    return dict(zip(CLOCK[CLOCK.index("policy") :], begun, strict=True))


@pytest.mark.django_db
@pytest.mark.parametrize("clock", ["rep_hours", "team_hours"])
@pytest.mark.parametrize(
    ("spans", "promise", "start", "due"),
    [
        (["08:00-17:00"], "4h", local(6, 5, 16), local(6, 8, 11)),
        (["09:00-17:00"], "4h", local(6, 3, 18), local(6, 4, 13)),
        (["09:00-17:00"], "5m", local(6, 5, 16, 57), local(6, 8, 9, 2)),
        (["09:00-17:00"], "5m", local(6, 5, 17), local(6, 8, 9, 5)),
        (["09:00-12:00", "13:00-17:00"], "30m", local(6, 4, 11, 50), local(6, 4, 13, 20)),
        (["09:00-17:00"], "60m", local(7, 2, 16, 30), local(7, 6, 9, 30)),
    ],
)
def test_working_time(clock: str, spans: list[str], promise: str, start: datetime, due: datetime) -> None:
    assert started(spans, promise, clock, start)["due_at"] == due


@pytest.mark.django_db
def test_real_time_asks_for_nobodys_hours() -> None:
    assert started(["09:00-17:00"], "60m", "always", local(3, 8, 1, 30))["due_at"] == local(3, 8, 3, 30)


@pytest.mark.django_db
def test_steps_run_on_the_same_clock() -> None:
    steps = "[{after: 10m, unless: accepted, do: notify_manager}, {after: 30m, unless: contacted, do: reassign}]"

    clock = started(["09:00-17:00"], "5m", "rep_hours", local(6, 5, 16, 55), steps)

    times = [datetime.fromisoformat(step["at"]) for step in orjson.loads(str(clock["steps"]))]
    assert times == [local(6, 8, 9, 5), local(6, 8, 9, 25)]
    assert clock["next_at"] == times[0]


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)), st.integers(1, 20000))
def test_a_promise_is_never_due_early_and_always_in_working_hours(naive: datetime, minutes: int) -> None:
    start, promised = naive.replace(tzinfo=UTC), timedelta(minutes=minutes)
    spans = ["09:00-12:00", "13:00-17:00"]
    calendar = Calendar(parse_week(dict.fromkeys(WEEKDAYS, spans), "America/New_York"), frozenset())

    (due,) = calendars.instants(calendar, start, [promised])

    there = due.astimezone(NEW_YORK)
    assert due - start >= promised
    assert there.weekday() < 5
    assert 9 <= there.hour < 12 or 13 <= there.hour < 17
