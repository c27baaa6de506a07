"""A rule as it must be to take the same leads without the branch that it was in."""

from __future__ import annotations

from typing import Any

from routing.engine.edits.deed import Refused
from routing.engine.nodes import Json
from routing.engine.read_conditions import MOST_TESTS


def narrowed(rule: Json, branch: Json) -> Json:
    """It asks what the branch asked before it asks its own, sets what the branch set, and is off if the branch was."""
    when = both(branch.get("when"), rule.get("when"))
    if tests_of(when) > MOST_TESTS:
        raise Refused("mode", f"A rule inside would have more than {MOST_TESTS} conditions.")
    narrow = {**rule, "when": when}
    if facts := {**branch.get("set", {}), **rule.get("set", {})}:
        narrow["set"] = facts
    if branch.get("off"):
        narrow["off"] = True
    return narrow


def both(first: Any, second: Any) -> Json:
    """One condition that holds where both do, without a group that is not needed."""
    parts = [*_of_all(first), *_of_all(second)]
    return parts[0] if len(parts) == 1 else {"all": parts}


def _of_all(condition: Any) -> list[Any]:
    if isinstance(condition, dict) and list(condition) == ["all"] and isinstance(condition["all"], list):
        return condition["all"]
    return [] if condition is None else [condition]


def tests_of(condition: Any) -> int:
    if isinstance(condition, dict):
        return 1 if "field" in condition else sum(tests_of(part) for part in condition.values())
    return sum(tests_of(part) for part in condition) if isinstance(condition, list) else 0
