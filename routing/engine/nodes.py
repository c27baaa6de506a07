"""What a drawn tree is made of, and how each piece is called: in the page, in its address, and in what is done to it.

A rule is called by its id. Its outcome is `<id>_target`; what a branch does with whom none of its rules took is
`<id>_otherwise`, and where that leads `<id>_otherwise_target`. The root's are `_otherwise` and `_otherwise_target`.
No rule's id has an underscore, so no two pieces share a name. Works on documents that are not finished yet: a draft
may lack what publishing asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

TARGET, OTHERWISE = "_target", "_otherwise"
ROOT = ""  # the parent of the outermost rules
ROOT_OTHERWISE = OTHERWISE

_STEP = re.compile(r"(?:^|\.)rules\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Found:
    """A rule and where it stands: `siblings` is the very list it is in, `number` what people call it (2.1)."""

    rule: Json
    siblings: list[Json]
    index: int
    parent: str  # the id of the branch it is in; ROOT for the outermost
    number: str
    depth: int  # 1 for the outermost

    @property
    def id(self) -> str:
        return str(self.rule.get("id", ""))

    @property
    def path(self) -> str:
        """As problems name it: `rules[1].rules[0]`."""
        return ".".join(f"rules[{int(step) - 1}]" for step in self.number.split("."))


def rule_of(node: str) -> str:
    """The id of the rule that a piece belongs to; ROOT for the root's otherwise."""
    return node.partition("_")[0]


def is_rule(node: str) -> bool:
    return bool(node) and "_" not in node


def is_otherwise(node: str) -> bool:
    """The Otherwise card or where it leads."""
    return OTHERWISE in node


def copied(value: Any) -> Any:
    """A copy of what came from JSON, all the way down; for a thousand rules a fifth of what `deepcopy` takes."""
    if isinstance(value, dict):
        return {key: copied(one) for key, one in value.items()}
    return type(value)(copied(one) for one in value) if isinstance(value, list | tuple) else value


def walk(document: Json) -> Iterator[Found]:
    """Every rule with its place, in the order in which they are read."""
    yield from _walk(document.get("rules", []), ROOT, "", 1)


def _walk(rules: list[Json], parent: str, prefix: str, depth: int) -> Iterator[Found]:
    for index, rule in enumerate(rules):
        number = f"{prefix}{index + 1}"
        yield Found(rule, rules, index, parent, number, depth)
        if "rules" in rule:
            yield from _walk(rule["rules"], str(rule.get("id", "")), f"{number}.", depth + 1)


def find(document: Json, node: str) -> Found | None:
    """The rule that this piece belongs to."""
    wanted = rule_of(node)
    return next((found for found in walk(document) if found.id == wanted), None) if wanted else None


def is_branch(rule: Json) -> bool:
    return "rules" in rule


def rules_within(document: Json, parent: str) -> list[Json] | None:
    """The very list of rules in a branch (or at the root); None if there is no such branch."""
    if parent == ROOT:
        rules: list[Json] = document.setdefault("rules", [])
        return rules
    found = find(document, parent)
    if found is None or not is_branch(found.rule):
        return None
    inner: list[Json] = found.rule["rules"]
    return inner


def target_of(document: Json, node: str) -> Json | None:
    """The target of an outcome or an Otherwise, the very object; None where none is set yet."""
    holder = holder_of(document, node)
    if holder is None:
        return None
    whole, key = holder
    target: Json | None = whole.get(key)
    return target


def holder_of(document: Json, node: str) -> tuple[Json, str] | None:
    """The object that holds this piece's target, and under which key; None if there is no such piece."""
    key = "otherwise" if is_otherwise(node) else "target"
    if rule_of(node) == ROOT:
        return (document, key) if key == "otherwise" else None
    found = find(document, node)
    if found is None or is_branch(found.rule) != (key == "otherwise"):
        return None
    return found.rule, key


def new_id(document: Json, name: str, taken: frozenset[str] = frozenset()) -> str:
    """An id for a rule of this name. `taken` are ids that have been used before: history hangs on them."""
    used = {found.id for found in walk(document)} | taken
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:32] or "rule"
    number = 1
    while (one := plain if number == 1 else f"{plain}-{number}") in used:
        number += 1
    return one


def node_at(document: Json, path: str) -> str:
    """The piece that a problem's path such as `rules[1].rules[0].when.all[2].value` speaks of; "" for the whole."""
    rules, rule, end = document.get("rules", []), None, 0
    for step in _STEP.finditer(path):
        if step.start() != end or not isinstance(rules, list) or int(step[1]) >= len(rules):
            break
        rule, end = rules[int(step[1])], step.end()
        rules = rule.get("rules", []) if isinstance(rule, dict) else []
    rest = path[end:].lstrip(".")
    name = str(rule.get("id", "")) if isinstance(rule, dict) else ROOT
    if re.match(r"otherwise\b", rest):
        return f"{name}{OTHERWISE}{TARGET}"
    if re.match(r"target\b", rest) and name:
        return f"{name}{TARGET}"
    return name


def rest_of(path: str) -> str:
    """What a problem's path says within its rule: `when.all[2].value`."""
    end = 0
    for step in _STEP.finditer(path):
        if step.start() != end:
            break
        end = step.end()
    return path[end:].lstrip(".")
