"""Rules added, copied, moved, deleted and switched off; each deed says what it did in words for people."""

from __future__ import annotations

from typing import Any

import pytest

from routing.engine.edits import Around, Refused
from tests.routing.engine.edits.trees import AROUND, EMEA, LARGE, TREE, do, order, rule


def test_a_rule_is_added_where_it_is_wanted_for_every_lead_and_without_an_outcome() -> None:
    done = do("add_rule", parent="emea", index=1, name="Medium")

    assert order(done.document)[2:5] == ["2.1 Large", "2.2 Medium", "2.3 Small"]
    assert rule(done.document, "medium") == {"id": "medium", "name": "Medium", "when": {"all": []}}
    assert (done.words, done.node) == ("added Medium", "medium")


@pytest.mark.parametrize(
    ("where", "number"),
    [
        ({}, "4"),
        ({"parent": "", "index": "0"}, "1"),
        ({"parent": "emea"}, "2.3"),
        ({"after": "customers"}, "2"),
        ({"after": "customers_target"}, "2"),
        ({"before": "rest"}, "3"),
        ({"after": "_otherwise"}, "4"),
        ({"before": "emea_otherwise_target"}, "2.3"),
        ({"parent": "customers"}, "1.1"),
    ],
)
def test_a_place_is_named_by_a_neighbour_or_by_the_branch(where: dict[str, Any], number: str) -> None:
    done = do("add_rule", **where)

    assert f"{number} New rule" in order(done.document)
    assert (done.words, done.node) == ("added a rule", "rule")


def test_an_id_that_was_ever_published_is_not_given_again() -> None:
    done = do("add_rule", TREE, Around(taken=frozenset({"medium"})), name="Medium")

    assert done.node == "medium-2"


def test_a_branch_is_made_without_changing_where_anybody_goes() -> None:
    done = do("add_branch", node="customers")

    made = rule(done.document, "customers")
    assert (made["rules"], made["otherwise"]) == ([], {"kind": "account_owner"})
    assert "target" not in made
    assert done.words == "made Customers a branch"


def test_a_copy_stands_right_below_and_shares_no_id_with_what_was_copied() -> None:
    done = do("duplicate", node="emea")

    assert order(done.document)[4:7] == ["3 EMEA copy", "3.1 Large", "3.2 Small"]
    copy = rule(done.document, "emea-copy")
    assert [inner["id"] for inner in copy["rules"]] == ["large-2", "small-2"]
    assert copy["otherwise"] == {"kind": "queue", "queue": "emea"}
    assert (done.words, done.node) == ("duplicated EMEA", "emea-copy")


@pytest.mark.parametrize(
    ("where", "now", "words"),
    [
        ({"parent": "", "index": 0}, ["1 Rest", "2 Customers", "3 EMEA"], "moved Rest to 1"),
        ({"before": "emea"}, ["1 Customers", "2 Rest", "3 EMEA"], "moved Rest to 2"),
        ({"parent": "emea", "index": 1}, ["1 Customers", "2 EMEA", "2.1 Large", "2.2 Rest"], "moved Rest to 2.2"),
        ({"parent": "customers"}, ["1 Customers", "1.1 Rest", "2 EMEA"], "moved Rest to 1.1"),
    ],
)
def test_a_rule_is_moved_among_its_siblings_and_across_branches(
    where: dict[str, Any], now: list[str], words: str
) -> None:
    done = do("move", node="rest", **where)

    assert order(done.document)[: len(now)] == now
    assert (done.words, done.node) == (words, "rest")


@pytest.mark.parametrize("where", [{"parent": "emea"}, {"parent": "large"}, {"before": "small"}])
def test_a_branch_cannot_go_inside_itself(where: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="inside itself"):
        do("move", node="emea", **where)


def test_whatever_would_be_too_deep_to_follow_is_refused() -> None:
    document, node = TREE, "customers"
    for _ in range(4):
        done = do("add_rule", document, AROUND, parent=node)
        document, node = done.document, done.node

    with pytest.raises(Refused, match="5 levels"):
        do("add_rule", document, AROUND, parent=node)
    with pytest.raises(Refused, match="5 levels"):
        do("move", document, AROUND, node="emea", parent=node)
    with pytest.raises(Refused, match="5 levels"):
        do("add_branch", document, AROUND, node=node)


def test_a_rule_is_deleted_with_what_is_inside_and_the_next_one_is_looked_at() -> None:
    done = do("delete", node="emea")

    assert order(done.document) == ["1 Customers", "2 Rest"]
    assert (done.words, done.node) == ("deleted EMEA with 2 rules inside", "rest")
    assert do("delete", node="rest").node == "_otherwise"
    assert do("delete", node="small").node == "emea_otherwise"


def test_rules_that_are_kept_take_the_same_leads_as_inside_the_branch() -> None:
    done = do("delete", node="emea", mode="keep")

    assert order(done.document) == ["1 Customers", "2 Large", "3 Small", "4 Rest"]
    assert rule(done.document, "large")["when"] == {"all": [EMEA, LARGE]}
    assert rule(done.document, "small")["when"] == EMEA
    assert rule(done.document, "small")["set"] == {"priority": "high"}
    assert (done.words, done.node) == ("deleted EMEA and kept 2 rules of it", "large")


def test_rules_kept_from_a_branch_that_was_off_stay_off() -> None:
    off = do("toggle", node="emea").document

    kept = do("delete", off, AROUND, node="emea", mode="keep").document

    assert rule(kept, "large")["off"] is True


def test_a_rule_is_switched_off_and_on() -> None:
    off = do("toggle", node="large")
    on = do("toggle", off.document, AROUND, node="large")

    assert rule(off.document, "large")["off"] is True
    assert on.document == TREE
    assert (off.words, on.words) == ("switched off Large", "switched on Large")


@pytest.mark.parametrize("op", ["add_branch", "duplicate", "move", "delete", "toggle", "rename", "info", "unset_fact"])
@pytest.mark.parametrize("node", ["gone", "", "_otherwise"])
def test_what_is_not_there_any_more_is_not_changed(op: str, node: str) -> None:
    with pytest.raises(Refused, match="not there any more"):
        do(op, node=node)
