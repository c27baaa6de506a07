"""Store deliveries as the webhook stores them, many at once: the work that a drain finds waiting."""

from __future__ import annotations

import hashlib
import json
from argparse import ArgumentParser
from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone

from leads.intake import time_ordered_uuid
from leads.models import InboundEvent, Source
from rig.load import lead

COLUMNS = (
    "uuid, source_id, key, body, body_hash, content_type, headers,"
    " received_at, status, due_at, attempts, copies, problem"
)


class Command(BaseCommand):
    help = "Store events that wait to be routed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("count", type=int)
        parser.add_argument("--first", type=int, default=0, help="the number of the first lead: no two are alike")

    def handle(self, *args: object, count: int, first: int, **options: object) -> None:
        source = Source.objects.get(slug="open")
        at = timezone.now()
        table = InboundEvent._meta.db_table
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({COLUMNS}) FROM STDIN") as copy:
            for number in range(first, first + count):
                body = json.dumps(lead(number)).encode()
                digest = hashlib.sha256(body).hexdigest()
                received = at - timedelta(microseconds=count - (number - first))
                event = (time_ordered_uuid(), source.pk, f"body:{digest}", body, digest, "application/json", "{}")
                copy.write_row((*event, received, "waiting", received, 0, 0, ""))
