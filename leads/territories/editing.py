"""One territory into the configuration, or out of it: read and checked like a file that says so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leads.configuration import plain, store, yaml_text
from leads.configuration.parts import Configuration
from leads.configuration.plain import VERSION
from leads.configuration.read import BadConfiguration
from reps.models import Change, User

KIND = "territories"


class Refused(Exception):
    """It stayed as it was. `problems` has a sentence for each key of the entry; "" is about the rest."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{path}: {problem}" if path else problem for path, problem in problems.items()))
        self.problems = problems


def draw(entry: Mapping[str, Any], *, by: User, now: datetime) -> None:
    """Add this territory. `entry` is what a file would say of it."""
    _write({str(entry["slug"]): entry}, None, by, now)


def redraw(slug: str, entry: Mapping[str, Any], *, seen: int, by: User, now: datetime) -> None:
    """Make the territory `slug` what the entry says, if it is still as it was after its change `seen`."""
    _write({slug: {**entry, "slug": slug}}, slug, by, now, seen)


def erase(slug: str, *, by: User, now: datetime) -> None:
    """Take the territory out. Its pool stays, without members, if decisions name it."""
    _write({}, slug, by, now)


def last_change(slug: str) -> int:
    """The number of the latest change of this territory, 0 if none is kept."""
    latest = Change.objects.filter(kind=KIND, subject=slug).order_by("-pk").values_list("pk", flat=True).first()
    return latest or 0


def _write(
    put: Mapping[str, Mapping[str, Any]], replaced: str | None, by: User, now: datetime, seen: int | None = None
) -> None:
    def text(before: Configuration) -> str:
        # Asked again whenever somebody else was quicker, so it holds for what is then written.
        if seen is not None and replaced and last_change(replaced) != seen:
            raise Refused({"": "Somebody changed it meanwhile: open it again to see what it says now."})
        entries = [plain.of_part(one) for one in before.territories if one.slug != replaced]
        return yaml_text.dump({"version": VERSION, KIND: [*map(_given, put.values()), *entries]})

    try:
        store.load(text, now=now, by=by)
    except BadConfiguration as bad:
        raise Refused(_problems(bad, ours=f"{KIND}[0]" if put else "")) from bad


def _given(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What is left empty is left out."""
    return {key: value for key, value in entry.items() if value not in (None, "", [])}


def _problems(bad: BadConfiguration, ours: str) -> dict[str, str]:
    """By the path within the entry that is written; what is wrong elsewhere by then keeps its whole path in words."""
    found: dict[str, str] = {}
    for problem in bad.problems:
        if ours and problem.path.startswith(ours):
            path, said = problem.path.removeprefix(ours).lstrip("."), problem.problem
        else:
            path, said = "", str(problem)
        found[path] = f"{found[path]} {said}" if path in found else said
    return found
