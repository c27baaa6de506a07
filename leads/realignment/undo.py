"""What would put back what a change set changed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leads.configuration.parts import KEYS, Configuration
from leads.realignment.amendments import MERGED, OF_ACCOUNTS, Amendment


def reverse(applied: Sequence[Mapping[str, Any]], current: Configuration) -> Amendment:
    """`applied` are the entries as they were before and after. What has gone since need not be removed again."""
    entries: dict[str, dict[str, Mapping[str, Any]]] = {}
    removed: dict[str, list[str]] = {}
    for one in applied:
        kind, name, before, after = one["kind"], one["name"], one["before"], one["after"]
        if before is None:
            if kind in MERGED and name in current.of(kind):
                removed.setdefault(kind, []).append(name)
        else:
            entries.setdefault(kind, {})[name] = _put_back(kind, before, after or {})
    return Amendment(entries, {kind: tuple(names) for kind, names in removed.items()})


def _put_back(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Mapping[str, Any]:
    """Only what changed; what was not said before is put back to its default."""
    if kind == "accounts":
        return {key: before.get(key) for key in OF_ACCOUNTS}
    changed = {key: before.get(key) for key in {**before, **after} if before.get(key) != after.get(key)}
    return {KEYS[kind]: before[KEYS[kind]], **changed}
