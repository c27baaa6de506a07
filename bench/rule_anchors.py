"""The same rules for three engines: plain closures, zen-engine's decision table, and a document of ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import zen

from bench.rule_sets import FIELDS, Facts, Question

Engine = Callable[[Facts], int]


# The plain anchor: a closure for each condition, one for each rule, asked from the top.


def closures(rules: Sequence[Sequence[Question]]) -> Engine:
    asked = [_rule([_closure(question) for question in rule]) for rule in rules]

    def first(facts: Facts) -> int:
        for index, holds in enumerate(asked):
            if holds(facts):
                return index
        return -1

    return first


def _closure(question: Question) -> Callable[[Facts], bool]:
    """Leads of this engine have every field: None, or () for a set, where it is blank."""
    field = question.field
    match question.form:
        case "eq":
            (wanted,) = question.values
            return lambda facts: facts[field] == wanted
        case "in":
            several = frozenset(question.values)
            return lambda facts: facts[field] in several
        case "range":
            low, high = question.values

            def within(facts: Facts) -> bool:
                value = facts[field]
                return value is not None and low <= value <= high

            return within
        case _:
            (member,) = question.values
            return lambda facts: member in facts[field]


def _rule(conditions: list[Callable[[Facts], bool]]) -> Callable[[Facts], bool]:
    match conditions:
        case [a]:
            return a
        case [a, b]:
            return lambda facts: a(facts) and b(facts)
        case [a, b, c]:
            return lambda facts: a(facts) and b(facts) and c(facts)
        case [a, b, c, d]:
            return lambda facts: a(facts) and b(facts) and c(facts) and d(facts)
        case _:
            return lambda facts: all(condition(facts) for condition in conditions)


# zen-engine: one decision table, first hit wins.


def zen_table(rules: Sequence[Sequence[Question]]) -> Engine:
    columns = {field: f"column-{number}" for number, field in enumerate(FIELDS)}
    rows = []
    for index, rule in enumerate(rules):
        asked = {columns[question.field]: _cell(question) for question in rule}
        rows.append({"_id": f"row-{index}", **dict.fromkeys(columns.values(), ""), **asked, "rule": str(index)})
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": column, "name": field, "field": zen_name(field)} for field, column in columns.items()],
        "outputs": [{"id": "rule", "name": "rule", "field": "rule"}],
        "rules": rows,
    }
    place = {"position": {"x": 0, "y": 0}}
    graph = {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in", **place},
            {"id": "table", "type": "decisionTableNode", "name": "table", "content": table, **place},
            {"id": "out", "type": "outputNode", "name": "out", **place},
        ],
        "edges": [
            {"id": "a", "type": "edge", "sourceId": "in", "targetId": "table"},
            {"id": "b", "type": "edge", "sourceId": "table", "targetId": "out"},
        ],
    }
    decision = zen.ZenEngine().create_decision(json.dumps(graph))
    return lambda facts: int(decision.evaluate(facts)["result"].get("rule", -1))


def _cell(question: Question) -> str:
    match question.form:
        case "range":
            return f"[{question.values[0]}..{question.values[1]}]"
        case "has":
            return f'contains($, "{question.values[0]}")'
        case _:
            return ", ".join(f'"{value}"' for value in question.values)


def zen_name(field: str) -> str:
    """A dot would mean a field within a field."""
    return field.replace(".", "_")


# Ours: the document, as a user would write it.


def document(rules: Sequence[Sequence[Question]]) -> dict[str, Any]:
    return {
        "format": 1,
        "rules": [
            {
                "id": f"rule-{index}",
                "name": f"Rule {index}",
                "when": {"all": [_test(question) for question in rule]},
                "target": {"kind": "pool", "pool": f"pool-{index % 20}"},
            }
            for index, rule in enumerate(rules)
        ],
        "otherwise": {"kind": "queue", "queue": "inbox"},
    }


def _test(question: Question) -> dict[str, Any]:
    op = {"eq": "is", "in": "in", "range": "between", "has": "has_any"}[question.form]
    value = question.values[0] if question.form == "eq" else list(question.values)
    return {"field": question.field, "op": op, "value": value}
