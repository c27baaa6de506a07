"""What ends is started again, what falls silent is ended, and nothing stays behind."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from config.embedded import processes
from config.parts import Part
from config.supervisor import DidNotStart, Supervisor

WAIT = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
SAYS_GOODBYE = """
import os, signal, sys, time
def end(*_):
    time.sleep(float(sys.argv[2]))
    os.write(1, sys.argv[1].encode() + b"\\n")
    sys.exit()
signal.signal(signal.SIGTERM, end)
os.write(1, b"up\\n")
time.sleep(60)
"""
PARENT = "import subprocess, sys, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"


def part(name: str, code: str = WAIT, **more: Any) -> Part:
    return Part(name=name, command=(sys.executable, "-c", code), folder=Path("/"), **more)


class Run:
    """A supervisor at work; its loop needs the main thread, so the test's steps run beside it."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.supervisor = Supervisor(self.told.append)

    def while_running(self, steps: Callable[[], object]) -> None:
        with ThreadPoolExecutor(1) as beside:
            outcome = beside.submit(steps)
            outcome.add_done_callback(lambda _: self.supervisor.request_stop())
            self.supervisor.run_until_stopped()
        outcome.result()


@pytest.fixture
def run() -> Iterator[Run]:
    run = Run()
    yield run
    run.supervisor.stop()


def test_a_killed_part_is_started_again(run: Run) -> None:
    run.supervisor.start([part("web")])
    first = run.supervisor.pids()["web"]

    def steps() -> None:
        os.kill(first, signal.SIGKILL)
        assert processes.wait_until(lambda: run.supervisor.pids().get("web", first) != first, 5)

    run.while_running(steps)

    assert run.told == ["web ended (signal 9): starting it again in 0.1 s"]


def test_a_part_that_always_fails_is_tried_less_and_less_often(run: Run) -> None:
    run.supervisor.start([part("broken", "raise SystemExit(3)")])

    run.while_running(lambda: processes.wait_until(lambda: len(run.told) >= 4, 10))

    assert [line.rpartition(" in ")[2] for line in run.told[:4]] == ["0.1 s", "0.2 s", "0.4 s", "0.8 s"]


def test_the_children_of_a_killed_part_are_ended_before_it_starts_anew(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "log"
    run.supervisor.start([part("web", PARENT, log=log)])
    assert processes.wait_until(lambda: log.read_text().count("\n") == 1, 5)
    child = int(log.read_text())

    def steps() -> None:
        os.kill(run.supervisor.pids()["web"], signal.SIGKILL)
        assert processes.wait_until(lambda: log.read_text().count("\n") == 2, 5)

    run.while_running(steps)

    assert not processes.is_running(child)


def test_a_part_that_falls_silent_is_ended_and_started_again(run: Run) -> None:
    answers = threading.Event()
    answers.set()
    run.supervisor.start([part("postgres", answers=answers.is_set, seconds_of_silence=0.5)])
    first = run.supervisor.pids()["postgres"]
    os.kill(first, signal.SIGSTOP)
    answers.clear()

    def steps() -> None:
        assert processes.wait_until(lambda: run.supervisor.pids().get("postgres", first) != first, 10)
        answers.set()

    run.while_running(steps)

    assert "postgres has not answered for" in run.told[0]


def test_a_start_is_waited_for_as_long_as_the_part_is_at_work(run: Run) -> None:
    ready = time.monotonic() + 1
    slow = part("postgres", answers=lambda: time.monotonic() > ready, lives=lambda: True, seconds_to_start=0.2)

    run.supervisor.start([slow])

    assert time.monotonic() > ready


def test_parts_stop_before_the_servers_they_use(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "log"
    names = [("database", "0", True), ("web", "0.3", False), ("worker", "0", False)]
    parts = [
        Part(name, (sys.executable, "-c", SAYS_GOODBYE, name, pause), Path("/"), log=log, is_server=server)
        for name, pause, server in names
    ]
    run.supervisor.start(parts)
    assert processes.wait_until(lambda: log.read_text().count("up") == 3, 10)

    run.supervisor.stop()

    ended = log.read_text().split()[3:]
    assert ended[-1] == "database"
    assert sorted(ended[:2]) == ["web", "worker"]


def test_a_part_that_does_not_listen_is_killed_after_its_time(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "log"
    run.supervisor.start([part("worker", DEAF, seconds_to_stop=1, log=log)])
    assert processes.wait_until(lambda: "deaf" in log.read_text(), 5)
    pid = run.supervisor.pids()["worker"]

    begun = time.monotonic()
    run.supervisor.stop()

    assert time.monotonic() - begun < 3
    assert not processes.is_running(pid)
    assert run.told == ["worker did not stop in 1 s: killed"]


def test_a_frozen_part_is_stopped_all_the_same(run: Run) -> None:
    run.supervisor.start([part("worker")])
    pid = run.supervisor.pids()["worker"]
    os.kill(pid, signal.SIGSTOP)

    run.supervisor.stop()

    assert not processes.is_running(pid)


def test_whoever_asks_twice_waits_no_longer(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "log"
    run.supervisor.start([part("worker", DEAF, seconds_to_stop=30, log=log)])
    assert processes.wait_until(lambda: "deaf" in log.read_text(), 5)
    run.supervisor.request_stop()
    run.supervisor.request_stop()

    begun = time.monotonic()
    run.supervisor.stop()

    assert time.monotonic() - begun < 3


def test_a_first_start_that_fails_shows_the_last_lines_of_the_log(run: Run, tmp_path: Path) -> None:
    broken = part("postgres", "raise SystemExit('no space left')", answers=lambda: False, log=tmp_path / "log")

    with pytest.raises(DidNotStart, match=r"(?s)postgres ended at its start \(exit code 1\).*no space left"):
        run.supervisor.start([broken])


def test_steps_run_side_by_side_and_one_that_fails_is_named(run: Run) -> None:
    run.supervisor.run_to_the_end([part("one", "pass"), part("two", "pass")])

    with pytest.raises(DidNotStart, match=r"^migrations failed$"):
        run.supervisor.run_to_the_end([part("static files", "pass"), part("migrations", "raise SystemExit(1)")])
