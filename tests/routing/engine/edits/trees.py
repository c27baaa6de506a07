"""A small tree to edit, and doing a deed to it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from routing.engine import edits
from routing.engine.edits import Around, Done
from routing.engine.nodes import Json, find, walk
from tests.routing.engine.documents import VOCABULARY

AROUND = Around(VOCABULARY)


def asks(field: str, op: str, value: Any) -> Json:
    return {"field": field, "op": op, "value": value}


EMEA = asks("country", "in", ["DE", "FR"])
LARGE = asks("employees", "gte", 1000)
TREE: Json = {
    "format": 1,
    "sticky_days": 90,
    "rules": [
        {"id": "customers", "name": "Customers", "when": {"all": []}, "target": {"kind": "account_owner"}},
        {
            "id": "emea",
            "name": "EMEA",
            "when": EMEA,
            "set": {"priority": "high"},
            "rules": [
                {
                    "id": "large",
                    "name": "Large",
                    "when": {"all": [LARGE]},
                    "target": {"kind": "pool", "pool": "enterprise"},
                },
                {"id": "small", "name": "Small", "when": {"all": []}, "target": {"kind": "pool", "pool": "smb"}},
            ],
            "otherwise": {"kind": "queue", "queue": "emea"},
        },
        {"id": "rest", "name": "Rest", "when": {"all": []}, "target": {"kind": "queue", "queue": "rest"}},
    ],
    "otherwise": {"kind": "queue", "queue": "unassigned"},
}


def do(op: str, document: Json = TREE, around: Around = AROUND, /, **arguments: Any) -> Done:
    """The deed, done; and the document that was given is as it was."""
    before = deepcopy(document)
    done = edits.apply(document, op, arguments, around)
    assert document == before
    return done


def order(document: Json) -> list[str]:
    """All rules with their numbers, as people read them."""
    return [f"{found.number} {found.rule['name']}" for found in walk(document)]


def rule(document: Json, node: str) -> Json:
    found = find(document, node)
    assert found
    return found.rule
