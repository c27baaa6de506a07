"""The ladder under faults: sweepers beside each other, deaths while leads move, and a database clock that steps."""

from __future__ import annotations

import json
from collections.abc import Callable

import psycopg
import pytest

from config.embedded import processes
from tests.faults.conftest import judged
from tests.faults.hand import Hand
from tests.faults.machine import Machine
from tests.faults.organisation import configuration
from tests.faults.sender import Act, History

Hands = Callable[..., Hand]
KILLED = 137
STILL_TO_DO = {"unended", "lost", "overdue"}
SILENT = ("after_moves", "before_silence_commit", "after_step_commit")
AWAY = ("after_moves", "before_away_commit", "after_away")
HELD = """
SELECT lead.id, lead.epoch, person.email FROM leads_lead AS lead
JOIN reps_rep AS rep ON rep.id = lead.rep_id JOIN reps_user AS person ON person.id = rep.user_id ORDER BY lead.id
"""
# Asked long ago, and not heard of since.
FELL_SILENT = """
UPDATE leads_slaclock SET policy = policy || '{"silent_after_s": 2}', silent_since = clock_timestamp() - interval '2 s',
    asked_at = clock_timestamp() - interval '1 s', silent_at = clock_timestamp()
WHERE lead_id = %s AND state = 'running'
"""
GOES_AWAY = """
INSERT INTO reps_timeoff (rep_id, start, "end", kind, note)
SELECT rep.id, clock_timestamp(), clock_timestamp() + interval '1 day', 'pto', '' FROM reps_rep AS rep
JOIN reps_user AS person ON person.id = rep.user_id WHERE person.email = %s
"""
# The database's clock, which a test puts on or back: found before the built-in one by every session that begins after.
SKEWED = """
CREATE SCHEMA skewed;
CREATE TABLE skewed.skew (by interval NOT NULL);
INSERT INTO skewed.skew VALUES ('0');
CREATE FUNCTION skewed.clock_timestamp() RETURNS timestamptz VOLATILE LANGUAGE sql AS
    'SELECT pg_catalog.clock_timestamp() + by FROM skewed.skew';
"""


def bring(hand: Hand, count: int, campaign: str) -> None:
    bodies = [json.dumps({"email": f"p{number}@example.net", "campaign": campaign}) for number in range(count)]
    hand.do("receive", source="open", bodies=bodies)
    hand.do("route")


def number(rows: psycopg.Connection, statement: str) -> int:
    found = rows.execute(statement).fetchone()
    assert found
    return int(found[0])


def test_three_sweepers_take_each_of_many_steps_once_and_nobody_gets_a_lead_twice(
    rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    sweepers = [hand(f"sweeper{each}") for each in range(3)]
    bring(sweepers[0], 250, "hasty")
    due = "SELECT count(*) FROM leads_slaclock WHERE (steps -> 1 ->> 'at')::timestamptz > clock_timestamp()"
    assert processes.wait_until(lambda: number(rows, due) == 0, 20)

    for each in sweepers:
        each.tell("enforce")
    for each in sweepers:
        assert each.hear()["ok"]
    sweepers[0].do("enforce")

    assert number(rows, "SELECT count(*) FROM leads_timelineentry WHERE epoch = 1 AND step = 0") == 250
    assert number(rows, "SELECT count(*) FROM leads_timelineentry WHERE epoch = 1 AND step = 1") == 250
    twice = "SELECT lead_id FROM leads_assignment GROUP BY lead_id, rep_id HAVING count(*) > 1"
    assert rows.execute(twice).fetchall() == []
    assert judged(rows, history) == {}


@pytest.mark.parametrize("point", SILENT)
def test_a_silent_lead_is_taken_back_once_whoever_dies_over_it(
    point: str, rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    worker = hand()
    bring(worker, 3, "steady")
    for lead, epoch, email in rows.execute(HELD).fetchall():
        worker.do("accept", lead=lead, by=email, epoch=epoch)
        history.note_act(Act("accept", lead, epoch, True, ""))
        rows.execute(FELL_SILENT, [lead])

    dies(hand, point)
    assert judged(rows, history).keys() <= STILL_TO_DO

    hand("again").do("sweep", seconds=2)
    assert judged(rows, history) == {}
    assert rows.execute("SELECT epoch, status FROM leads_lead").fetchall() == [(2, "assigned")] * 3
    assert number(rows, "SELECT count(*) FROM leads_assignment WHERE ended_as = 'silent'") == 3
    assert number(rows, "SELECT count(*) FROM leads_assignment") == 6


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("point", AWAY)
def test_who_goes_away_hands_over_once_whoever_dies_over_it(
    point: str, rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    worker = hand()
    bring(worker, 8, "steady")
    ((_, _, email), *_) = rows.execute(HELD).fetchall()
    rows.execute(GOES_AWAY, [email])
    rows.execute("UPDATE reps_revision SET number = number + 1")

    dies(hand, point)
    hand("again").do("sweep", seconds=2)

    assert email not in {holder for _, _, holder in rows.execute(HELD).fetchall()}
    assert number(rows, "SELECT count(*) FROM leads_assignment WHERE ended_as = 'away'") == 2
    assert number(rows, "SELECT count(*) FROM leads_assignment") == 10
    begun = "handed_over_at IS NOT NULL AND start > clock_timestamp() - interval '1 hour'"
    assert number(rows, f"SELECT count(*) FROM reps_timeoff WHERE {begun}") == 1
    assert judged(rows, history).keys() <= {"unfair"}  # who is away has fewer


@pytest.mark.usefixtures("fresh")
def test_a_clock_that_steps_takes_no_lead_but_everybody_is_told(
    machine: Machine, database: str, rows: psycopg.Connection, hand: Hands
) -> None:
    rows.execute(SKEWED)
    rows.execute(f"ALTER DATABASE {database} SET search_path = skewed, pg_catalog, public")
    worker = hand()
    worker.do("load", text=configuration(ladder=("20m", "30m")))
    bring(worker, 20, "hasty")
    sweeper = machine.start("sweeper", database)
    try:
        assert processes.wait_until(lambda: number(rows, "SELECT count(*) FROM leads_heartbeat") > 0, 30)
        rows.execute("UPDATE skewed.skew SET by = '1 hour'")

        reminded = "SELECT count(*) FROM notifications_notification WHERE kind = 'reminder'"
        assert processes.wait_until(lambda: number(rows, reminded) == 20, 20)
        alarm = "SELECT count(*) FROM leads_alarm WHERE kind = 'clock_step'"
        assert number(rows, alarm) == 1
        went_round = number(rows, "SELECT extract(epoch FROM max(at)) FROM leads_heartbeat")
        later = f"SELECT count(*) FROM leads_heartbeat WHERE extract(epoch FROM at) > {went_round + 2}"
        assert processes.wait_until(lambda: number(rows, later) > 0, 20)
        assert number(rows, "SELECT count(*) FROM leads_assignment WHERE ended_at IS NOT NULL") == 0
        assert "went forward by" in machine.log("sweeper")

        # A process that has just started sees the alarm of the other.
        hand("other").do("enforce")
        assert number(rows, "SELECT count(*) FROM leads_assignment WHERE ended_at IS NOT NULL") == 0

        rows.execute("UPDATE leads_alarm SET last_at = last_at - interval '1 hour'")
        hand("later").do("enforce")
        assert number(rows, "SELECT count(*) FROM leads_assignment WHERE ended_as = 'sla'") == 20
    finally:
        sweeper.kill()


def dies(hand: Hands, point: str) -> None:
    dying = hand("dying", CRASH_AT=point)
    dying.tell("sweep", seconds=30)
    assert dying.dies() == KILLED
