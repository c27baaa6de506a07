"""One machine for all fault tests: PostgreSQL with fsync on, Valkey, and a database made ready to be copied."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import psycopg
import pytest

from config.embedded import processes
from tests.faults.hand import Hand
from tests.faults.judge import Broken, broken_promises, only_broken
from tests.faults.machine import Machine, end_parts_since, parts_started, shared_machine
from tests.faults.organisation import configuration
from tests.faults.sender import History

_numbers = itertools.count()
SWEPT = """
DELETE FROM leads_answer; DELETE FROM leads_enquiry; DELETE FROM leads_providerhealth;
DELETE FROM leads_lookagain; DELETE FROM leads_activity;
DELETE FROM notifications_attempt; DELETE FROM notifications_delivery; DELETE FROM notifications_outgoingevent;
DELETE FROM notifications_preference; DELETE FROM notifications_lane; DELETE FROM notifications_channel;
DELETE FROM notifications_subscription; DELETE FROM notifications_usedlink;
UPDATE notifications_notification SET folded_into_id = NULL;
DELETE FROM notifications_notification; DELETE FROM leads_timelineentry; DELETE FROM leads_touch;
DELETE FROM leads_slaclock; DELETE FROM routing_ledgerline; UPDATE leads_lead SET decision_id = NULL;
DELETE FROM leads_assignment; DELETE FROM leads_lead; DELETE FROM routing_decision;
DELETE FROM routing_backtest; DELETE FROM leads_inboundevent; DELETE FROM leads_alarm; DELETE FROM leads_heartbeat;
UPDATE routing_member SET level = 0, opened = false;
"""
SETTLED = """
SELECT NOT EXISTS (SELECT FROM leads_inboundevent WHERE status IN ('waiting', 'enriching'))
   AND NOT EXISTS (SELECT FROM leads_slaclock WHERE state = 'running' AND next_at <= clock_timestamp())
"""


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    with shared_machine() as machine:
        yield machine


@pytest.fixture
def fresh() -> None:
    """Ask for a database that nobody used before: for tests that change the organisation or the tables."""


@pytest.fixture
def database(machine: Machine, floor: str, request: pytest.FixtureRequest) -> str:
    """A database with the organisation in it and no lead yet."""
    if "fresh" in request.fixturenames:
        return machine.create(f"fresh{next(_numbers)}")
    with machine.connect(floor) as connection:
        connection.execute(SWEPT)
    return floor


@pytest.fixture(scope="session")
def floor(machine: Machine) -> str:
    """The database that tests share one after another: making one costs more than most tests do."""
    return machine.create("floor")


@pytest.fixture(autouse=True)
def nobody_stays() -> Iterator[None]:
    """Tests share a database: a sweeper left behind by one would route what the next wants to see waiting."""
    before = parts_started()
    yield
    end_parts_since(before)


@pytest.fixture
def rows(machine: Machine, database: str) -> Iterator[psycopg.Connection]:
    with machine.connect(database) as connection:
        yield connection


@pytest.fixture
def hand(machine: Machine, database: str) -> Iterator[Callable[..., Hand]]:
    """Start a process that does what it is told."""
    hands: list[Hand] = []

    def start(name: str = "hand", **environ: str) -> Hand:
        hands.append(Hand(machine.environ(database, **environ), name=name))
        return hands[-1]

    yield start
    for each in hands:
        each.kill()


@pytest.fixture
def history() -> History:
    return History()


def settle(rows: psycopg.Connection, seconds: float = 60) -> None:
    """Wait until nothing waits and nothing is due: judging earlier would call late what is only on its way."""
    assert processes.wait_until(lambda: is_settled(rows), seconds, 0.05), "it did not come to rest"


def is_settled(rows: psycopg.Connection) -> bool:
    found = rows.execute(SETTLED).fetchone()
    return bool(found and found[0])


def judged(rows: psycopg.Connection, history: History) -> Broken:
    """The promises that were not kept."""
    return only_broken(broken_promises(rows, history, configuration()))
