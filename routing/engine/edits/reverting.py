"""One piece as it is live, the rest of the draft as it is: what a rule says, where it stands, whether it is there."""

from __future__ import annotations

from routing.engine import nodes
from routing.engine.edits import asked, pieces
from routing.engine.edits.deed import Arguments, Around, Done, Refused
from routing.engine.nodes import Found, Json
from routing.engine.rules import STICKY_DAYS

NOT_LIVE = "Nothing of the kind is live."


def revert(document: Json, arguments: Arguments, around: Around) -> Done:
    """A rule that is not live goes, one that was deleted comes back, one that was changed or moved is as it was.

    An outcome or an Otherwise by itself is taken back alone; `node` "" takes back how long leads stick.
    """
    if around.live is None:
        raise Refused("node", NOT_LIVE)
    live, node = nodes.copied(around.live), asked.text(arguments, "node")
    if node and not nodes.is_rule(node):
        return _outcome(document, live, node)
    if not node:
        document["sticky_days"] = live.get("sticky_days", STICKY_DAYS)
        return Done(document, "took back for how long leads stay with their rep", "")
    mine, theirs = nodes.find(document, node), nodes.find(live, node)
    if theirs is None:
        return _gone(document, live, arguments)
    if mine is None:
        return _back(document, theirs, live)
    return _as_it_was(document, live, mine, theirs)


def _outcome(document: Json, live: Json, node: str) -> Done:
    mine, theirs = nodes.holder_of(document, node), nodes.holder_of(live, node)
    if mine is None or theirs is None:
        raise Refused("node", NOT_LIVE)
    (holder, key), (other, _) = mine, theirs
    holder.pop(key, None)
    if key in other:
        holder[key] = other[key]
    return Done(document, f"took back where {pieces.outcome_called(document, node)} leads", node)


def _gone(document: Json, live: Json, arguments: Arguments) -> Done:
    mine = pieces.rule(document, arguments)
    _refuse_losing(mine.rule, live)
    mine.siblings.pop(mine.index)
    return Done(document, f"took away {pieces.called(mine.rule)}, which is not live", f"{mine.parent}{nodes.OTHERWISE}")


def _back(document: Json, theirs: Found, live: Json) -> Done:
    rule = _without(theirs.rule, {found.id for found in nodes.walk(document)})
    _place(document, live, theirs, rule)
    return Done(document, f"brought {pieces.called(rule)} back", theirs.id)


def _as_it_was(document: Json, live: Json, mine: Found, theirs: Found) -> Done:
    elsewhere = {found.id for found in nodes.walk(document)}
    rule, was = mine.rule, theirs.rule
    if not nodes.is_branch(was):
        for inner in rule.get("rules", []):
            _refuse_losing(inner, live)
    inside = rule.get("rules") if nodes.is_branch(rule) else _without(was, elsewhere).get("rules")
    rule.clear()
    rule.update({key: value for key, value in was.items() if key != "rules"})
    if nodes.is_branch(was):
        rule["rules"] = inside or []
    if _stands_elsewhere(document, live, mine, theirs):
        if theirs.parent in {found.id for found in nodes.walk({"rules": [rule]})}:
            raise Refused("node", f"{pieces.called(was)} stood in what is now inside it: move that out first.")
        mine.siblings.remove(rule)
        _place(document, live, theirs, rule)
    return Done(document, f"took {pieces.called(rule)} back to what is live", theirs.id)


def _stands_elsewhere(document: Json, live: Json, mine: Found, theirs: Found) -> bool:
    """In another branch, or below another of the rules that are in both."""
    if mine.parent != theirs.parent:
        return True
    both = {one.get("id") for one in mine.siblings} & {one.get("id") for one in theirs.siblings}

    def above(found: Found) -> set[str]:
        return {one["id"] for one in found.siblings[: found.index] if one.get("id") in both}

    return above(mine) != above(theirs)


def _place(document: Json, live: Json, theirs: Found, rule: Json) -> None:
    """Right below the nearest rule that stood above it when it went live and still stands in that branch."""
    siblings = nodes.rules_within(document, theirs.parent)
    if siblings is None:
        branch = nodes.find(live, theirs.parent)
        name = pieces.called(branch.rule) if branch else ""
        raise Refused("node", f"It stood in {name}: take that back first.")
    places = {one.get("id"): place for place, one in enumerate(siblings)}
    above = [places[one["id"]] for one in theirs.siblings[: theirs.index] if one.get("id") in places]
    siblings.insert(above[-1] + 1 if above else 0, rule)


def _without(rule: Json, ids: set[str]) -> Json:
    """The rule, but for rules inside that stand elsewhere by now."""
    if not nodes.is_branch(rule):
        return rule
    return {**rule, "rules": [_without(inner, ids) for inner in rule["rules"] if inner.get("id") not in ids]}


def _refuse_losing(rule: Json, live: Json) -> None:
    ids = {found.id for found in nodes.walk(live)}
    for found in nodes.walk({"rules": [rule]}):
        if found.id in ids:
            raise Refused("node", f"{pieces.called(found.rule)} is inside it, and is live: move it out first.")
