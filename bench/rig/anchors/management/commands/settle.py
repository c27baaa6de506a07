"""Between two rounds: the reps have worked what they held, and the database has tidied up, as over a night."""

from __future__ import annotations

from django.core.management.base import BaseCommand
from django.db import connection

CLOSE = (
    "UPDATE leads_lead SET status = 'won', closed_at = now() WHERE status IN ('assigned', 'accepted', 'contacted')",
    "UPDATE leads_assignment SET ended_at = now(), ended_as = 'closed' WHERE ended_at IS NULL",
    "UPDATE leads_slaclock SET state = 'stopped', finished_at = now(), next_at = NULL WHERE state = 'running'",
    "VACUUM (ANALYZE)",
)


class Command(BaseCommand):
    help = "Close what is open, tidy up and analyse."

    def handle(self, *args: object, **options: object) -> None:
        with connection.cursor() as cursor:
            for statement in CLOSE:
                cursor.execute(statement)
