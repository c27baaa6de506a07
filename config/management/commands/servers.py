"""`manage.py servers`: PostgreSQL and Valkey alone, for work on the code."""

import os
import signal

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import addresses
from config.embedded import postgres, processes, servers
from config.embedded.accounts import CannotRun
from config.places import SOCKETS
from config.supervisor import DidNotStart, Supervisor, heard_or_not


class Command(BaseCommand):
    help = "Run the embedded PostgreSQL and Valkey and print their addresses; Ctrl-C stops them."
    requires_system_checks = ()

    def handle(self, *args: object, **options: object) -> None:
        processes.adopt_orphans()
        supervisor = Supervisor(heard_or_not(self.stderr.write))
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, lambda *_: supervisor.request_stop())
        try:
            with servers.sole_use(settings.DATA_DIR):
                try:
                    supervisor.start(servers.prepare(settings.DATA_DIR, os.environ))
                    postgres.make_database(SOCKETS)
                    say = heard_or_not(self.stdout.write)
                    say(f"DATABASE_URL=postgresql://postgres@/{addresses.DATABASE_NAME}?host={SOCKETS}")
                    say(f"REDIS_URL=unix://{SOCKETS}/valkey.sock")
                    supervisor.run_until_stopped()
                finally:
                    supervisor.stop()
        except (servers.AlreadyRunning, CannotRun, DidNotStart) as problem:
            raise CommandError(str(problem)) from None
