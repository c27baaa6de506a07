"""One piece taken back to what is live, the rest of the draft as it is; and what an empty tree may begin as."""

from __future__ import annotations

from typing import Any

import pytest

from routing.engine.document import parse
from routing.engine.edits import Around, Refused
from routing.engine.facts import STANDARD
from routing.engine.nodes import Json
from routing.engine.starters import STARTERS
from routing.engine.unfinished import readable
from tests.routing.engine.edits.trees import AROUND, TREE, do, order

LIVE = Around(AROUND.vocabulary, frozenset({"customers"}), live=TREE)


def drafted(*steps: tuple[str, dict[str, Any]]) -> Json:
    document = TREE
    for op, arguments in steps:
        document = do(op, document, LIVE, **arguments).document
    assert document != TREE
    return document


@pytest.mark.parametrize(
    ("steps", "node", "words"),
    [
        ([("rename", {"node": "large", "name": "Huge"})], "large", "took Large back to what is live"),
        ([("delete", {"node": "large"})], "large", "brought Large back"),
        ([("delete", {"node": "emea"})], "emea", "brought EMEA back"),
        ([("move", {"node": "rest", "index": 0})], "rest", "took Rest back to what is live"),
        ([("move", {"node": "small", "parent": ""})], "small", "took Small back to what is live"),
        ([("add_rule", {"name": "Mine"})], "mine", "took away Mine, which is not live"),
        ([("add_branch", {"node": "rest"})], "rest", "took Rest back to what is live"),
        ([("toggle", {"node": "emea"})], "emea", "took EMEA back to what is live"),
        ([("set_target", {"node": "small_target", "kind": ""})], "small_target", "took back where Small leads"),
        (
            [("set_target", {"node": "_otherwise_target", "kind": "rep", "rep": "ada@example.com"})],
            "_otherwise_target",
            "took back where Otherwise leads",
        ),
        ([("stickiness", {"days": 3})], "", "took back for how long leads stay with their rep"),
    ],
)
def test_a_piece_is_taken_back_to_what_is_live(steps: list[Any], node: str, words: str) -> None:
    done = do("revert", drafted(*steps), LIVE, node=node)

    assert done.document == TREE
    assert done.words == words


def test_everything_else_stays_as_it_is_in_the_draft() -> None:
    draft = drafted(
        ("rename", {"node": "emea", "name": "Europe"}),
        ("move", {"node": "large", "parent": "", "index": 0}),
        ("add_rule", {"parent": "emea", "index": 0, "name": "Medium"}),
        ("delete", {"node": "small"}),
    )

    emea = do("revert", draft, LIVE, node="emea").document
    small = do("revert", draft, LIVE, node="small").document

    assert order(emea) == ["1 Large", "2 Customers", "3 EMEA", "3.1 Medium", "4 Rest"]
    assert order(small) == ["1 Large", "2 Customers", "3 Europe", "3.1 Small", "3.2 Medium", "4 Rest"]


def test_what_is_live_is_never_lost_by_taking_back_what_it_stands_in() -> None:
    inside = drafted(("add_branch", {"node": "rest"}), ("move", {"node": "small", "parent": "rest"}))
    with pytest.raises(Refused, match="Small is inside it"):
        do("revert", inside, LIVE, node="rest")

    new = drafted(("add_rule", {"name": "Mine"}), ("move", {"node": "small", "parent": "mine"}))
    with pytest.raises(Refused, match="Small is inside it"):
        do("revert", new, LIVE, node="mine")

    with pytest.raises(Refused, match="It stood in EMEA"):
        do("revert", drafted(("delete", {"node": "emea"})), LIVE, node="large")


def test_what_was_never_there_cannot_be_taken_back() -> None:
    with pytest.raises(Refused, match="not there"):
        do("revert", TREE, LIVE, node="nobody")
    with pytest.raises(Refused, match="Nothing of the kind is live"):
        do("revert", TREE, AROUND, node="large")


@pytest.mark.parametrize("starter", STARTERS, ids=lambda starter: starter.key)
def test_an_empty_tree_begins_as_a_starter(starter: Any) -> None:
    empty = {"format": 1, "sticky_days": 90, "rules": [], "otherwise": {"kind": "queue", "queue": "triage"}}

    done = do("starter", empty, LIVE, starter=starter.key)

    assert [rule["name"] for rule in done.document["rules"]] == [rule["name"] for rule in starter.document["rules"]]
    assert done.document["otherwise"] == empty["otherwise"]
    assert done.words == f"began with {starter.name}"
    assert "customers" not in [rule["id"] for rule in done.document["rules"]]
    with pytest.raises(Refused, match="rules already"):
        do("starter", done.document, LIVE, starter=starter.key)


def test_starters_can_be_published_but_for_the_teams_that_only_revops_know() -> None:
    for starter in STARTERS[:2]:
        parse(starter.document, STANDARD)
    lacks = readable(STARTERS[2].document, STANDARD).problems
    assert [problem.path for problem in lacks] == ["rules[0]", "rules[1]", "rules[2]"]
