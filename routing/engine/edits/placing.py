"""Which rules there are, and in what order they are asked: add, branch, duplicate, move, delete, switch off.

Where a rule goes is said by `before` or `after` a piece (an Otherwise stands after the last rule of its branch), or by
`parent` and `index`: the place it will then have; without an index it goes last.
"""

from __future__ import annotations

from copy import deepcopy
from typing import NamedTuple

from routing.engine import nodes
from routing.engine.edits import asked, pieces
from routing.engine.edits.deed import Arguments, Around, Done, Refused
from routing.engine.edits.narrowing import narrowed
from routing.engine.nodes import ROOT, Json
from routing.engine.read_rules import MOST_RULES
from routing.engine.starters import BY_KEY

DEEPEST = 5  # what people can follow; documents written elsewhere may go to 8, and are left as they are
LONGEST_NAME = 200
NEW_NAME = "New rule"


class Spot(NamedTuple):
    rules: list[Json]
    place: int
    depth: int


def add_rule(document: Json, arguments: Arguments, around: Around) -> Done:
    """A rule for every lead and without an outcome: both are to be set."""
    name = asked.text(arguments, "name", longest=LONGEST_NAME)
    spot = _spot(document, arguments, around)
    _refuse_deeper(spot.depth)
    _refuse_more(document, 1)
    node = nodes.new_id(document, name or "rule", around.taken)
    spot.rules.insert(spot.place, {"id": node, "name": name or NEW_NAME, "when": {"all": []}})
    return Done(document, f"added {name}" if name else "added a rule", node)


def add_branch(document: Json, arguments: Arguments, around: Around) -> Done:
    """Make room for rules inside: the rule's outcome moves to the new Otherwise, so every lead goes where it went."""
    found = pieces.rule(document, arguments)
    name = pieces.called(found.rule)
    if nodes.is_branch(found.rule):
        raise Refused("node", f"{name} is a branch already: add a rule inside it.")
    _refuse_deeper(found.depth + 1)
    _branch(found.rule)
    return Done(document, f"made {name} a branch", found.id)


def duplicate(document: Json, arguments: Arguments, around: Around) -> Done:
    """A copy right below, with all that is inside."""
    found = pieces.rule(document, arguments)
    copy = deepcopy(found.rule)
    _refuse_more(document, _count(copy))
    copy["name"] = f"{str(copy.get('name', ''))[: LONGEST_NAME - 5]} copy".strip()
    found.siblings.insert(found.index + 1, copy)
    taken = around.taken | {one.id for one in nodes.walk(document)}
    for one in nodes.walk({"rules": [copy]}):
        one.rule["id"] = nodes.new_id({}, str(one.rule.get("name", "")), taken)
        taken |= {one.rule["id"]}
    return Done(document, f"duplicated {pieces.called(found.rule)}", copy["id"])


def move(document: Json, arguments: Arguments, around: Around) -> Done:
    """To another place among its siblings, or into another branch, with all that is inside."""
    found = pieces.rule(document, arguments)
    name = pieces.called(found.rule)
    inside = {one.id for one in nodes.walk({"rules": [found.rule]})}
    beside = [nodes.rule_of(asked.text(arguments, key)) for key in ("before", "after", "parent")]
    if beside[0] == found.id or beside[1] == found.id:
        return Done(document, f"left {name} where it is", found.id)
    if inside.intersection(beside):
        raise Refused("parent", f"{name} cannot go inside itself.")
    found.siblings.pop(found.index)
    spot = _spot(document, arguments, around)
    height = max(one.depth for one in nodes.walk({"rules": [found.rule]})) - 1
    _refuse_deeper(spot.depth + height, unless=found.depth + height)
    spot.rules.insert(spot.place, found.rule)
    return Done(document, f"moved {name} to {pieces.number(document, found.id)}", found.id)


def delete(document: Json, arguments: Arguments, around: Around) -> Done:
    """With `mode=keep` the rules inside take its place and ask what it asked too, so they take the same leads."""
    found = pieces.rule(document, arguments)
    keep = asked.choice({"mode": "branch", **arguments}, "mode", ("branch", "keep")) == "keep"
    name, within = pieces.called(found.rule), _count(found.rule) - 1
    kept = [narrowed(child, found.rule) for child in found.rule.get("rules", [])] if keep else []
    found.siblings[found.index : found.index + 1] = kept
    if found.index < len(found.siblings):
        node = str(found.siblings[found.index].get("id", ""))
    else:
        node = f"{found.parent}{nodes.OTHERWISE}"
    words = f"deleted {name}"
    if kept:
        words += f" and kept {pieces.counted(len(kept), 'rule')} of it"
    elif within:
        words += f" with {pieces.counted(within, 'rule')} inside"
    return Done(document, words, node)


def toggle(document: Json, arguments: Arguments, around: Around) -> Done:
    """Switch a rule off, or on again: leads pass it by as if it were not there."""
    found = pieces.rule(document, arguments)
    if found.rule.pop("off", False):
        return Done(document, f"switched on {pieces.called(found.rule)}", found.id)
    found.rule["off"] = True
    return Done(document, f"switched off {pieces.called(found.rule)}", found.id)


def starter(document: Json, arguments: Arguments, around: Around) -> Done:
    """An empty tree begins as one of the starters."""
    chosen = BY_KEY[asked.choice(arguments, "starter", tuple(BY_KEY))]
    if document.get("rules"):
        raise Refused("starter", "There are rules already: delete them first, or add to them.")
    start = deepcopy(chosen.document)
    for found in nodes.walk(start):
        found.rule["id"] = nodes.new_id({}, found.id, around.taken)
    return Done({**document, "rules": start["rules"]}, f"began with {chosen.name}", str(start["rules"][0]["id"]))


def _spot(document: Json, arguments: Arguments, around: Around) -> Spot:
    for key in ("before", "after"):
        if node := asked.text(arguments, key):
            return _beside(document, node, key)
    parent = nodes.rule_of(asked.text(arguments, "parent"))
    index = asked.whole(arguments, "index")
    depth = 1
    if parent != ROOT:
        found = pieces.rule(document, {"parent": parent}, "parent")
        depth = found.depth + 1
        if not nodes.is_branch(found.rule):
            _branch(found.rule)
    rules = nodes.rules_within(document, parent)
    if rules is None:
        raise Refused("parent", pieces.GONE)
    return Spot(rules, len(rules) if index is None else min(index, len(rules)), depth)


def _beside(document: Json, node: str, key: str) -> Spot:
    """Before or after a rule; both of an Otherwise are the last place above it."""
    found = nodes.find(document, node)
    if nodes.is_otherwise(node):
        rules = nodes.rules_within(document, nodes.rule_of(node))
        if rules is None:
            raise Refused(key, pieces.GONE)
        return Spot(rules, len(rules), found.depth + 1 if found else 1)
    if found is None:
        raise Refused(key, pieces.GONE)
    return Spot(found.siblings, found.index + (key == "after"), found.depth)


def _branch(rule: Json) -> None:
    rule["rules"] = []
    rule["otherwise"] = rule.pop("target", None) or {"kind": "fallback"}


def _count(rule: Json) -> int:
    return sum(1 for _ in nodes.walk({"rules": [rule]}))


def _refuse_deeper(depth: int, unless: int = 0) -> None:
    if depth > max(DEEPEST, unless):
        raise Refused("parent", f"Rules go at most {DEEPEST} levels deep: a lookup table often does it in one.")


def _refuse_more(document: Json, more: int) -> None:
    if sum(1 for _ in nodes.walk(document)) + more > MOST_RULES:
        raise Refused("node", f"A tree may have at most {MOST_RULES:,} rules.")
