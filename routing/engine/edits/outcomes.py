"""Where a piece sends its leads, who of several takes them, and what happens if nobody can.

`within` names a target inside the piece's own: `if_nobody`, `otherwise`, `rows.2`, `ways.0`, joined by dots as they
nest. Without it the piece's own target is meant.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from routing.engine import nodes
from routing.engine.edits import asked, pieces
from routing.engine.edits.assigning import assigned
from routing.engine.edits.deed import Arguments, Around, Done, Refused
from routing.engine.edits.phrases import phrase
from routing.engine.nodes import Json
from routing.engine.read_targets import DEEPEST, KINDS, LAST_RESORTS

FALLBACK: Json = {"kind": "fallback"}
NO_OUTCOME = "This outcome is not there any more."
REFERENCES = ("pool", "queue", "track", "tree")
KINDS_WITH_CHOICE = tuple(name for name, kind in KINDS.items() if "if_nobody" in kind.may_have)
LOOKED_UP_FIRST = "country"  # what a new table looks up, until another field is chosen


def set_target(document: Json, arguments: Arguments, around: Around) -> Done:
    """A kind and what it needs; how somebody is chosen stays, as far as the new kind chooses too.

    What was there before becomes the Otherwise of a new table and both ways of a new split, so nobody goes elsewhere
    until more is said.
    """
    node, within = asked.text(arguments, "node"), asked.text(arguments, "within")
    holder, key = holder_of(document, node, within)
    whose = pieces.outcome_called(document, node)
    if not arguments.get("kind"):
        if within or nodes.is_otherwise(node):
            raise Refused("kind", "Choose where these leads go.")
        holder.pop(key, None)
        return Done(document, f"took the outcome of {whose} away", node)
    holder[key] = target = made(arguments, holder.get(key), around, last_resort=is_last_resort(node))
    refuse_deeper(document, node)
    if inner := within.rpartition(".")[2]:
        return Done(document, f"sent {_part(inner)} of {whose} to {phrase(target, around)}", node)
    return Done(document, f"sent {whose} to {phrase(target, around)}", node)


def set_assign(document: Json, arguments: Arguments, around: Around) -> Done:
    """Only what is given is changed; an empty text takes it back to what is usual."""
    node = asked.text(arguments, "node")
    holder, key = holder_of(document, node, asked.text(arguments, "within"))
    target = holder.get(key)
    if not isinstance(target, dict) or target.get("kind") not in KINDS:
        raise Refused("kind", "Choose where these leads go first.")
    said = assigned(target, KINDS[target["kind"]].may_have, arguments, around)
    whose = f" of {pieces.outcome_called(document, node)}"  # said once
    words = [f"{label}{'' if index else whose} to {value}" for index, (label, value) in enumerate(said)]
    return Done(document, f"set {' and '.join(words) or f'nothing{whose}'}", node)


def set_if_nobody(document: Json, arguments: Arguments, around: Around) -> Done:
    """Where leads go for whom nobody is free; the fallback is what is usual."""
    node, within = asked.text(arguments, "node"), asked.text(arguments, "within")
    holder, key = holder_of(document, node, within)
    target, whose = holder.get(key), pieces.outcome_called(document, node)
    if not isinstance(target, dict) or target.get("kind") not in KINDS_WITH_CHOICE:
        raise Refused("kind", "Here nobody is chosen who could be away.")
    inner, before = FALLBACK, target.pop("if_nobody", None)
    if asked.text(arguments, "kind") not in ("", "fallback"):
        inner = target["if_nobody"] = made(arguments, before, around, last_resort=is_last_resort(node))
    refuse_deeper(document, node)
    return Done(document, f"sent leads of {whose} that nobody can take to {phrase(inner, around)}", node)


def holder_of(document: Json, node: str, within: str) -> tuple[Any, Any]:
    """What holds the target, and under which key: a member of an object."""
    found = nodes.holder_of(document, node)
    if found is None:
        raise Refused("node", NO_OUTCOME)
    holder, key = found
    steps = within.split(".") if within else []
    while steps:
        target = holder.get(key)
        if not isinstance(target, dict):
            raise Refused("within", NO_OUTCOME)
        step = steps.pop(0)
        if step in ("if_nobody", "otherwise"):
            holder, key = target, step
        elif step in ("rows", "ways") and steps:
            holder, key = item_of(target, step, steps.pop(0)), "target"
        else:
            raise Refused("within", NO_OUTCOME)
    return holder, key


def item_of(target: Json, list_of: str, index: str) -> Json:
    """A row of a table, or a way of a split."""
    items = target.get(list_of)
    if isinstance(items, list) and index.isascii() and index.isdigit() and int(index[:6]) < len(items):
        item: Json = items[int(index[:6])]
        return item
    raise Refused("within", NO_OUTCOME)


def is_last_resort(node: str) -> bool:
    return nodes.is_otherwise(node) and nodes.rule_of(node) == nodes.ROOT


def made(arguments: Arguments, before: Any, around: Around, *, last_resort: bool = False) -> Json:
    """The target that is asked for. What it needs may still be missing: then it is unfinished."""
    kind = asked.choice(arguments, "kind", tuple(KINDS))
    if last_resort and kind not in LAST_RESORTS:
        raise Refused("kind", "The last Otherwise must be a place where leads can stay: a queue, a pool or a rep.")
    old: Json = before if isinstance(before, dict) else {}
    target: Json = {"kind": kind}
    if kind == "table":
        target |= {"rows": old.get("rows", []), "otherwise": old.get("otherwise") or old or dict(FALLBACK)}
        target["field"] = asked.text(arguments, "field") or old.get("field") or LOOKED_UP_FIRST
    elif kind == "split":
        target["ways"] = old.get("ways") or [_way("A", old), _way("B", deepcopy(old))]
    else:
        target |= {key: given for key in KINDS[kind].needs if (given := _needed(arguments, key, old))}
    may_have = KINDS[kind].may_have
    target |= {key: value for key, value in old.items() if key in may_have}
    if may_have:
        assigned(target, may_have, arguments, around)
    return target


def _needed(arguments: Arguments, key: str, old: Json) -> str:
    if key not in arguments:
        return str(old.get(key, ""))
    if key == "rep":
        return asked.email(arguments, key)
    return asked.slug(arguments, key) if key in REFERENCES else asked.text(arguments, key)


def _way(name: str, target: Json) -> Json:
    return {"name": name, "share": 50, "target": target} if target else {"name": name, "share": 50}


def _part(step: str) -> str:
    named = {"if_nobody": "leads that nobody can take", "otherwise": "all others"}
    return named.get(step) or f"line {int(step) + 1}"


def refuse_deeper(document: Json, node: str) -> None:
    if _height(nodes.target_of(document, node)) > DEEPEST:
        raise Refused("within", f"Outcomes go at most {DEEPEST} deep.")


def _height(target: Any) -> int:
    if not isinstance(target, dict):
        return 0
    lines = [*target.get("rows", []), *target.get("ways", [])]
    inner = [target.get("if_nobody"), target.get("otherwise"), *(line.get("target") for line in lines)]
    return 1 + max(_height(one) for one in inner)
