"""`manage.py load_config FILE [--dry-run]`: make the database equal to a configuration file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from leads.configuration import differences, store
from leads.configuration.read import BadConfiguration
from leads.management import needs


class Command(BaseCommand):
    help = "Make the database equal to the file for the kinds that it names, in one transaction, or change nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the configuration, YAML")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        text = needs.text_of(file)
        needs.database()
        try:
            found = store.plan(text).differences if dry_run else store.load(text, now=timezone.now())
        except BadConfiguration as bad:
            problems = "\n".join(f"  {problem}" for problem in bad.problems)
            raise CommandError(f"{file} was refused, and nothing was changed:\n{problems}", returncode=2) from bad
        for line in differences.lines(found) if dry_run else differences.summary(found):
            self.stdout.write(line)
