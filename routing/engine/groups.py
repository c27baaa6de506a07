"""A rule's condition as people edit it: groups of questions, each piece called by its place.

A place is the indexes on the way through groups, joined by dots; "" is the outermost group. A condition that is one
single question is edited as All of one; `{"not": {"any": […]}}` is the group None of. Reads what no engine would take,
too: a draft need not be finished.
"""

from __future__ import annotations

import re
from typing import Any

from routing.engine.nodes import Json

# What a group asks of its parts, as people say it.
KINDS = {"all": "all of", "any": "any of", "none": "none of", "not_all": "not all of"}
_PLACE = re.compile(r"(\d{1,4}(\.\d{1,4})*)?\Z", re.ASCII)


def kind_of(condition: Any) -> str:
    """Which kind of group it is; "" for a question, and for what is none of these."""
    if not isinstance(condition, dict) or len(condition) != 1:
        return ""
    ((form, inner),) = condition.items()
    if form in ("all", "any"):
        return str(form) if isinstance(inner, list) else ""
    if form == "not":
        return {"any": "none", "all": "not_all"}.get(kind_of(inner), "none")
    return ""


def parts_of(condition: Any) -> list[Any]:
    """What a group consists of, the very list where there is one; a question consists of itself alone."""
    if not kind_of(condition):
        return [condition]
    ((form, inner),) = condition.items()
    if form != "not":
        return list(inner) if not isinstance(inner, list) else inner
    return parts_of(inner) if kind_of(inner) in ("any", "all") else [inner]


def group(kind: str, parts: list[Any]) -> Json:
    """A group of this kind with these very parts."""
    match kind:
        case "none":
            return {"not": {"any": parts}}
        case "not_all":
            return {"not": {"all": parts}}
        case _:
            return {kind: parts}


def steps(at: str) -> list[int] | None:
    """The indexes of a place; None where it is none."""
    return [int(step) for step in at.split(".") if step] if _PLACE.match(at) else None


def as_group(condition: Any) -> Json:
    """The same condition as a group whose parts are one list: `not x` is None of x, a question is All of one."""
    kind = kind_of(condition) or "all"
    return group(kind, parts_of(condition))


def part_at(when: Any, at: str) -> Any:
    """The condition at this place; None where there is none."""
    indexes = steps(at)
    if indexes is None:
        return None
    for depth, index in enumerate(indexes):
        parts = parts_of(when) if depth == 0 or kind_of(when) else []
        if index >= len(parts):
            return None
        when = parts[index]
    return when
