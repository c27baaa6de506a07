"""How the pieces of a drawn tree are called, and how a draft that is not finished can be asked all the same."""

from __future__ import annotations

import pytest

from routing.engine import nodes
from routing.engine.conditions import AnyOf
from routing.engine.facts import STANDARD
from routing.engine.targets import ToFallback, ToQueue
from routing.engine.unfinished import readable

DRAFT = {
    "format": 1,
    "rules": [
        {"id": "a", "name": "", "when": {"all": [{"field": "country", "op": "in", "value": []}]}},
        {
            "id": "b",
            "name": "B",
            "when": {"all": []},
            "rules": [
                {
                    "id": "c",
                    "name": "C",
                    "when": {"field": "shoe_size", "op": "is", "value": 1},
                    "target": {"kind": "pool"},
                }
            ],
            "otherwise": {"kind": "nowhere"},
        },
    ],
    "otherwise": {"kind": "fallback"},
}


def test_every_rule_is_found_with_its_number_and_the_path_that_problems_give_it() -> None:
    found = [(one.id, one.number, one.path, one.parent, one.depth) for one in nodes.walk(DRAFT)]

    assert found == [
        ("a", "1", "rules[0]", "", 1),
        ("b", "2", "rules[1]", "", 1),
        ("c", "2.1", "rules[1].rules[0]", "b", 2),
    ]


@pytest.mark.parametrize(
    ("path", "node", "rest"),
    [
        ("rules[0]", "a", ""),
        ("rules[0].when.all[0].value", "a", "when.all[0].value"),
        ("rules[1].rules[0].target.pool", "c_target", "target.pool"),
        ("rules[1].otherwise.kind", "b_otherwise_target", "otherwise.kind"),
        ("otherwise.kind", "_otherwise_target", "otherwise.kind"),
        ("rules[7].name", "", "name"),
        ("sticky_days", "", "sticky_days"),
    ],
)
def test_a_problems_path_leads_to_the_piece_it_speaks_of(path: str, node: str, rest: str) -> None:
    assert (nodes.node_at(DRAFT, path), nodes.rest_of(path)) == (node, rest)


def test_the_target_of_a_piece_is_the_very_object_in_the_document() -> None:
    assert nodes.target_of(DRAFT, "c_target") is DRAFT["rules"][1]["rules"][0]["target"]
    assert nodes.target_of(DRAFT, "b_otherwise") is nodes.target_of(DRAFT, "b_otherwise_target") is not None
    assert nodes.target_of(DRAFT, "_otherwise_target") is DRAFT["otherwise"]
    assert nodes.target_of(DRAFT, "a_target") is nodes.target_of(DRAFT, "b_target") is None


def test_an_id_is_made_from_the_name_and_is_never_one_that_was_there() -> None:
    assert nodes.new_id(DRAFT, "Überall & more") == "berall-more"
    assert nodes.new_id(DRAFT, "B") == "b-2"
    assert nodes.new_id(DRAFT, "B", frozenset({"b-2"})) == "b-3"
    assert nodes.new_id(DRAFT, "…") == "rule"


def test_a_draft_can_be_asked_however_unfinished_it_is_and_says_what_is_wrong() -> None:
    read = readable(DRAFT, STANDARD)

    a, b = read.tree.rules
    assert a.when == AnyOf()
    assert a.target == ToFallback()
    assert b.rules[0].when == AnyOf()
    assert b.otherwise == ToFallback()
    assert read.tree.otherwise == ToQueue("unassigned")
    assert {problem.path for problem in read.problems} == {
        "rules[0]",
        "rules[0].name",
        "rules[0].when.all[0].value",
        "rules[1].rules[0].when.field",
        "rules[1].rules[0].target.pool",
        "rules[1].otherwise.kind",
        "otherwise.kind",
    }
    assert read.broken == {"a", "c", "c_target", "b_otherwise_target", "_otherwise_target"}
