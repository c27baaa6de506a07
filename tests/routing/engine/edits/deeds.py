"""Deeds made up by hypothesis for a document that was made up: most of them can be done, some make no sense."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from routing.engine import nodes
from routing.engine.edits import DEEDS
from routing.engine.groups import KINDS as GROUP_KINDS
from routing.engine.groups import kind_of, parts_of
from routing.engine.nodes import Json
from routing.engine.operators import OPERATORS
from routing.engine.read_targets import KINDS
from routing.engine.targets import CAPACITY, HOURS, STRATEGIES
from tests.routing.engine.documents import FIELDS, PLACES, TEXTS, TOPICS, documents

ALL_FIELDS = [name for names in FIELDS.values() for name in names]
ALL_OPERATORS = sorted({op for operators in OPERATORS.values() for op in operators})
VALUES: list[Any] = [
    "",
    "1,200",
    "DE; at, x",
    "2026-01-31",
    "yes",
    "7",
    "fin",
    ["DE", "AT"],
    ["9", "51"],
    ["emea"],
    True,
]
VALUES += [*TEXTS[:2], *PLACES[:2], *TOPICS[:2], 50]


@st.composite
def deeds(draw: st.DrawFn, document: Json, op: str = "") -> tuple[str, dict[str, Any]]:
    """A deed and its arguments, as JSON keeps them."""
    op = op or draw(st.sampled_from(sorted(DEEDS)))
    rules = [found.id for found in nodes.walk(document)]
    if not rules and op not in ("add_rule", "stickiness", "set_target", "starter"):
        op = "add_rule"
    some_rule = st.sampled_from(rules or ["gone"])
    return op, draw(_arguments(op, document, some_rule))


@st.composite
def documents_and_deeds(draw: st.DrawFn, op: str = "") -> tuple[Json, str, dict[str, Any]]:
    document = draw(documents())
    if draw(st.booleans()):
        document["rules"][:0] = deepcopy(FURNITURE)
    return (document, *draw(deeds(document, op)))


# What chance would rarely make: a table, a split, and neighbours that can become one.
FURNITURE: list[Json] = [
    {
        "id": "germany",
        "name": "Germany",
        "when": {"field": "country", "op": "is", "value": "DE"},
        "target": {"kind": "pool", "pool": "emea"},
    },
    {
        "id": "austria",
        "name": "Austria",
        "when": {"all": [{"field": "country", "op": "in", "value": ["AT", "CH"]}]},
        "target": {"kind": "pool", "pool": "emea"},
    },
    {
        "id": "branch",
        "name": "Branch",
        "when": {"any": [{"field": "country", "op": "is", "value": "PL"}, {"not": {"any": []}}]},
        "set": {"priority": "high"},
        "rules": [],
        "otherwise": {"kind": "pool", "pool": "emea"},
    },
    {
        "id": "table",
        "name": "Table",
        "when": {"all": []},
        "target": {
            "kind": "table",
            "field": "country",
            "rows": [
                {"values": ["DE", "x"], "target": {"kind": "territory"}},
                {"values": ["AT"], "target": {"kind": "fallback"}},
            ],
            "otherwise": {"kind": "pool", "pool": "emea", "if_nobody": {"kind": "queue", "queue": "inbox"}},
        },
    },
    {
        "id": "split",
        "name": "Split",
        "when": {"all": []},
        "target": {
            "kind": "split",
            "ways": [
                {"name": "A", "share": 1, "target": {"kind": "territory"}},
                {"name": "B", "share": 2, "target": {"kind": "fallback"}},
            ],
        },
    },
]


def _arguments(op: str, document: Json, some_rule: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    node, number = {"node": some_rule}, st.integers(0, 3)
    name, field = st.sampled_from(["", "New", "Rule 1"]), st.sampled_from(ALL_FIELDS)
    spot = {"parent": st.one_of(st.just(""), some_rule), "index": number, "after": some_rule, "before": some_rule}
    match op:
        case "add_rule":
            return _some({}, {**spot, "name": name})
        case "move":
            return _some(node, spot)
        case "delete":
            return _some(node, {"mode": st.sampled_from(["branch", "keep"])})
        case "rename":
            return _some({**node, "name": name})
        case "info":
            texts = {"why": name, "owner": st.sampled_from(["", "ada@example.com"])}
            return _some(node, {**texts, "review_on": st.sampled_from(["", "2027-01-31"])})
        case "set_fact" | "unset_fact":
            settable = st.sampled_from(["priority", "tags", "custom.budget", "custom.renewal", "custom.nda"])
            return _some({**node, "field": settable, "value": st.sampled_from(VALUES)})
        case "stickiness":
            return _some({"days": st.integers(0, 500)})
        case "starter":
            return _some({"starter": st.sampled_from(["by-segment", "account-first"])})
        case "to_table" | "merge":
            return st.sampled_from(_runs(document) or [[]]).map(lambda run: {"nodes": run})
        case _ if "condition" in op or "group" in op:
            return some_rule.flatmap(lambda rule: _about_condition(document, rule, field))
        case _ if op.startswith("set_") or op in _LINES:
            return st.sampled_from(_outcomes(document)).flatmap(lambda piece: _about_outcome(*piece))
        case _:
            return _some(node)


_LINES = ("table_field", "add_row", "remove_row", "move_row", "paste_rows", "add_way", "remove_way")


def _some(
    needed: dict[str, st.SearchStrategy[Any]], optional: dict[str, st.SearchStrategy[Any]] | None = None
) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(needed, optional=optional or {})


def _runs(document: Json) -> list[list[str]]:
    """Neighbours, two or three of them."""
    lists = [document["rules"], *(found.rule["rules"] for found in nodes.walk(document) if "rules" in found.rule)]
    return [[rule["id"] for rule in rules[:count]] for rules in lists for count in (2, 3) if len(rules) >= count]


def _about_condition(document: Json, rule: str, field: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    found = nodes.find(document, rule)
    place = st.sampled_from(["", *_places(found.rule["when"], "")] if found else [""])
    value = st.sampled_from(VALUES)
    return _some(
        {"node": st.just(rule), "at": place, "to": place, "kind": st.sampled_from(list(GROUP_KINDS))},
        {
            "field": field,
            "operator": st.sampled_from(ALL_OPERATORS),
            "value": value,
            "if_blank": st.sampled_from(["", "yes", "no"]),
        },
    )


def _places(condition: Any, at: str) -> list[str]:
    places = []
    for index, part in enumerate(parts_of(condition)):
        places.append(f"{at}{index}")
        if kind_of(part):
            places.extend(_places(part, f"{at}{index}."))
    return places


def _outcomes(document: Json) -> list[tuple[str, str]]:
    """Every outcome, and every place inside one."""
    pieces = ["_otherwise_target"]
    for found in nodes.walk(document):
        pieces.append(f"{found.id}_otherwise_target" if nodes.is_branch(found.rule) else f"{found.id}_target")
    return [(node, within) for node in pieces for within in _within(nodes.target_of(document, node), "")]


def _within(target: Any, prefix: str) -> list[str]:
    places = [prefix]
    if not isinstance(target, dict):
        return places
    dot = f"{prefix}." if prefix else ""
    for key in ("if_nobody", "otherwise"):
        if key in target:
            places.extend(_within(target[key], f"{dot}{key}"))
    for key in ("rows", "ways"):
        for index, line in enumerate(target.get(key, [])):
            places.extend(_within(line.get("target"), f"{dot}{key}.{index}"))
    return places


def _about_outcome(node: str, within: str) -> st.SearchStrategy[dict[str, Any]]:
    slug = st.sampled_from(["emea", "inbox"])
    return _some(
        {"node": st.just(node), "within": st.just(within), "row": st.integers(0, 1), "way": st.integers(0, 1)},
        {
            "kind": st.sampled_from(list(KINDS)),
            **dict.fromkeys(("pool", "queue", "track", "tree", "reason", "sla"), slug),
            "rep": st.just("ada@example.com"),
            "field": st.sampled_from(["country", "employees", "tags", "received_at"]),
            "value": st.sampled_from([one for one in VALUES if isinstance(one, str)]),
            "to": st.integers(0, 2),
            "text": st.sampled_from(["DE,pool: emea\nAT,fallback", "x", "y,nowhere"]),
            "name": st.sampled_from(["", "A", "C"]),
            "share": st.integers(1, 5),
            "strategy": st.sampled_from(["", *STRATEGIES]),
            "hours": st.sampled_from(HOURS),
            "capacity": st.sampled_from(CAPACITY),
            "require_skills": st.sampled_from([[], ["german:2"]]),
            "skills_from": st.sampled_from([[], ["language"]]),
        },
    )
