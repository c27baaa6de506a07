"""A machine of its own for tests that break it: PostgreSQL with fsync on, Valkey, and the product's real programs.

Everything lives in one folder that goes away; every process has a session of its own and is ended by its own number.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import psycopg
import redis
from psycopg import sql

from config import addresses, application
from config.embedded import postgres, processes, servers, valkey
from config.parts import Part, Running
from config.places import PROJECT, socket_folder
from tests.faults.organisation import SECRETS, configuration

READY = "ready"  # the database every other one is copied from: migrated, and with the organisation in it
NOTHING: Mapping[str, str] = MappingProxyType({})
HOST = "127.0.0.1"


class Machine:
    """The two servers, and what is started on them."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.sockets = socket_folder(data)
        self.parts = {part.name: part for part in servers.prepare(data, {})}
        self.port = application.free_port(HOST, 20_000 + os.getpid() % 20_000)
        self.servers: dict[str, Running] = {}
        self.started: list[Running] = []
        self._cleanup = ExitStack()

    def start_server(self, name: str) -> None:
        part = self.parts[name]
        self.servers[name] = Running(part)
        self._cleanup.callback(self.servers[name].kill)
        assert part.answers
        assert processes.wait_until(part.answers, 60), part.log and part.log.read_text()

    def stop_server(self, name: str, sig: signal.Signals = signal.SIGQUIT) -> None:
        """SIGQUIT is PostgreSQL's immediate stop, without a checkpoint; Valkey is killed by it."""
        running = self.servers[name]
        os.kill(running.pid, sig)
        assert processes.wait_until(lambda: running.exit_code() is not None, 20)

    def freeze(self, name: str) -> None:
        os.kill(self.servers[name].pid, signal.SIGSTOP)

    def flush(self) -> None:
        """Valkey forgets everything."""
        with redis.Redis(unix_socket_path=str(self.sockets / valkey.SOCKET)) as client:
            client.flushall()

    def thaw(self, name: str) -> None:
        os.kill(self.servers[name].pid, signal.SIGCONT)

    def make_ready(self, text: str) -> None:
        """A migrated database with the organisation in it, made once, copied often."""
        self.create(READY, template="template1")
        file = self.data / "organisation.yaml"
        file.write_text(text)
        for words in (("migrate", "--no-input", "--verbosity", "0"), ("load_config", str(file))):
            self.manage(READY, *words)

    def create(self, name: str, *, template: str = READY) -> str:
        with postgres.connect(self.sockets, "postgres") as connection:
            for statement in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {} TEMPLATE {}"):
                names = [sql.Identifier(one) for one in (name, template)[: statement.count("{}")]]
                connection.execute(sql.SQL(statement).format(*names))
        return name

    def connect(self, database: str) -> psycopg.Connection:
        return postgres.connect(self.sockets, database)

    def environ(self, database: str, **more: str) -> dict[str, str]:
        return {
            "SWITCHYARD_DATA": str(self.data),
            "DATABASE_URL": f"postgresql://postgres@/{database}?host={self.sockets}",
            "REDIS_URL": f"unix://{self.sockets}/{valkey.SOCKET}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONUNBUFFERED": "1",
            **SECRETS,
            **more,
        }

    def manage(self, database: str, *words: str) -> str:
        """Run a command of `manage.py` to its end."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=PROJECT,
            env={**os.environ, **self.environ(database, DATABASE_PATIENCE="600")},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def part(self, kind: str, database: str, name: str = "", more: Mapping[str, str] = NOTHING, port: int = 0) -> Part:
        """One of the application's own parts, exactly as `up` starts it. Its sessions in PostgreSQL bear its name."""
        name = name or kind
        broker = addresses.broker(self.environ(database), self.sockets)
        parts = application.parts(self.data, HOST, port or self.port, broker)
        part = next(one for one in parts if one.name == kind)
        environ = {**part.environ, **self.environ(database, PGAPPNAME=name), **more}
        answers = part.answers if kind == "web" else None  # the others' are asked within this process's Django
        log = self.data / "logs" / f"{name}.log"
        return replace(part, name=name, environ=environ, answers=answers, log=log, seconds_of_silence=30)

    def start(self, kind: str, database: str, name: str = "", *, port: int = 0, **more: str) -> Running:
        """Start it; the web is waited for until it answers."""
        running = Running(self.part(kind, database, name, more, port))
        self.started.append(running)
        if running.part.answers:
            assert processes.wait_until(running.part.answers, 60), running.part.log and running.part.log.read_text()
        return running

    def end_parts(self, *, since: int = 0) -> None:
        """Whatever part of the application still runs would do the work of the next test. `since`: not the first."""
        for running in self.started[since:]:
            running.kill()
        del self.started[since:]

    def log(self, name: str) -> str:
        path = self.data / "logs" / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def close(self) -> None:
        self.end_parts()
        self._cleanup.close()


class _Shared:
    """One machine for every fixture of this process that wants one: making it costs seconds."""

    machine: Machine | None = None


@contextmanager
def shared_machine() -> Iterator[Machine]:
    """Both servers at work, and the database `READY`. Whoever asks first also ends it: fixtures end in reverse."""
    if _Shared.machine is not None:
        yield _Shared.machine
        return
    with tempfile.TemporaryDirectory(prefix="switchyard-faults-", dir="/tmp") as name:
        Path(name).chmod(0o711)
        _Shared.machine = machine = Machine(Path(name))
        try:
            for server in ("postgres", "valkey"):
                machine.start_server(server)
            machine.make_ready(configuration())
            yield machine
        finally:
            _Shared.machine = None
            machine.close()


def parts_started() -> int:
    """How many parts were started on the shared machine, if there is one yet."""
    return len(_Shared.machine.started) if _Shared.machine else 0


def end_parts_since(count: int) -> None:
    if _Shared.machine is not None:
        _Shared.machine.end_parts(since=count)


def children(pid: int) -> Sequence[int]:
    """The processes that this one started and that still run."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in path.read_text().split()] if path.exists() else []
