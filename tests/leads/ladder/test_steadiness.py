"""A clock that steps: nobody loses a lead by it, everybody is still told, and RevOps hear of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection

from leads import ladder
from leads.ladder import steadiness
from leads.ladder.steadiness import HOLD_S, Steadiness
from leads.models import Alarm, Lead, SlaClock
from tests.organisation import NOON

pytestmark = pytest.mark.django_db
# The database's own clock, put on or back: functions of a schema that comes before the built-in one.
SKEWED = """
CREATE SCHEMA skewed;
CREATE TABLE skewed.skew (by interval NOT NULL);
INSERT INTO skewed.skew VALUES ('0');
CREATE FUNCTION skewed.clock_timestamp() RETURNS timestamptz VOLATILE LANGUAGE sql AS
    'SELECT pg_catalog.clock_timestamp() + by FROM skewed.skew';
SET LOCAL search_path = skewed, pg_catalog, public;
"""


class Monotonic:
    """A clock of our own that goes on when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def monotonic(monkeypatch: pytest.MonkeyPatch) -> Iterator[Monotonic]:
    clock = Monotonic()
    monkeypatch.setattr(steadiness._Process, "seen", Steadiness(clock))
    yield clock
    steadiness.forget()


@pytest.fixture
def skew(db: None) -> Callable[[timedelta], None]:
    with connection.cursor() as cursor:
        cursor.execute(SKEWED)

    def put(by: timedelta) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE skewed.skew SET by = by + make_interval(secs => %s)", [by.total_seconds()])

    return put


def test_a_clock_that_goes_as_time_does_has_not_stepped():
    seen = Steadiness(lambda: 0.0)
    seen.step(100.0, NOON, 100.1)

    assert seen.step(130.0, NOON + timedelta(seconds=30), 130.1) == 0
    assert seen.step(136.0, NOON + timedelta(seconds=40), 136.1) == 0  # four seconds may be anything


@pytest.mark.parametrize("jump", [3600, -3600, 6, -6])
def test_a_jump_either_way_is_a_step(jump):
    seen = Steadiness(lambda: 0.0)
    seen.step(100.0, NOON, 100.1)

    found = seen.step(101.0, NOON + timedelta(seconds=1 + jump), 101.1)

    assert found == pytest.approx(jump, abs=0.2)
    assert seen.step(102.0, NOON + timedelta(seconds=2 + jump), 102.1) == 0


def test_an_answer_that_was_long_on_its_way_is_no_step():
    seen = Steadiness(lambda: 0.0)
    seen.step(100.0, NOON, 130.0)

    assert seen.step(131.0, NOON + timedelta(seconds=31), 131.1) == 0


def test_after_a_step_nobody_loses_a_lead_for_a_minute_and_revops_see_an_alarm(deliver, monotonic, skew):
    lead = deliver(email="pat@corp.com")
    ladder.enforce_due()
    monotonic.now += 1

    skew(timedelta(hours=1))
    for _ in range(5):
        ladder.enforce_due()

    assert [kind(lead, step) for step in range(3)] == ["Reminded", "Told", ""]
    assert Lead.objects.get(pk=lead.pk).epoch == 1
    alarm = Alarm.objects.get(kind="clock_step")
    assert "went forward by 3599 s" in alarm.text or "went forward by 3600 s" in alarm.text

    monotonic.now += HOLD_S - 1
    skew(timedelta(seconds=HOLD_S - 1))
    assert ladder.enforce_due() == 0
    monotonic.now += 2
    skew(timedelta(seconds=2))
    assert ladder.enforce_due() == 1
    assert Lead.objects.get(pk=lead.pk).epoch == 2


def test_another_process_that_has_just_started_holds_as_well(deliver, monotonic, skew):
    lead = deliver(email="pat@corp.com")
    ladder.enforce_due()
    skew(timedelta(hours=1))
    ladder.enforce_due()

    steadiness.forget()
    for _ in range(5):
        ladder.enforce_due()

    assert Lead.objects.get(pk=lead.pk).epoch == 1


def test_a_clock_put_back_makes_nothing_early(deliver, monotonic, skew):
    lead = deliver(email="pat@corp.com")
    SlaClock.objects.filter(lead=lead).update(next_at=lead.received_at - timedelta(minutes=1))
    ladder.enforce_due()
    monotonic.now += 1

    skew(-timedelta(hours=1))

    assert ladder.enforce_due() == 0
    assert Alarm.objects.get(kind="clock_step").text.startswith("The clock of the database went back by")


def kind(lead: Lead, step: int) -> str:
    line = lead.timeline.filter(step=step).first()
    return line.text.split()[0] if line else ""
