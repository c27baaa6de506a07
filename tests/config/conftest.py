"""Servers of their own for tests that break them."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from config.embedded import postgres, processes, servers
from config.parts import Running
from config.places import PROJECT, socket_folder


class Command:
    """A `manage.py` command on a data folder of its own, with all that it prints."""

    def __init__(self, data: Path, *arguments: str, **environ: str) -> None:
        self.data = data
        self._log = data / "output.txt"
        with self._log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", *arguments],
                cwd=PROJECT,
                env={
                    **os.environ,
                    "SWITCHYARD_DATA": str(data),
                    "DJANGO_SETTINGS_MODULE": "config.settings",
                    "PYTHONUNBUFFERED": "1",
                    **environ,
                },
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._log.read_text()

    def wait_for(self, text: str, seconds: float = 240) -> None:
        def said() -> bool:
            assert self.process.poll() is None or text in self.output, self.output
            return text in self.output

        assert processes.wait_until(said, seconds, 0.05), self.output

    def stop(self, sig: signal.Signals = signal.SIGINT, seconds: float = 40) -> int:
        if self.process.poll() is None:
            self.process.send_signal(sig)
        return self.process.wait(seconds)


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder that other accounts can reach: pytest's own is closed, and as root the servers run as somebody else."""
    with tempfile.TemporaryDirectory(prefix="switchyard-test-", dir="/tmp") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def command(data: Path) -> Iterator[Callable[..., Command]]:
    begun: list[Command] = []

    def begin(*arguments: str, **environ: str) -> Command:
        begun.append(Command(data, *arguments, **environ))
        return begun[-1]

    yield begin
    for each in begun:
        each.stop()
    assert processes.wait_until(lambda: not at_work(data), 10), at_work(data)


@pytest.fixture(scope="session")
def blank_cluster() -> Iterator[Path]:
    """Made once, as the product makes it; a copy of it costs a fifth."""
    with tempfile.TemporaryDirectory(prefix="switchyard-test-", dir="/tmp") as name:
        servers.prepare(Path(name), {"REDIS_URL": "redis://elsewhere"})
        yield Path(name) / "pg"


@pytest.fixture
def postgres_on(data: Path, blank_cluster: Path) -> Iterator[Callable[[], Running]]:
    """Start PostgreSQL as the product does, fsync included, and wait until it answers."""
    begun: list[Running] = []

    def start() -> Running:
        if not any(data.glob("pg*")):
            subprocess.run(["cp", "-a", blank_cluster, data / "pg"], check=True)
        part = servers.prepare(data, {"REDIS_URL": "redis://elsewhere"})[0]
        begun.append(Running(part))
        assert part.answers
        assert processes.wait_until(part.answers, 20), part.log and part.log.read_text()
        return begun[-1]

    yield start
    for each in begun:
        each.kill()
    postgres.clear_the_way(data / "pg", socket_folder(data))


def at_work(data: Path) -> list[int]:
    """Every process that `up` or `servers` started on these data and that still runs."""
    return [
        *processes.marked("SWITCHYARD_SUPERVISED", str(data)),
        *processes.working_in(data / "pg", "postgres"),
        *processes.working_in(data / "valkey", "valkey-server"),
    ]


def rows(data: Path) -> int:
    with postgres.connect(socket_folder(data), "postgres") as connection:
        return connection.execute("SELECT count(*) FROM kept").fetchone()[0]


def insert_until_it_breaks(data: Path, kill: Callable[[], None], after: int) -> int:
    """How many rows were acknowledged, with the server killed in the middle of it."""
    done = 0
    try:
        with postgres.connect(socket_folder(data), "postgres") as connection:
            connection.execute("CREATE TABLE kept (n int)")
            limit = time.monotonic() + 20
            while time.monotonic() < limit:
                connection.execute("INSERT INTO kept VALUES (%s)", [done])
                done += 1
                if done == after:
                    kill()
    except psycopg.OperationalError:
        return done
    raise AssertionError("the server survived its own death")
