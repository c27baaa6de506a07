"""`manage.py deliver`: plans and sends what people and other systems are to be told. Two may run."""

import signal
import threading
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand

from leads import garbage
from leads.models import Heartbeat
from notifications import delivering


class Command(BaseCommand):
    help = "Deliver notices and outgoing events until SIGTERM or Ctrl-C; what is under way is waited for."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        garbage.leave_what_is_loaded()
        delivering.deliver_until(stop, beat)


def beat(now: datetime) -> None:
    Heartbeat.objects.update_or_create(name="deliverer", defaults={"at": now})
