"""`manage.py load_demo [--crm DIR] [--write DIR]`: a company to look at, in an empty database."""

from datetime import UTC
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from leads.demo import load
from leads.demo.company import configuration_text
from leads.demo.crm import FILES, SAMPLE, Crm, is_crm, read_crm
from leads.demo.logins import DEMO_LOGINS
from leads.demo.story import tell, write_history
from leads.management import needs

BESIDE = Path("../shared/data/crm")  # of the project's folder


class Command(BaseCommand):
    help = "Load the demo company into an empty database. Loaded already, it does nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--crm", type=Path, help=f"a folder with {', '.join(FILES)} (else a small sample)")
        parser.add_argument(
            "--write", type=Path, help="write demo.yaml and leads.csv into this folder, and load nothing"
        )

    def handle(self, *args: Any, crm: Path | None, write: Path | None, **options: Any) -> None:
        folder = crm or (settings.BASE_DIR / BESIDE)
        if crm is not None and not is_crm(crm):
            raise CommandError(f"--crm: {crm} does not hold {', '.join(FILES)}", returncode=2)
        if write is None:
            needs.database()
        if write is None and load.is_loaded():
            self.stdout.write("The demo company is there already.")
            return
        records = read_crm(folder if is_crm(folder) else SAMPLE)
        if write is not None:
            self._write(records, write)
            return
        try:
            load.load(records, now=timezone.now())
        except load.NotEmpty as strangers:
            raise CommandError(str(strangers), returncode=2) from strangers
        self.stdout.write("The demo company is loaded. Sign in as")
        for login in DEMO_LOGINS:
            self.stdout.write(f"  {login.role:<8} {login.email:<28} {login.password}")

    def _write(self, records: Crm, folder: Path) -> None:
        """The same company as files, with the whole history: for `load_config` and `simulate`."""
        now = timezone.now().astimezone(UTC)
        records = records.moved_to(now.date())
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "demo.yaml").write_text(configuration_text(records, now.date()), encoding="utf-8")
        visitors = tell(records, now)
        with (folder / "leads.csv").open("w", encoding="utf-8", newline="") as file:
            write_history(visitors, file)
        self.stdout.write(f"demo.yaml and leads.csv ({len(visitors):,} leads) are in {folder}")
