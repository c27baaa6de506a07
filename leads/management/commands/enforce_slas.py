"""`manage.py enforce_slas [--now ISO]`: one sweep of the promises."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from leads import ladder


class Command(BaseCommand):
    help = "Act on every promise whose next step is due, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", help="act as if it were this time: ISO 8601 with an offset, 2026-03-02T12:00:00Z")

    def handle(self, *args: Any, now: str | None = None, **options: Any) -> None:
        at = _moment(now) if now else None
        acted = 0
        while looked_at := ladder.enforce_due(now=at):
            acted += looked_at
        self.stdout.write(f"{acted} steps were due.")


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CommandError(f"--now: {text!r} is not a time such as 2026-03-02T12:00:00Z", returncode=2)
    return moment
