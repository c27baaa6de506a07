"""One policy or one company holiday into the configuration, or out of it: read and checked like a file that says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from leads import sla
from leads.configuration import plain, store, yaml_text
from leads.configuration.parts import Configuration
from leads.configuration.plain import VERSION
from leads.configuration.read import BadConfiguration
from leads.configuration.read_leads import policy_document
from reps.models import Change, User

POLICIES, HOLIDAYS = "sla_policies", "holidays"

Entry = dict[str, Any]


class Refused(Exception):
    """It stayed as it was. `problems` has a sentence for each key of the entry; "" is about the rest."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{path}: {problem}" if path else problem for path, problem in problems.items()))
        self.problems = problems


def entries(before: Configuration) -> list[Entry]:
    """The policies in force as a file would write them: before any is written, those that Switchyard ships with."""
    written = [plain.of_part(one) for one in before.sla_policies]
    return written or [policy_document(policy) for policy in sla.SHIPPED]


def add(entry: Mapping[str, Any], *, by: User, now: datetime) -> None:
    """A new policy, after the others."""

    def change(found: list[Entry]) -> tuple[list[Entry], int]:
        return [*_without_default(found, entry), dict(entry)], len(found)

    _write_policies(change, by, now)


def rewrite(slug: str, entry: Mapping[str, Any], *, seen: int, by: User, now: datetime) -> None:
    """Make the policy `slug` what the entry says, in its place, if none was changed since the change `seen`."""

    def change(found: list[Entry]) -> tuple[list[Entry], int]:
        if last_change() != seen:
            raise Refused({"": "Somebody changed the promises meanwhile: open it again to see what they say now."})
        place = _place(found, slug)
        rest = _without_default(found, entry)
        return [*rest[:place], {**entry, "slug": slug}, *rest[place + 1 :]], place

    _write_policies(change, by, now)


def remove(slug: str, *, by: User, now: datetime) -> None:
    """Take a policy out. Leads that have it keep it; once none is left, those that are shipped are in force again."""

    def change(found: list[Entry]) -> tuple[list[Entry], None]:
        place = _place(found, slug)
        return [*found[:place], *found[place + 1 :]], None

    _write_policies(change, by, now)


def move(slug: str, *, up: bool, by: User, now: datetime) -> None:
    """One place up or down: the first policy that fits a lead is its policy."""

    def change(found: list[Entry]) -> tuple[list[Entry], None]:
        place = _place(found, slug)
        other = place - 1 if up else place + 1
        if 0 <= other < len(found):
            found[place], found[other] = found[other], found[place]
        return found, None

    _write_policies(change, by, now)


def add_holiday(day: date, name: str, *, by: User, now: datetime) -> None:
    """A day on which nobody of the company works."""

    def text(before: Configuration) -> str:
        days = [plain.of_part(one) for one in before.holidays]
        return _text(HOLIDAYS, [{"day": day.isoformat(), "name": name}, *days])

    _load(text, f"{HOLIDAYS}[0]", by, now)


def remove_holiday(day: date, *, by: User, now: datetime) -> None:
    """The day is one like others again."""

    def text(before: Configuration) -> str:
        return _text(HOLIDAYS, [plain.of_part(one) for one in before.holidays if one.day != day])

    _load(text, "", by, now)


def last_change() -> int:
    """The number of the latest change of any policy, 0 if none is kept."""
    latest = Change.objects.filter(kind=POLICIES).order_by("-pk").values_list("pk", flat=True).first()
    return latest or 0


def _write_policies(change: Callable[[list[Entry]], tuple[list[Entry], int | None]], by: User, now: datetime) -> None:
    ours = ""

    def text(before: Configuration) -> str:
        # Asked again whenever somebody else was quicker, so it holds for what is then written.
        nonlocal ours
        found, place = change(entries(before))
        ours = "" if place is None else f"{POLICIES}[{place}]"
        return _text(POLICIES, found)

    _load(text, lambda: ours, by, now)


def _load(text: Callable[[Configuration], str], ours: str | Callable[[], str], by: User, now: datetime) -> None:
    try:
        store.load(text, now=now, by=by)
    except BadConfiguration as bad:
        raise Refused(_problems(bad, ours if isinstance(ours, str) else ours())) from bad


def _text(kind: str, found: list[Entry]) -> str:
    return yaml_text.dump({"version": VERSION, kind: found})


def _place(found: list[Entry], slug: str) -> int:
    place = next((number for number, one in enumerate(found) if one["slug"] == slug), None)
    if place is None:
        raise Refused({"": "Somebody has taken this promise out meanwhile."})
    return place


def _without_default(found: list[Entry], entry: Mapping[str, Any]) -> list[Entry]:
    """There is one default: whichever was marked last."""
    if not entry.get("default"):
        return found
    return [{key: value for key, value in one.items() if key != "default"} for one in found]


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
