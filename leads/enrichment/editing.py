"""One provider into the configuration, or out of it: read and checked like a file that says so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leads.configuration import plain, store, yaml_text
from leads.configuration.parts import Configuration, Enrichment
from leads.configuration.plain import VERSION
from leads.configuration.read import BadConfiguration
from reps.models import Change, User

KIND = "enrichment"


class Refused(Exception):
    """It stayed as it was. `problems` has a sentence for each key of the entry; "" is about the rest."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{key}: {problem}" for key, problem in problems.items()))
        self.problems = problems


def put(entry: Mapping[str, Any], *, replaces: str = "", by: User, now: datetime, seen: int | None = None) -> None:
    """Add the provider, or make `replaces` what the entry says, if it is still as it was after its change `seen`.

    The entry is what a file would say of it.
    """
    _write([{key: value for key, value in entry.items() if value not in (None, "", [], {})}], replaces, by, now, seen)


def remove(slug: str, *, by: User, now: datetime) -> None:
    """Take it out, with what it has answered: leads keep what they have from it."""
    _write([], slug, by, now)


def last_change(slug: str) -> int:
    """The number of the latest change of this provider, 0 if none is kept."""
    latest = Change.objects.filter(kind=KIND, subject=slug).order_by("-pk").values_list("pk", flat=True).first()
    return latest or 0


def entry_of(part: Enrichment) -> dict[str, Any]:
    return plain.of_part(part)


def _write(entries: list[dict[str, Any]], replaced: str, by: User, now: datetime, seen: int | None = None) -> None:
    def text(before: Configuration) -> str:
        # Asked again whenever somebody else was quicker, so it holds for what is then written.
        if seen is not None and last_change(replaced) != seen:
            raise Refused({"": "Somebody changed it meanwhile: open it again to see what it says now."})
        others = [plain.of_part(one) for one in before.enrichment if one.slug != replaced]
        return yaml_text.dump({"version": VERSION, KIND: [*entries, *others]})

    try:
        store.load(text, now=now, by=by)
    except BadConfiguration as bad:
        raise Refused(_problems(bad)) from bad


def _problems(bad: BadConfiguration) -> dict[str, str]:
    found: dict[str, str] = {}
    for problem in bad.problems:
        ours, _, key = problem.path.partition(f"{KIND}[0]")
        key = "" if ours else key.lstrip(".").partition(".")[0]
        said = problem.problem if key else str(problem)
        found[key] = f"{found[key]}; {said}" if key in found else said
    return found
