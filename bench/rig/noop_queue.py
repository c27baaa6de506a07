"""Celery by itself, two prefork processes with acks_late: tasks a second, and the time from a call to its task."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded import processes
from rig import BENCH
from rig.stack import DidNotAnswer, Stack

SENDER = """
import sys, time
from rig.noop import noop
count, pause = int(sys.argv[1]), float(sys.argv[2])
for number in range(count):
    time.sleep(pause)
    print(number, time.monotonic())
    noop.delay(number)
"""


def per_second(servers: Stack, count: int) -> float:
    """The queue is filled first and then drained; counted from the first tenth on, when both processes are busy."""
    sheet = _fresh_sheet(servers)
    _send(servers, count, 0)
    with _worker(servers):
        _until(sheet, count)
    instants = sorted(_instants(sheet).values())
    tenth = count // 10
    return (count - tenth) / (instants[-1] - instants[tenth - 1])


def idle_ms(servers: Stack, count: int, pause: float = 0.02) -> list[float]:
    """Milliseconds from each call to its task, with nothing else to do."""
    sheet = _fresh_sheet(servers)
    with _worker(servers):
        _send(servers, 20, pause)
        _until(sheet, 20)
        sheet.write_text("")
        sent = _send(servers, count, pause)
        _until(sheet, count)
    ran = _instants(sheet)
    return [(ran[number] - at) * 1000 for number, at in sent.items()]


def _environ(servers: Stack) -> dict[str, str]:
    """Without Django: Celery would set it up for a task that needs none."""
    environ = {**servers.environ(""), "BENCH_BROKER": servers.broker, "BENCH_SHEET": str(_sheet(servers))}
    del environ["DJANGO_SETTINGS_MODULE"]
    return environ


def _sheet(servers: Stack) -> Path:
    return servers.data / "noop.txt"


def _fresh_sheet(servers: Stack) -> Path:
    servers.forget_bells()
    _sheet(servers).write_text("")
    return _sheet(servers)


def _send(servers: Stack, count: int, pause: float) -> dict[int, float]:
    command = [sys.executable, "-c", SENDER, str(count), str(pause)]
    made = subprocess.run(command, env=_environ(servers), cwd=BENCH, check=True, capture_output=True, text=True)
    return _parsed(made.stdout)


@contextmanager
def _worker(servers: Stack) -> Iterator[None]:
    options = ("--pool", "prefork", "--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat")
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "rig.noop", "worker", "-Q", "bench-noop", *options]
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(
            command, env=_environ(servers), cwd=BENCH, stdout=nowhere, stderr=nowhere, start_new_session=True
        )
    try:
        yield
    finally:
        process.terminate()
        if not processes.wait_until(lambda: process.poll() is not None, 15):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _until(sheet: Path, count: int) -> None:
    if not processes.wait_until(lambda: sheet.read_bytes().count(b"\n") >= count, 90, 0.05):
        raise DidNotAnswer(f"Celery did not run {count} tasks in 90 s")


def _instants(sheet: Path) -> dict[int, float]:
    return _parsed(sheet.read_text())


def _parsed(text: str) -> dict[int, float]:
    return {int(number): float(at) for number, at in (line.split() for line in text.splitlines())}
