"""An installation of its own, thrown away afterwards: the product's embedded servers (fsync on) and processes.

Nothing here touches an installation's data, and everything that is started here is ended here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import redis

from config import addresses
from config.embedded import binaries, postgres, processes, servers, valkey
from config.embedded.accounts import Account
from config.parts import Part, Running
from config.places import socket_folder
from rig import BENCH, PROJECT

LIMITS = BENCH / "rig" / "limits"
COMPANY = BENCH / "rig" / "company.yaml"
# The secret of the source `signed` in company.yaml.
SECRET = "whsec_YmVuY2htYXJrcyBuZWVkIGEgc2VjcmV0IHRvbw=="
UNWANTED = (
    *("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "DEBUG", "CRASH_AT"),
    "PYTHONDONTWRITEBYTECODE",
)


@dataclass(frozen=True, slots=True)
class Web:
    """A web server: its port, and its process (whose children do the work)."""

    port: int
    pid: int


class DidNotAnswer(Exception):
    """A server or a program of the benchmark failed; the message says which and how."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A running PostgreSQL and Valkey on a folder of their own, and how to run the product's programs on them."""

    data: Path
    account: Account
    postgres: Running

    @property
    def sockets(self) -> Path:
        return socket_folder(self.data)

    @property
    def broker(self) -> str:
        return addresses.broker({}, self.sockets)

    def environ(self, settings: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in UNWANTED}
        return {
            **kept,
            "SWITCHYARD_DATA": str(self.data),
            "PYTHONPATH": f"{PROJECT}{os.pathsep}{BENCH}",
            "DJANGO_SETTINGS_MODULE": settings,
            "BENCH_SECRET": SECRET,
        }

    def connect(self) -> psycopg.Connection[Any]:
        return postgres.connect(self.sockets, addresses.DATABASE_NAME)

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command of Django's (the product's or the rig's) in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "django", *arguments],
            cwd=PROJECT,
            env={**self.environ("rig.settings"), "DATABASE_PATIENCE": "600"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> str:
        """Run such a command to its end; what it printed."""
        process = self.begin(*arguments)
        output, _ = process.communicate()
        if process.returncode:
            raise DidNotAnswer(f"{' '.join(arguments)} ended with {process.returncode}:\n{output}")
        return output

    def ask(self, *arguments: str) -> Any:
        """What a command of the rig says in JSON on its last line."""
        return json.loads(self.run(*arguments).splitlines()[-1])

    @contextmanager
    def application(self, *names: str, settings: str = "config.settings") -> Iterator[Web]:
        """These parts of the product (web among them) as `manage.py up` starts them, until the end of the block."""
        told = self.ask("parts")
        port = int(told["port"])
        with ExitStack() as ends:
            begun = {}
            for one in told["parts"]:
                if one["name"] in names:
                    part = Part(one["name"], tuple(one["command"]), PROJECT, one["environ"])
                    if part.name == "web":
                        part = replace(part, answers=lambda: _page_answers(port))
                    begun[part.name] = ends.enter_context(running(part, self.environ(settings)))
            yield Web(port, begun["web"].pid)

    def pgbench(self, script: str, *options: str) -> float:
        """Transactions per second of one script in `limits/`, with prepared statements."""
        program = binaries.postgres(self.data, self.account) / "pgbench"
        where = ("-h", str(self.sockets), "-U", "postgres")
        command = [program, "-n", "-M", "prepared", *where, "-f", LIMITS / f"{script}.sql", *options]
        made = subprocess.run([*command, addresses.DATABASE_NAME], capture_output=True, text=True)
        if made.returncode:
            raise DidNotAnswer(f"pgbench {script}: {made.stderr}")
        return float(next(line for line in made.stdout.splitlines() if line.startswith("tps =")).split()[2])

    def forget_bells(self) -> None:
        """Empty the broker: bells that nobody was there to hear."""
        with redis.Redis(unix_socket_path=str(self.sockets / valkey.SOCKET)) as client:
            client.flushall()


@contextmanager
def stack() -> Iterator[Stack]:
    """Both servers on a fresh folder, with the product's tables, the anchors' tables and the company of the rig."""
    with ExitStack() as ends:
        # Other accounts must reach the folder: as root the servers run as somebody else.
        data = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="switchyard-bench-")))
        data.chmod(0o711)
        parts = {part.name: part for part in servers.prepare(data, {})}
        ends.enter_context(running(parts["valkey"], os.environ))
        database = ends.enter_context(running(parts["postgres"], os.environ))
        account = parts["postgres"].account
        assert account is not None
        made = Stack(data, account, database)
        postgres.make_database(made.sockets)
        made.run("migrate", "--run-syncdb", "--verbosity", "0")
        made.run("load_config", str(COMPANY))
        with made.connect() as connection:
            connection.execute((LIMITS / "tables.sql").read_text())
        yield made


@contextmanager
def running(part: Part, environ: Mapping[str, str]) -> Iterator[Running]:
    """A part from its first answer until the end of the block."""
    begun = Running(replace(part, environ={**environ, **part.environ}))
    try:
        if part.answers and part.seconds_to_start and not processes.wait_until(part.answers, 60):
            raise DidNotAnswer(f"{part.name} did not answer within a minute")
        yield begun
    finally:
        begun.ask_to_stop()
        processes.wait_until(lambda: begun.exit_code() is not None, part.seconds_to_stop)
        begun.kill()


def _page_answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def cpu_seconds(*roots: int) -> float:
    """Processor time that these processes and all their descendants have used so far."""
    parents: dict[int, int] = {}
    used: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        pid = int(path.parent.name)
        parents[pid] = int(fields[1])
        used[pid] = sum(map(int, fields[11:15]))  # its own, and of its children that have ended
    ours = set(roots)
    while grown := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= grown
    return sum(used.get(pid, 0) for pid in ours) / os.sysconf("SC_CLK_TCK")
