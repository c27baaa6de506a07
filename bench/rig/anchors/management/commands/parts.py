"""How `manage.py up` would start the application's own parts, as JSON: the benchmarks start them just so."""

from __future__ import annotations

import json

from django.conf import settings
from django.core.management.base import BaseCommand

from config import application


class Command(BaseCommand):
    help = "Print the commands of web, worker, sweeper and beat, on a free port."

    def handle(self, *args: object, **options: object) -> None:
        port = application.free_port("127.0.0.1", 18000)
        parts = application.parts(settings.DATA_DIR, "127.0.0.1", port, settings.CELERY_BROKER_URL)
        told = [{"name": part.name, "command": part.command, "environ": dict(part.environ)} for part in parts]
        print(json.dumps({"port": port, "parts": told}))
