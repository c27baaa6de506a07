"""What one configuration has that another has not: for the dry run, for the history, for writing just that."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from leads.configuration import plain, yaml_text
from leads.configuration.parts import KEYS, Configuration, Part

MISSING = object()
LONGEST = 200  # characters of a value on a line


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
    for line in _changed_keys("", before, after):
        yield f"      {line}"


def _changed(path: str, before: Any, after: Any) -> Iterator[str]:
    """What differs, as deep down as it takes to be seen: of a long tree the one rule, of that its one condition."""
    if isinstance(before, dict) and isinstance(after, dict) and _is_long(before, after):
        yield from _changed_keys(path, before, after)
    elif isinstance(before, list) and isinstance(after, list) and _is_long(before, after):
        yield from _changed_entries(path, before, after)
    else:
        yield f"{path}: {_shown(before)} → {_shown(after)}"


def _changed_keys(path: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for key in {**before, **after}:
        if (was := before.get(key, MISSING)) != (will := after.get(key, MISSING)):
            yield from _changed(f"{path}.{key}" if path else key, was, will)


def _changed_entries(path: str, before: list[Any], after: list[Any]) -> Iterator[str]:
    """Entries with a name of their own are told by it, else the list by its two texts."""
    were, will = _named(before), _named(after)
    if were is None or will is None:
        yield f"{path}: {_shown(before)} → {_shown(after)}"
        return
    for name in {**were, **will}:
        where = f"{path}[{name}]"
        if name not in will:
            yield f"{where}: removed"
        elif name not in were:
            yield f"{where}: added {_shown(will[name])}"
        else:
            yield from _changed_keys(where, were[name], will[name])
    if [name for name in were if name in will] != [name for name in will if name in were]:
        yield f"{path}: another order: {', '.join(will)}"


def _named(entries: list[Any]) -> dict[str, Any] | None:
    for key in ("id", "name", "rep"):
        named = {str(entry[key]): entry for entry in entries if isinstance(entry, dict) and key in entry}
        if len(named) == len(entries):
            return named
    return None


def _is_long(*values: Any) -> bool:
    return any(len(yaml_text.in_line(value)) > LONGEST for value in values)


def _shown(value: Any) -> str:
    if value is MISSING:
        return "(default)"
    text = yaml_text.in_line(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _values(part: Part | None) -> dict[str, Any] | None:
    return None if part is None else plain.of_part(part)
