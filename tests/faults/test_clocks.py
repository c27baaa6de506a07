"""F14: the clock of the database steps by an hour and back, under two sweepers at work.

The step is made where everybody reads the time: `clock_timestamp()` of this one database is a function of ours that
adds to the server's, found first on its search path.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql

from config.embedded import processes
from tests.faults.hand import Hand
from tests.faults.machine import Machine
from tests.faults.organisation import configuration

LEADS = 20
WATCHED_S = 3.0  # ten rounds of a sweeper
LADDER = ("10m", "20m")
STEPPED = """
CREATE SCHEMA stepped;
CREATE TABLE stepped.step (by interval NOT NULL);
INSERT INTO stepped.step VALUES ('0');
CREATE FUNCTION stepped.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
    'SELECT pg_catalog.clock_timestamp() + (SELECT by FROM stepped.step)';
"""
LEAD = '{"email": "p%d@example.net", "campaign": "hasty", "first_name": "P"}'


@pytest.fixture
def step(machine: Machine, database: str) -> Iterator[Callable[[str], None]]:
    """Put the clock of this database on or back, by an interval against the server's."""
    with machine.connect(database) as connection:
        connection.autocommit = True
        connection.execute(STEPPED)
        path = sql.SQL("ALTER DATABASE {} SET search_path = stepped, public, pg_catalog")
        connection.execute(path.format(sql.Identifier(database)))
        yield lambda by: connection.execute("UPDATE stepped.step SET by = %s::interval", [by]) and None


def count(rows: psycopg.Connection, statement: str) -> int:
    found = rows.execute(statement).fetchone()
    rows.commit()
    assert found
    return int(found[0])


def until(rows: psycopg.Connection, statement: str, wanted: int) -> None:
    assert processes.wait_until(lambda: count(rows, statement) >= wanted, 30, 0.05), statement


@pytest.mark.usefixtures("fresh")
def test_a_step_of_the_databases_clock_takes_no_lead_from_anybody(
    machine: Machine, database: str, rows: psycopg.Connection, hand: Callable[..., Hand], step: Callable[[str], None]
) -> None:
    """Forward, every step of every ladder is due at once: people are told, but nobody loses a lead for a minute."""
    boss = hand()
    boss.do("load", text=configuration(ladder=LADDER))
    boss.do("receive", source="open", bodies=[LEAD % number for number in range(LEADS)])
    boss.do("route")
    sweepers = [machine.start("sweeper", database, name) for name in ("sweeper1", "sweeper2")]
    reminded = "SELECT count(*) FROM leads_timelineentry WHERE kind = 'sla' AND step = 0"
    moved = "SELECT count(*) FROM leads_assignment WHERE ended_at IS NOT NULL"
    try:
        until(rows, "SELECT count(*) FROM leads_heartbeat WHERE name = 'sweeper'", 1)
        time.sleep(WATCHED_S)  # both know how the clock goes
        assert (count(rows, reminded), count(rows, moved)) == (0, 0)

        step("1 hour")
        until(rows, reminded, LEADS)
        until(rows, "SELECT count(*) FROM leads_alarm WHERE kind = 'clock_step'", 1)
        time.sleep(WATCHED_S)
        assert count(rows, moved) == 0

        step("0")
        until(rows, "SELECT sum(count) FROM leads_alarm WHERE kind = 'clock_step'", 2)
        time.sleep(WATCHED_S)
        assert count(rows, moved) == 0
        assert count(rows, reminded) == LEADS
    finally:
        for each in sweepers:
            each.kill()
