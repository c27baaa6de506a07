"""A rule tree back into JSON, as the user would write it: what equals its default is left out."""

from __future__ import annotations

from datetime import datetime, time

from routing.engine.conditions import All, AnyOf, Condition, Not, Test
from routing.engine.facts import Value
from routing.engine.rules import Rule, Tree
from routing.engine.targets import (
    Assign,
    Split,
    Table,
    Target,
    ToAccountOwner,
    ToDiscard,
    ToFallback,
    ToNurture,
    ToPool,
    ToQueue,
    ToRep,
    ToTerritory,
    ToTree,
)

Json = dict[str, object]


def dump(tree: Tree) -> Json:
    return {
        "format": 1,
        "sticky_days": tree.sticky_days,
        "rules": [_rule(rule) for rule in tree.rules],
        "otherwise": dump_target(tree.otherwise),
    }


def dump_condition(condition: Condition) -> Json:
    match condition:
        case All(parts=parts):
            return {"all": [dump_condition(part) for part in parts]}
        case AnyOf(parts=parts):
            return {"any": [dump_condition(part) for part in parts]}
        case Not(part=part):
            return {"not": dump_condition(part)}
        case Test(field=field, op=op, value=value, if_blank=if_blank):
            return _without_blanks(
                {
                    "field": field,
                    "op": op,
                    "value": list(value) if isinstance(value, tuple) else value,
                    "if_blank": if_blank,
                }
            )


def dump_target(target: Target) -> Json:
    match target:
        case ToPool(pool=pool, assign=assign):
            return {"kind": "pool", "pool": pool, **_assign(assign)}
        case ToRep(rep=rep, assign=assign):
            return {"kind": "rep", "rep": rep, **_assign(assign)}
        case ToAccountOwner(assign=assign):
            return {"kind": "account_owner", **_assign(assign)}
        case ToTerritory(assign=assign):
            return {"kind": "territory", **_assign(assign)}
        case ToQueue(queue=queue, sla=sla):
            return _without_blanks({"kind": "queue", "queue": queue, "sla": sla})
        case ToNurture(track=track):
            return {"kind": "nurture", "track": track}
        case ToDiscard(reason=reason):
            return {"kind": "discard", "reason": reason}
        case Table(field=field, rows=rows, otherwise=otherwise):
            lines = [{"values": list(row.values), "target": dump_target(row.target)} for row in rows]
            return {"kind": "table", "field": field, "rows": lines, "otherwise": dump_target(otherwise)}
        case Split(ways=ways):
            shares = [{"name": way.name, "share": way.share, "target": dump_target(way.target)} for way in ways]
            return {"kind": "split", "ways": shares}
        case ToTree(tree=tree):
            return {"kind": "tree", "tree": tree}
        case ToFallback():
            return {"kind": "fallback"}


def _rule(rule: Rule) -> Json:
    inner: Json = {"target": dump_target(rule.target)} if rule.target is not None else {}
    if rule.otherwise is not None:
        inner = {"rules": [_rule(below) for below in rule.rules], "otherwise": dump_target(rule.otherwise)}
    info: Json = {
        "why": rule.why or None,
        "owner": rule.owner or None,
        "review_on": rule.review_on and rule.review_on.isoformat(),
        "off": rule.off or None,
        "set": {name: _written(value) for name, value in rule.set} or None,
    }
    return {
        "id": rule.id,
        "name": rule.name,
        "when": dump_condition(rule.when),
        **_without_blanks(info),
        **inner,
    }


def _assign(assign: Assign) -> Json:
    return _without_blanks(
        {
            "strategy": assign.strategy,
            "require_skills": dict(assign.require_skills) or None,
            "skills_from": list(assign.skills_from) or None,
            "prefer_skills": list(assign.prefer_skills) or None,
            "hours": None if assign.hours == "prefer" else assign.hours,
            "capacity": None if assign.capacity == "wall" else assign.capacity,
            "sla": assign.sla,
            "if_nobody": None if assign.if_nobody == ToFallback() else dump_target(assign.if_nobody),
        }
    )


def _written(value: Value) -> object:
    """A midnight in UTC is how a date was read."""
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value).isoformat()
    return list(value) if isinstance(value, tuple) else value


def _without_blanks(members: Json) -> Json:
    return {key: value for key, value in members.items() if value is not None}
