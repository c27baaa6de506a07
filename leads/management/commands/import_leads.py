"""`manage.py import_leads F --source S`: leads of a file through the same door as the webhook. Safe to run twice."""

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from leads import sources
from leads.files import Unreadable, read_rows
from leads.importing import REJECTED, NoSuchSource, import_row, source_named
from leads.management import needs
from leads.world import known


class Command(BaseCommand):
    help = "Store each row of a CSV file or of JSON lines as a delivery of a source; routing follows as for a webhook."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the leads: CSV with a header, or one JSON object a line")
        parser.add_argument("--source", required=True, help="the slug of the source they come through")

    def handle(self, *args: Any, file: Path, source: str, **options: Any) -> None:
        needs.database()
        try:
            source_named(source, sources.read())
            rows = list(read_rows(file))
        except (NoSuchSource, Unreadable) as bad:
            raise CommandError(str(bad), returncode=2) from bad
        vocabulary, now = known().world.vocabulary, timezone.now()

        rejected = []
        counts: Counter[str] = Counter()
        for row in tqdm(rows, unit=" rows", disable=None):
            imported = import_row(row, source, vocabulary, name=file.name, now=now)
            counts[imported.status] += 1
            if imported.status == REJECTED:
                rejected.append(f"  line {imported.line}: {imported.problem}")

        self.stdout.write(f"{counts['accepted']:,} rows imported, {counts['duplicate']:,} were there already.")
        if rejected:
            raise CommandError("\n".join([f"{len(rejected):,} rows rejected:", *rejected]), returncode=1)
