"""`manage.py up`: everything that Switchyard is, on this machine, until Ctrl-C."""

import os
import signal

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.application import NoPort
from config.embedded import processes, servers
from config.embedded.accounts import CannotRun
from config.installation import Installation, Stopped
from config.supervisor import DidNotStart, Supervisor, heard_or_not


class Command(BaseCommand):
    help = "Run everything on this machine: servers, web, worker, beat, sweeper and deliverer. Ctrl-C stops all of it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the demo company into an empty database")
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"), help="address to listen on")
        parser.add_argument("--port", type=int, default=os.environ.get("PORT", "8000"), help="first port to try")

    def handle(self, *args: object, demo: bool, host: str, port: int, **options: object) -> None:
        processes.adopt_orphans()
        processes.allow_many_files()
        supervisor = Supervisor(heard_or_not(self.stderr.write))
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, lambda *_: supervisor.request_stop())
        installation = Installation(settings.DATA_DIR, supervisor, heard_or_not(self.stdout.write))
        try:
            with servers.sole_use(settings.DATA_DIR):
                installation.run(host=host, port=port, demo=demo)
        except Stopped:
            return
        except (servers.AlreadyRunning, CannotRun, DidNotStart, NoPort) as problem:
            raise CommandError(str(problem)) from None
