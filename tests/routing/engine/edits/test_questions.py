"""What a rule asks, changed question by question and group by group."""

from __future__ import annotations

from typing import Any

import pytest

from routing.engine import edits, groups
from routing.engine.edits import Refused
from routing.engine.nodes import Json
from tests.routing.engine.edits.trees import AROUND, LARGE, TREE, asks, do, rule

GERMAN, FRENCH, BIG = asks("country", "is", "DE"), asks("country", "is", "FR"), asks("employees", "gte", 50)


def asking(when: Any) -> Json:
    """The tree in which Large asks this."""
    return {**TREE, "rules": [{**TREE["rules"][1]["rules"][0], "when": when}]}


def when(document: Json) -> Any:
    return rule(document, "large")["when"]


def changed(op: str, before: Any, **arguments: Any) -> Any:
    return when(do(op, asking(before), AROUND, node="large", **arguments).document)


def test_a_question_is_added_at_the_end_of_its_group() -> None:
    done = do("add_condition", node="large", at="", field="country")

    assert when(done.document) == {"all": [LARGE, {"field": "country", "op": "is"}]}
    assert done.words == "added a condition about country to Large"
    assert changed("add_condition", {"any": [GERMAN, {"all": []}]}, at="1") == {
        "any": [GERMAN, {"all": [{"field": "", "op": "is"}]}]
    }


def test_a_condition_that_is_one_question_is_edited_as_all_of_one_and_a_denied_one_as_none_of_one() -> None:
    blank = {"field": "", "op": "is"}

    assert changed("add_condition", LARGE, at="") == {"all": [LARGE, blank]}
    assert changed("add_condition", {"not": LARGE}, at="") == {"not": {"any": [LARGE, blank]}}
    assert changed("add_condition", {"all": [{"not": LARGE}]}, at="0") == {"all": [{"not": {"any": [LARGE, blank]}}]}
    assert changed("set_condition", {"not": {"not": LARGE}}, at="0.0", value="2") == {
        "not": {"any": [{"not": {"any": [asks("employees", "gte", 2)]}}]}
    }


@pytest.mark.parametrize(
    ("before", "given", "after", "words"),
    [
        (BIG, {"value": "1,000"}, asks("employees", "gte", 1000), "set employees of Large to at least 1,000"),
        (BIG, {"value": ""}, {"field": "employees", "op": "gte"}, "set employees of Large to at least …"),
        (BIG, {"operator": "lt"}, asks("employees", "lt", 50), "set employees of Large to less than 50"),
        (
            BIG,
            {"operator": "between"},
            asks("employees", "between", [50, 50]),
            "set employees of Large to between 50 and 50",
        ),
        (
            BIG,
            {"operator": "between", "values": ["10", ""]},
            asks("employees", "between", [10, None]),
            "set employees of Large to between 10 and …",
        ),
        (
            BIG,
            {"operator": "in", "value": "1,200; 7,8"},
            asks("employees", "in", [1200, 7, 8]),
            "set employees of Large to one of 1,200, 7, 8",
        ),
        (
            GERMAN,
            {"operator": "in"},
            asks("country", "in", ["DE"]),
            "set country of Large to one of DE",
        ),
        (
            asks("country", "in", ["DE", "AT"]),
            {"operator": "is"},
            GERMAN,
            "set country of Large to DE",
        ),
        (
            GERMAN,
            {"operator": "in", "value": "DE, at\nDe;CH"},
            asks("country", "in", ["DE", "at", "CH"]),
            "set country of Large to one of DE, at, CH",
        ),
        (
            GERMAN,
            {"field": "company", "operator": "contains", "value": " bank "},
            asks("company", "contains", "bank"),
            "set company of Large: contains bank",
        ),
        (GERMAN, {"field": "state"}, asks("state", "is", "DE"), "set state of Large to DE"),
        (GERMAN, {"field": "employees"}, {"field": "employees", "op": "is"}, "set employees of Large to …"),
        (
            GERMAN,
            {"field": "employees", "operator": "starts_with", "value": "DE", "if_blank": ""},
            {"field": "employees", "op": "is"},
            "set employees of Large to …",
        ),
        (
            GERMAN,
            {"operator": "is_blank", "value": "DE"},
            {"field": "country", "op": "is_blank"},
            "made Large ask whether country is blank",
        ),
        (GERMAN, {"if_blank": "yes"}, {**GERMAN, "if_blank": True}, "made a blank country pass in Large"),
        (
            {**GERMAN, "if_blank": True},
            {"if_blank": "no"},
            {**GERMAN, "if_blank": False},
            "made a blank country fail in Large",
        ),
        ({**GERMAN, "if_blank": True}, {"if_blank": ""}, GERMAN, "left a blank country in Large to its operator"),
        (
            asks("is_free_email", "is", True),
            {"value": "no"},
            asks("is_free_email", "is", False),
            "set free e-mail of Large to no",
        ),
        (
            asks("received_at", "within_last_days", 7),
            {"value": "30"},
            asks("received_at", "within_last_days", 30),
            "set received at of Large to within the last 30 days",
        ),
        (
            asks("territory", "in", "emea"),
            {"values": ["dach", "apac"]},
            asks("territory", "in", ["dach", "apac"]),
            "set territory of Large to in dach, apac",
        ),
        (
            asks("tags", "has_any", ["a"]),
            {"operator": "has_all"},
            asks("tags", "has_all", ["a"]),
            "set tags of Large: has all of a",
        ),
        (
            {"field": "", "op": "is"},
            {"field": "country"},
            {"field": "country", "op": "is"},
            "set country of Large to …",
        ),
    ],
)
def test_a_question_is_changed_piece_by_piece_and_keeps_what_still_goes_together(
    before: Json, given: dict[str, Any], after: Json, words: str
) -> None:
    done = do("set_condition", asking({"all": [FRENCH, before]}), AROUND, node="large", at="1", **given)

    assert when(done.document) == {"all": [FRENCH, after]}
    assert done.words == words


@pytest.mark.parametrize(
    ("before", "given", "field"),
    [
        (BIG, {"value": "many"}, "value"),
        (BIG, {"operator": "contains"}, "operator"),
        (BIG, {"field": "shoe_size"}, "field"),
        (BIG, {"operator": "between", "values": ["9", "1"]}, "value"),
        (GERMAN, {"operator": "matches", "value": "("}, "value"),
        (GERMAN, {"value": "a\0b"}, "value"),
        (GERMAN, {"operator": "in", "values": ["a\0b"]}, "value"),
        (GERMAN, {"if_blank": "perhaps"}, "if_blank"),
        ({"field": "", "op": "is"}, {"value": "DE"}, "field"),
        (asks("received_at", "before", "2026-01-31"), {"value": "soon"}, "value"),
    ],
)
def test_what_the_operator_does_not_take_is_refused_beside_its_control(
    before: Json, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        changed("set_condition", {"all": [before]}, at="0", **given)

    assert refused.value.field == field


def test_a_group_is_added_with_a_first_question_and_goes_when_its_last_one_goes() -> None:
    added = do("add_group", node="large", at="", kind="any")

    assert when(added.document) == {"all": [LARGE, {"any": [{"field": "", "op": "is"}]}]}
    assert added.words == "added a group (any of) to Large"
    removed = do("remove_condition", added.document, AROUND, node="large", at="1.0")
    assert removed.document == TREE
    assert removed.words == "removed an empty condition from Large"


def test_groups_nest_two_deep_within_the_outermost() -> None:
    assert changed("add_group", {"all": [{"any": [BIG]}]}, at="0") == {
        "all": [{"any": [BIG, {"any": [{"field": "", "op": "is"}]}]}]
    }
    with pytest.raises(Refused, match="two levels"):
        changed("add_group", {"all": [{"any": [{"any": [BIG]}]}]}, at="0.0")
    with pytest.raises(Refused, match="two levels"):
        changed("move_condition", {"all": [{"any": [{"any": [BIG]}]}, {"any": [GERMAN]}]}, at="1", to="0.0.0")


def test_no_lead_is_never_what_is_left_when_the_last_condition_is_taken_away() -> None:
    assert changed("remove_condition", {"any": [GERMAN]}, at="0") == {"all": []}
    assert changed("remove_condition", {"any": [{"all": [{"not": {"any": [GERMAN]}}]}]}, at="0.0.0") == {"all": []}
    assert changed("remove_condition", {"any": [GERMAN, BIG]}, at="") == {"all": []}


@pytest.mark.parametrize(
    ("at", "to", "after"),
    [
        ("0", "1", {"all": [{"any": [FRENCH, BIG]}, GERMAN]}),
        ("0", "1.0", {"all": [{"any": [GERMAN, FRENCH, BIG]}]}),
        ("1.1", "0", {"all": [BIG, GERMAN, {"any": [FRENCH]}]}),
        ("1", "0", {"all": [{"any": [FRENCH, BIG]}, GERMAN]}),
        ("1.0", "1.1", {"all": [GERMAN, {"any": [BIG, FRENCH]}]}),
    ],
)
def test_a_condition_is_moved_within_its_group_and_in_and_out_of_another(at: str, to: str, after: Json) -> None:
    assert changed("move_condition", {"all": [GERMAN, {"any": [FRENCH, BIG]}]}, at=at, to=to) == after


def test_a_group_that_is_left_empty_by_a_move_goes_and_none_goes_inside_itself() -> None:
    assert changed("move_condition", {"all": [GERMAN, {"any": [FRENCH]}]}, at="1.0", to="0") == {
        "all": [FRENCH, GERMAN]
    }
    with pytest.raises(Refused, match="inside itself"):
        changed("move_condition", {"all": [{"any": [FRENCH]}]}, at="0", to="0.0")


@pytest.mark.parametrize(
    ("kind", "after"),
    [
        ("any", {"any": [GERMAN, BIG]}),
        ("none", {"not": {"any": [GERMAN, BIG]}}),
        ("not_all", {"not": {"all": [GERMAN, BIG]}}),
    ],
)
def test_a_group_asks_for_all_any_or_none_of_its_parts_and_back(kind: str, after: Json) -> None:
    both = {"all": [GERMAN, BIG]}

    assert changed("group_kind", both, at="", kind=kind) == after
    assert changed("group_kind", {"any": [both]}, at="0", kind=kind) == {"any": [after]}
    assert changed("group_kind", after, at="", kind="all") == both
    assert groups.kind_of(after) == kind


@pytest.mark.parametrize("at", ["7", "0.0", "x", "0..1", "-1"])
@pytest.mark.parametrize(
    ("op", "given"),
    [("set_condition", {}), ("remove_condition", {}), ("move_condition", {"to": "0"}), ("add_condition", {})],
)
def test_a_place_that_is_not_there_is_refused(op: str, given: dict[str, str], at: str) -> None:
    with pytest.raises(Refused):
        do(op, node="large", at=at, **given)


def test_a_question_about_a_yes_or_no_asks_for_yes_until_somebody_says_no() -> None:
    document = {"format": 1, "rules": [{"id": "a", "name": "A", "when": {"all": [{"field": "", "op": "is"}]}}]}

    chosen = edits.apply(document, "set_condition", {"node": "a", "at": "0", "field": "is_free_email"}, AROUND).document
    denied = edits.apply(chosen, "set_condition", {"node": "a", "at": "0", "value": "false"}, AROUND).document
    again = edits.apply(denied, "set_condition", {"node": "a", "at": "0", "field": "is_role_email"}, AROUND).document

    assert chosen["rules"][0]["when"] == {"all": [asks("is_free_email", "is", True)]}
    assert denied["rules"][0]["when"] == {"all": [asks("is_free_email", "is", False)]}
    assert again["rules"][0]["when"] == {"all": [asks("is_role_email", "is", False)]}
