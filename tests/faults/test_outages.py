"""The broker gone, frozen or emptied: nobody notices. The database gone: everybody is told so, and nothing is lost.

Times are compared within the run, healthy and sick in turn, and printed; asserted is only what nobody could call slow
by accident: a frozen broker used to hang a request for 45 seconds.
"""

from __future__ import annotations

import signal
import statistics
from collections.abc import Callable, Iterator

import psycopg
import pytest

from config.embedded import processes
from config.parts import Running
from tests.faults.conftest import judged, settle
from tests.faults.judge import broken_promises
from tests.faults.machine import Machine
from tests.faults.organisation import configuration
from tests.faults.sender import Answer, History, Sender, at_the_same_time, delivery

SLOWEST = 4.5  # seconds: whoever asked the broker would wait its five
ROUNDS, A_ROUND = 3, 30


@pytest.fixture
def stack(machine: Machine, database: str) -> Iterator[dict[str, Running]]:
    """Web and worker; the sweeper is started by whoever wants one."""
    running = {kind: machine.start(kind, database) for kind in ("web", "worker")}
    yield running
    for each in running.values():
        each.kill()


@pytest.fixture
def sweeper(machine: Machine, database: str) -> Iterator[Running]:
    running = machine.start("sweeper", database)
    yield running
    running.kill()


@pytest.fixture
def valkey(machine: Machine) -> Iterator[None]:
    """Whatever a test does to the broker, the next finds it well."""
    yield
    if machine.servers["valkey"].exit_code() is None:
        machine.thaw("valkey")
    else:
        machine.start_server("valkey")


def send(sender: Sender, name: str, count: int = A_ROUND) -> list[Answer]:
    return [sender.post(delivery(f"{name}-{each}", f"{name}-{each}@example.net")) for each in range(count)]


def p99(answers: list[Answer]) -> float:
    return statistics.quantiles([answer.took for answer in answers], n=100)[98]


class Broker:
    """Three ways in which it may fail, and back."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def freeze(self) -> None:
        self._machine.freeze("valkey")

    def thaw(self) -> None:
        self._machine.thaw("valkey")

    def stop(self) -> None:
        self._machine.stop_server("valkey", signal.SIGKILL)

    def start(self) -> None:
        self._machine.start_server("valkey")

    def flush(self) -> None:
        self._machine.flush()

    def leave(self) -> None:
        return


TROUBLES = {"frozen": ("freeze", "thaw"), "stopped": ("stop", "start"), "flushed": ("flush", "leave")}


@pytest.mark.usefixtures("stack", "sweeper", "valkey")
@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_broker_in_trouble_delays_no_answer_and_no_lead(
    trouble: str,
    machine: Machine,
    rows: psycopg.Connection,
    history: History,
    record_property: Callable[[str, object], None],
) -> None:
    sender, broker = Sender(machine.port, history), Broker(machine)
    begin, end = (getattr(broker, name) for name in TROUBLES[trouble])
    send(sender, "first")
    well: list[Answer] = []
    sick: list[Answer] = []
    for number in range(ROUNDS):
        well += send(sender, f"well{number}")
        begin()
        sick += send(sender, f"sick{number}")
        end()

    settle(rows)
    record_property("figures", f"broker {trouble}: p99 {p99(well) * 1000:.0f} ms well, {p99(sick) * 1000:.0f} ms sick")
    assert {answer.status for answer in well + sick} == {202}
    assert max(answer.took for answer in sick) < SLOWEST
    assert judged(rows, history) == {}


@pytest.mark.usefixtures("stack", "valkey")
def test_what_only_a_nudge_would_route_stays_behind_and_the_judge_says_so(
    machine: Machine, database: str, rows: psycopg.Connection, history: History
) -> None:
    """The usual design is a message to a worker and nothing else: with the broker frozen its leads are lost."""
    send(Sender(machine.port, history), "before", 1)
    settle(rows)  # the worker is there: what it finds when it begins is not what this is about
    machine.freeze("valkey")
    send(Sender(machine.port, history), "quiet", 20)
    broken = broken_promises(rows, history, configuration())
    # The round in which it routed that one may have taken the first of these along.
    assert len(broken["unended"]) == len(broken["lost"]) >= 15
    assert broken["false_2xx"] == []

    sweeper = machine.start("sweeper", database)
    settle(rows)
    sweeper.kill()
    assert judged(rows, history) == {}


@pytest.mark.usefixtures("stack", "sweeper")
def test_without_the_database_everybody_is_told_to_send_again(
    machine: Machine, database: str, rows: psycopg.Connection, history: History
) -> None:
    sender = Sender(machine.port, history)
    send(sender, "before", 10)
    rows.close()
    machine.stop_server("postgres")
    try:
        answers = send(sender, "without", 10)
    finally:
        machine.start_server("postgres")

    assert {answer.status for answer in answers} == {503}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
    assert all(answer.headers["content-type"] == "application/problem+json" for answer in answers)
    assert max(answer.took for answer in answers) < 2 * SLOWEST
    for answer in answers:
        assert sender.deliver(answer.delivery, tries=10).status == 202
    with machine.connect(database) as again:
        settle(again)
        assert judged(again, history) == {}


@pytest.mark.usefixtures("stack", "sweeper")
def test_sessions_that_are_cut_again_and_again_leave_no_half_of_anything(
    machine: Machine, rows: psycopg.Connection, history: History
) -> None:
    sender = Sender(machine.port, history)
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = %s"
    for number in range(6):
        rows.execute(cut, [rows.info.dbname])
        for each in range(10):
            sender.deliver(delivery(f"cut{number}-{each}", f"cut{number}-{each}@example.net"))

    settle(rows)
    assert {answer.status for answer in history.answers} <= {202, 200, 503}
    assert judged(rows, history) == {}


@pytest.mark.usefixtures("stack", "sweeper")
def test_with_a_frozen_database_nobody_waits_for_ever(
    machine: Machine, rows: psycopg.Connection, history: History
) -> None:
    """A frozen server closes no connection, so only a limit of time ends the waiting."""
    sender = Sender(machine.port, history)
    send(sender, "before", 10)
    frozen = processes.working_in(machine.data / "pg", "postgres")
    processes.send(frozen, signal.SIGSTOP)
    try:
        answers = at_the_same_time(
            sender, [delivery(f"frozen{each}", f"frozen{each}@example.net") for each in range(12)]
        )
    finally:
        processes.send(frozen, signal.SIGCONT)

    assert {answer.status for answer in answers} == {503}
    assert max(answer.took for answer in answers) < 5 * SLOWEST
    for answer in answers:
        assert sender.deliver(answer.delivery, tries=10).status in (200, 202)
    settle(rows)
    assert judged(rows, history) == {}
