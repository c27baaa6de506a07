"""`manage.py sweeper`: the plain loop that finds every due row, with or without Redis, beat and workers."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from leads import garbage, sweeper


class Command(BaseCommand):
    help = "Sweep due promises and waiting events about three times a second, until SIGTERM or Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        garbage.leave_what_is_loaded()
        sweeper.sweep_until(stop)
