"""`manage.py dump_config`: the configuration in force, as `load_config` reads it."""

from typing import Any

from django.core.management.base import BaseCommand

from leads.configuration import dump
from leads.management import needs


class Command(BaseCommand):
    help = "Print the configuration that is in force, as a file for load_config."

    def handle(self, *args: Any, **options: Any) -> None:
        needs.database()
        self.stdout.write(dump.text(), ending="")
