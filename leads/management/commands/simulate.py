"""`manage.py simulate --config F --leads L [--tree S] [--out O]`: a history decided in memory. Needs no database."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper

from leads.configuration import worlds
from leads.configuration.read import BadConfiguration, read
from leads.files import Unreadable, read_rows
from leads.management import needs
from leads.simulation.history import BadHistory, decide_all, read_history, unknown_columns
from leads.simulation.lines import line_of
from leads.simulation.summary import Summary
from routing.engine.problems import RuleError


class Command(BaseCommand):
    help = "Decide every lead of a file in memory, as the clock then stood, by a configuration file. Needs no database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--config", type=Path, required=True, help="the configuration, YAML")
        parser.add_argument("--leads", type=Path, required=True, help="the leads: CSV, or one JSON object a line")
        parser.add_argument("--tree", default="", help="the tree to enter (the default tree if left out)")
        parser.add_argument("--out", type=Path, help="where the decisions go, one JSON object a line (else printed)")

    def handle(self, *args: Any, config: Path, leads: Path, tree: str, out: Path | None, **options: Any) -> None:
        try:
            configuration = read(needs.text_of(config)).configuration
            world = worlds.build_world(configuration)
            if tree and tree not in world.trees:
                raise CommandError(f"--tree: there is no tree {tree!r} in {config}", returncode=2)
            rows = list(read_rows(leads))
            history = read_history(rows, configuration, world.vocabulary)
        except (BadConfiguration, BadHistory) as bad:
            raise refusal(config if isinstance(bad, BadConfiguration) else leads, bad.problems) from bad
        except Unreadable as bad:
            raise CommandError(str(bad), returncode=2) from bad
        for column in unknown_columns(rows, world.vocabulary):
            self.stderr.write(f"column {column}: no fact of this name; it is left alone")

        summary = Summary(world)
        decided = decide_all(history, configuration, world, tree, summary.add_later)
        with _opened(out) as file:
            output = OutputWrapper(file) if file else self.stdout
            for told, outcome in decided:
                output.write(line_of(told.id, outcome))
                summary.add(told, outcome)
        for line in summary.lines():
            self.stderr.write(line)


def _opened(path: Path | None) -> AbstractContextManager[TextIO | None]:
    try:
        return path.open("w", encoding="utf-8") if path else nullcontext()
    except OSError as error:
        raise CommandError(f"--out: {path}: {error.strerror}", returncode=2) from error


def refusal(path: Path, problems: tuple[RuleError, ...]) -> CommandError:
    listed = "\n".join(f"  {problem}" for problem in problems)
    return CommandError(f"{path} was refused:\n{listed}", returncode=2)
