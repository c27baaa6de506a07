"""What one configuration has that another has not: for the dry run, for the history, for writing just that."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from leads.configuration import plain, yaml_text
from leads.configuration.parts import KEYS, Configuration, Part

MISSING = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry that was added (`before` is None), changed, or removed (`after` is None)."""

    kind: str
    name: str
    before: Any = None
    after: Any = None

    def values(self) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """Before and after, in the words of the file."""
        return _values(self.before), _values(self.after)


@dataclass(frozen=True, slots=True)
class Differences:
    """By kind. Policies also have an order, which may be all that changed."""

    found: Mapping[str, tuple[Difference, ...]] = field(default_factory=dict)
    policies_reordered: bool = False

    def __bool__(self) -> bool:
        return bool(self.found) or self.policies_reordered

    def __iter__(self) -> Iterator[Difference]:
        for differences in self.found.values():
            yield from differences

    def put(self, kind: str) -> list[tuple[Any, Any]]:
        """(before, after) of what is added or changed."""
        return [(one.before, one.after) for one in self.found.get(kind, ()) if one.after is not None]

    def gone(self, kind: str) -> list[Any]:
        return [one.before for one in self.found.get(kind, ()) if one.after is None]


def between(before: Configuration, after: Configuration, kinds: Collection[str] = KEYS) -> Differences:
    """What must be written to come from one to the other."""
    found = {
        kind: differences
        for kind in KEYS
        if kind in kinds and (differences := tuple(_of_kind(kind, before.of(kind), after.of(kind))))
    }
    order = [list(configuration.of("sla_policies")) for configuration in (before, after)]
    return Differences(found, policies_reordered=order[0] != order[1])


def _of_kind(kind: str, before: Mapping[str, Part], after: Mapping[str, Part]) -> Iterator[Difference]:
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield Difference(kind, name, before.get(name), after.get(name))


def lines(differences: Differences) -> Iterator[str]:
    """For people: `+` added, `-` removed, `~` changed, with each field before and after."""
    for kind, found in differences.found.items():
        yield f"{kind}: {_count(found)}"
        for one in found:
            yield from _lines_of(one)
    if differences.policies_reordered and "sla_policies" not in differences.found:
        yield "sla_policies: another order"
    if not differences:
        yield "Nothing would change: the database says what the file says."


def summary(differences: Differences) -> Iterator[str]:
    """One line for each kind."""
    for kind, found in differences.found.items():
        yield f"{kind}: {_count(found)}"
    if not differences:
        yield "Nothing changed: the database says what the file says."


def _count(found: tuple[Difference, ...]) -> str:
    added = sum(one.before is None for one in found)
    removed = sum(one.after is None for one in found)
    changed = len(found) - added - removed
    return ", ".join(
        f"{number} {what}" for number, what in ((added, "added"), (changed, "changed"), (removed, "removed")) if number
    )


def _lines_of(one: Difference) -> Iterator[str]:
    before, after = one.values()
    name = one.name or one.kind
    if before is None or after is None:
        yield f"  {'+' if before is None else '-'} {name}"
        return
    yield f"  ~ {name}"
    for key in {**before, **after}:
        if before.get(key, MISSING) != after.get(key, MISSING):
            yield f"      {key}: {_shown(before.get(key, MISSING))} → {_shown(after.get(key, MISSING))}"


def _shown(value: Any) -> str:
    if value is MISSING:
        return "(default)"
    text = yaml_text.in_line(value)
    return text if len(text) <= 200 else f"{text[:199]}…"


def _values(part: Part | None) -> dict[str, Any] | None:
    return None if part is None else plain.of_part(part)
