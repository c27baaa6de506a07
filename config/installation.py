"""One installation from its first file to its last process: the order in which everything starts and ends."""

import hashlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.db import OperationalError, connection

from config import application, health
from config.embedded import postgres, processes, servers
from config.places import SOCKETS
from config.supervisor import DidNotStart, Supervisor

SECONDS_FOR_A_STRANGE_DATABASE = 60
# The API's pages use Swagger; the other half of that package is as large and takes as long to compress.
WITHOUT = ("--ignore", "redoc")


class Stopped(Exception):
    """Somebody asked to stop before everything had started."""


class Installation:
    def __init__(self, data: Path, supervisor: Supervisor, say: Callable[[str], object]) -> None:
        self._data = data
        self._supervisor = supervisor
        self._say = say

    def run(self, *, host: str, port: int, demo: bool) -> None:
        """Start in order, keep running, and end in reverse order whatever happens."""
        end_leftovers(self._data)
        try:
            self._start_servers()
            self._bring_up_to_date(demo=demo)
            self._start_application(host, port)
            self._supervisor.run_until_stopped()
        finally:
            self._say("Stopping ...")
            self._supervisor.stop()

    def _start_servers(self) -> None:
        parts = servers.prepare(self._data, os.environ)
        if parts:
            self._say(f"Starting {' and '.join(part.name for part in parts)} on the data in {self._data}")
        self._supervisor.start(parts)
        self._unless_stopped()
        if any(part.name == "postgres" for part in parts):
            postgres.make_database(SOCKETS)
        elif not processes.wait_until(self._database_answers, SECONDS_FOR_A_STRANGE_DATABASE, 0.5):
            raise DidNotStart(f"The database at DATABASE_URL did not answer in {SECONDS_FOR_A_STRANGE_DATABASE} s.")

    def _bring_up_to_date(self, *, demo: bool) -> None:
        """Each step costs a start of Python, so what is up to date already is left out."""
        steps = []
        if not health.migrations().well:
            steps.append(application.step(self._data, "migrations", "migrate", "--no-input", "--verbosity", "0"))
        connection.close()
        stamp = settings.STATIC_ROOT.with_suffix(".stamp")
        static = static_files()
        if not stamp.exists() or stamp.read_text() != static:
            arguments = ("collectstatic", "--no-input", "--clear", "--verbosity", "0", *WITHOUT)
            steps.append(application.step(self._data, "static files", *arguments))
        if steps:
            self._say(f"Bringing up to date: {' and '.join(part.name for part in steps)}")
        self._supervisor.run_to_the_end(steps)
        self._unless_stopped()
        stamp.write_text(static)
        if demo:
            self._supervisor.run_to_the_end([application.step(self._data, "demo company", "load_demo")])
            self._unless_stopped()

    def _start_application(self, host: str, wanted: int) -> None:
        port = application.free_port(host, wanted)
        if port != wanted:
            self._say(f"Port {wanted} is taken, so it is {port}")
        # People wait for the web alone; on a small machine the others' starts would only slow it down.
        web, *behind = application.parts(self._data, host, port, settings.CELERY_BROKER_URL)
        for parts in ([web], behind):
            self._supervisor.start(parts)
            self._unless_stopped()
        shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::", "::1") else host
        self._say(f"\nSwitchyard runs at {settings.SITE_URL or f'http://{shown}:{port}'}/   (Ctrl-C stops it)\n")
        if not get_user_model().objects.exists():
            self._say("Nobody can sign in yet: make the first user with `manage.py createsuperuser`.\n")
        connection.close()

    def _database_answers(self) -> bool:
        self._unless_stopped()
        try:
            connection.ensure_connection()
        except OperationalError:
            return False
        finally:
            connection.close()
        return True

    def _unless_stopped(self) -> None:
        if self._supervisor.is_stopping:
            raise Stopped


def end_leftovers(data: Path) -> None:
    """Processes of an earlier run whose supervisor and parents all died at once. Nobody else carries the mark."""
    for sig, seconds in ((signal.SIGTERM, 20), (signal.SIGKILL, 5)):
        left = processes.marked(application.MARK, str(data))
        processes.send(left, sig)
        if not left or processes.wait_until(lambda: not processes.marked(application.MARK, str(data)), seconds, 0.1):
            return


def static_files() -> str:
    """A mark of every static file of every app: as long as it stays the same there is nothing to collect."""
    mark = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = os.stat(storage.path(name))
            mark.update(f"{storage.path(name)} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return mark.hexdigest()
