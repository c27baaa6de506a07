"""What a rep was given and what became of it: times, promises, days, and the team beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leads.models import Assignment, Lead, SlaClock
from leads.own_numbers.chart import chart
from leads.own_numbers.figures import Day, Figures, figures, spread
from leads.world import known
from reps.models import Rep
from tests.organisation import NOON, make_lead, make_rep, make_team

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOW = NOON + 10 * HOUR
OFFICE = {day: ["09:00-12:00", "13:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.fixture
def ada() -> Rep:
    return make_rep(team=make_team())


def given(rep: Rep, at: datetime = NOON, contact: timedelta | None = None, **clock: object) -> Lead:
    """A lead that is due after five minutes, and spoken to after `contact`."""
    lead = make_lead(rep=rep, at=at)
    if contact is not None:
        Assignment.objects.filter(lead=lead).update(accepted_at=at, contacted_at=at + contact)
        SlaClock.objects.filter(lead=lead).update(state="finished", finished_at=at + contact)
    if clock:
        SlaClock.objects.filter(lead=lead).update(**clock)
    return lead


def ended(lead: Lead, code: str, after: timedelta) -> None:
    at = lead.received_at + after
    Assignment.objects.filter(lead=lead).update(ended_at=at, ended_as=code)
    SlaClock.objects.filter(lead=lead).update(state="stopped", finished_at=at)


def shown(rep: Rep, days: int = 7, now: datetime = NOW) -> Figures:
    return figures(rep, days, known(), now)


def test_half_and_nine_of_ten_are_told_of_the_first_contacts(ada):
    for minutes in range(1, 12):
        given(ada, contact=minutes * MINUTE)

    found = shown(ada)

    assert (found.by_the_wall.median, found.by_the_wall.p90, found.by_the_wall.count) == (6 * MINUTE, 10 * MINUTE, 11)


def test_a_promise_is_kept_at_its_very_instant_and_broken_after_it(ada):
    given(ada, contact=5 * MINUTE)
    given(ada, contact=5 * MINUTE + timedelta(microseconds=1))

    found = shown(ada)

    assert (found.kept, found.broken, found.share) == (1, 1, 0.5)
    assert found.late == [timedelta(microseconds=1)]


def test_a_promise_that_nobody_kept_is_broken_although_it_runs_on(ada):
    given(ada)

    assert (shown(ada).broken, shown(ada).late) == (1, [10 * HOUR - 5 * MINUTE])
    assert (shown(ada, now=NOON + 4 * MINUTE).broken, shown(ada, now=NOON + 4 * MINUTE).kept) == (0, 0)


def test_what_left_in_time_is_neither_and_what_left_late_is_broken(ada):
    ended(given(ada), "declined", 2 * MINUTE)
    ended(given(ada), "sla", 30 * MINUTE)

    found = shown(ada)

    assert (found.given, found.declined, found.taken_away, found.kept, found.broken) == (2, 1, 1, 0, 1)
    assert found.late == [25 * MINUTE]
    assert found.days[-1] == Day(NOON.date(), given=2, kept=0, broken=1)
    assert found.days[-1].neither == 1


def test_a_promise_of_working_hours_is_measured_in_them(ada):
    Rep.objects.update(hours=OFFICE)
    rep = make_rep(email="bob@example.com", hours=OFFICE)
    # From eleven in the morning to two in the afternoon, with lunch between.
    given(rep, at=NOON - HOUR, contact=3 * HOUR, basis="rep_hours")

    found = shown(rep)

    assert (found.by_the_promise.median, found.by_the_wall.median) == (2 * HOUR, 3 * HOUR)


def test_days_are_those_of_the_reps_own_calendar(ada):
    tokyo = make_rep(email="ken@example.com", timezone="Asia/Tokyo")
    given(tokyo, at=datetime(2026, 6, 3, 14, 59, tzinfo=UTC))
    given(tokyo, at=datetime(2026, 6, 3, 15, 0, tzinfo=UTC))

    found = shown(tokyo, days=2, now=datetime(2026, 6, 3, 16, tzinfo=UTC))

    assert [(str(day.day), day.given) for day in found.days] == [("2026-06-03", 1), ("2026-06-04", 1)]


def test_what_is_older_than_the_days_is_left_out(ada):
    given(ada, at=NOON - timedelta(days=7))
    given(ada, at=NOON - timedelta(days=6))

    assert shown(ada, days=7).given == 1
    assert shown(ada, days=30).given == 2


def test_the_team_is_told_only_where_nobody_in_particular_is_meant(ada):
    given(ada, contact=MINUTE)
    given(make_rep(email="bob@example.com", team=ada.team), contact=3 * MINUTE)
    assert shown(ada).team is None

    given(make_rep(email="cleo@example.com", team=ada.team), contact=9 * MINUTE)
    given(make_rep(email="max@example.com", team=make_team(slug="others")), contact=MINUTE)
    found = shown(ada).team

    assert found is not None
    assert (found.real.median, found.kept, found.broken) == (3 * MINUTE, 2, 1)


def test_of_nothing_nothing_is_said(ada):
    found = shown(ada)

    assert (found.given, found.share, found.by_the_wall.median, found.team) == (0, None, None, None)
    assert spread([]).p90 is None


def test_bars_stand_on_each_other_and_never_above_the_scale():
    days = [Day(NOON.date(), given=5, kept=2, broken=1), Day(NOON.date())]

    drawn = chart(days)

    assert drawn.top == 6
    kept, broken, neither = drawn.bars[0].parts
    assert [part.kind for part in drawn.bars[0].parts] == ["kept", "broken", "neither"]
    assert kept.y == pytest.approx(broken.y + broken.height)
    assert broken.y == pytest.approx(neither.y + neither.height)
    assert neither.y >= 6
    assert drawn.bars[1].parts == []
    assert [mark for mark, _, _ in drawn.lines] == [0, 3, 6]
