"""One worker process: what the Celery task does, over and over, until nothing waits; says how long it took."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from leads import garbage, pipeline, world


class Command(BaseCommand):
    help = "Route what waits: begins when it is given a line, and ends when nothing is left."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=pipeline.BATCH)

    def handle(self, *args: object, batch: int, **options: object) -> None:
        world.known()
        garbage.leave_what_is_loaded()  # as a worker does before its first task
        print("ready", flush=True)
        sys.stdin.readline()
        begun, used, events = time.perf_counter(), time.process_time(), 0
        while done := pipeline.route_waiting(limit=batch):
            events += done
        seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - used
        print(json.dumps({"events": events, "seconds": seconds, "cpu_seconds": cpu_seconds}))
