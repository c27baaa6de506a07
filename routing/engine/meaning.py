"""What a document says, without how it is written: defaults are left out, a group of one is what is in it.

Two documents with one meaning decide every lead alike. Works on drafts as well, however unfinished they are.
"""

from __future__ import annotations

import json
from typing import Any

from routing.engine.facts import Vocabulary
from routing.engine.nodes import Json
from routing.engine.operators import OPERATORS
from routing.engine.rules import STICKY_DAYS

NOTHING: tuple[Any, ...] = (None, "", [], {}, False)
GROUPS = ("all", "any")
# What a target says where it says nothing.
DEFAULTS: Json = {"hours": "prefer", "capacity": "wall", "if_nobody": {"kind": "fallback"}}


def document(whole: Json, vocabulary: Vocabulary) -> Json:
    return {
        **{key: plain(value) for key, value in whole.items() if key != "format"},
        "sticky_days": whole.get("sticky_days", STICKY_DAYS),
        "rules": [rule(one, vocabulary) for one in whole.get("rules", [])],
        "otherwise": target(whole.get("otherwise")),
    }


def rule(one: Json, vocabulary: Vocabulary) -> Json:
    """A rule with all below it."""
    said = {key: plain(value) for key, value in one.items() if value not in NOTHING}
    said["when"] = condition(one.get("when"), vocabulary)
    for key in ("target", "otherwise"):
        if key in one:
            said[key] = target(one[key])
    if "rules" in one:
        said["rules"] = [rule(below, vocabulary) for below in one["rules"]]
    return said


def condition(when: Any, vocabulary: Vocabulary) -> Any:
    if not isinstance(when, dict):
        return plain(when)
    for kind in GROUPS:
        if isinstance(when.get(kind), list | tuple):
            parts = [condition(part, vocabulary) for part in when[kind]]
            return parts[0] if len(parts) == 1 else {kind: parts}
    if "not" in when:
        return {"not": condition(when["not"], vocabulary)}
    said = {key: plain(value) for key, value in when.items() if value is not None}
    field = vocabulary.get(str(when.get("field")))
    operator = OPERATORS[field.type].get(str(when.get("op"))) if field else None
    if operator is not None and said.get("if_blank") is operator.blank:
        del said["if_blank"]
    return said


def target(what: Any) -> Any:
    if not isinstance(what, dict):
        return plain(what)
    said: Json = {}
    for key, value in what.items():
        if key in ("rows", "ways") and isinstance(value, list | tuple):
            said[key] = [_with_target(one) for one in value]
            continue
        value = target(value) if key in ("otherwise", "if_nobody") else plain(value)
        if key in ("otherwise", "target") or (value not in NOTHING and value != DEFAULTS.get(key)):
            said[key] = value
    return said


def plain(value: Any) -> Any:
    """A value as JSON reads it back: 2.0 is 2, a tuple a list."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return {key: plain(one) for key, one in value.items()} if isinstance(value, dict) else value


def same(one: Any, other: Any) -> bool:
    """Whether two meanings are one: `True` is not 1, and the order of an object's members says nothing."""
    return json.dumps(one, sort_keys=True, default=str) == json.dumps(other, sort_keys=True, default=str)


def _with_target(one: Any) -> Any:
    """A row of a table, or a way of a split."""
    if not isinstance(one, dict):
        return plain(one)
    return {key: target(value) if key == "target" else plain(value) for key, value in one.items()}
