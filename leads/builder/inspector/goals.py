"""Where leads can be sent, as one list to choose from: every pool, person and queue by name, each with its target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leads.builder.inspector.fields import Choice, Choices
from leads.builder.names import Names

KINDS: Mapping[str, str] = {
    "pool": "A pool of reps",
    "rep": "One person",
    "account_owner": "The account's owner",
    "territory": "The territory's reps",
    "queue": "A queue",
    "table": "A lookup table",
    "split": "A split by share",
    "tree": "Another tree",
    "nurture": "A nurture track, no rep",
    "discard": "Nobody: discard",
    "fallback": "The last Otherwise",
}
LAST_RESORTS = ("queue", "pool", "rep")
ALONE = ("account_owner", "territory", "nurture", "discard", "fallback")  # kinds of which there is one to choose
WRITTEN = {"nurture": "track", "discard": "reason"}
OF_MANY = {"pool": "Pools", "queue": "Queues", "rep": "People", "tree": "Trees"}


@dataclass(frozen=True, slots=True)
class Goal:
    """A place to choose where leads go. `within` is its place in an outcome: if_nobody, rows.2, ways.0.

    A choice is `pool:emea`: its kind, and which of that kind. A track and a reason are written beside it.
    """

    within: str
    groups: tuple[Choices, ...]
    called: str
    chosen: str
    writes: str = ""
    text: str = ""
    problem: str = ""

    @property
    def mark(self) -> str:
        """Its place as part of an element's id."""
        return self.within.replace(".", "-")


@dataclass(frozen=True, slots=True)
class Goals:
    """`last_resort`: only places where leads can always wait or be taken."""

    names: Names
    last_resort: bool = False

    def called(self, target: Any) -> str:
        """A target in a few words: "Regulated", "Account owner", "Table by country"."""
        if not isinstance(target, dict):
            return "Nothing yet"
        kind = str(target.get("kind", ""))
        if kind in OF_MANY:
            slug = str(target.get(kind, ""))
            return self._of(kind).get(slug, slug) or KINDS[kind]
        match kind:
            case "nurture":
                return f"Nurture: {target.get('track', '')}"
            case "discard":
                return f"Discard: {target.get('reason', '')}"
            case "table":
                return f"A table with {len(target.get('rows', []))} rows"
            case "split":
                return "A split: " + ", ".join(str(way.get("name", "")) for way in target.get("ways", []))
        return KINDS.get(kind, kind or "Nothing yet")

    def at(self, within: str, target: Any, problem: str = "") -> Goal:
        kind = str(target.get("kind", "")) if isinstance(target, dict) else ""
        writes = WRITTEN.get(kind, "")
        chosen = f"{kind}:{target.get(kind, '') if kind in OF_MANY else ''}" if kind else ""
        groups = self.groups(chosen, f"{self.called(target)}{_more(target)}")
        text = str(target.get(writes, "")) if writes else ""
        return Goal(within, groups, self.called(target), chosen, writes, text, problem)

    def groups(self, chosen: str = "", called: str = "") -> tuple[Choices, ...]:
        """Every simple target; what is chosen comes first if it is none of these."""
        found = [
            Choices(title, tuple(_choice(f"{kind}:{slug}", name, chosen) for slug, name in self._of(kind).items()))
            for kind, title in OF_MANY.items()
            if not self.last_resort or kind in LAST_RESORTS
        ]
        if not self.last_resort:
            found.append(Choices("Others", tuple(_choice(f"{kind}:", KINDS[kind], chosen) for kind in ALONE)))
        found = [group for group in found if group.choices]
        if any(one.chosen for group in found for one in group.choices):
            return tuple(found)
        return (Choices("Now", (Choice(chosen, called if chosen else "Choose…", chosen=True),)), *found)

    def _of(self, kind: str) -> Mapping[str, str]:
        return self.names.by_kind[kind]


def _choice(value: str, label: str, chosen: str) -> Choice:
    return Choice(value, label, value == chosen)


def _more(target: Any) -> str:
    """A pool with skills is not the pool alone."""
    if not isinstance(target, dict):
        return ""
    beside = set(target) - {"kind", str(target.get("kind"))}
    return " (with its own settings)" if beside and target.get("kind") in OF_MANY else ""
