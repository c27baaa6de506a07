"""One provider into the configuration, or out of it: read and checked like a file that says so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leads.configuration import plain, store, yaml_text
from leads.configuration.parts import Configuration, Enrichment
from leads.configuration.plain import VERSION
from leads.configuration.read import BadConfiguration
from reps.models import User

KIND = "enrichment"


class Refused(Exception):
    """It stayed as it was. `problems` has a sentence for each key of the entry; "" is about the rest."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{key}: {problem}" for key, problem in problems.items()))
        self.problems = problems


def put(entry: Mapping[str, Any], *, replaces: str = "", by: User, now: datetime) -> None:
    """Add the provider, or make `replaces` what the entry says. The entry is what a file would say of it."""
    _write([{key: value for key, value in entry.items() if value not in (None, "", [], {})}], replaces, by, now)


def remove(slug: str, *, by: User, now: datetime) -> None:
    """Take it out, with what it has answered: leads keep what they have from it."""
    _write([], slug, by, now)


def entry_of(part: Enrichment) -> dict[str, Any]:
    return plain.of_part(part)


def _write(entries: list[dict[str, Any]], replaced: str, by: User, now: datetime) -> None:
    def text(before: Configuration) -> str:
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
