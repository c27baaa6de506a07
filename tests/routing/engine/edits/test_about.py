"""What is written on a rule, changed one piece at a time."""

from __future__ import annotations

from typing import Any

import pytest

from routing.engine.edits import Refused
from tests.routing.engine.edits.trees import AROUND, TREE, do, rule


def test_a_rule_is_renamed_and_keeps_its_id() -> None:
    done = do("rename", node="large", name="  Enterprise ")

    assert rule(done.document, "large")["name"] == "Enterprise"
    assert done.words == "renamed Large to Enterprise"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"why": "They ask for us."}, "said why there is Large"),
        ({"owner": "ada@example.com"}, "made ada@example.com the owner of Large"),
        ({"review_on": "2027-01-31"}, "set a review on 2027-01-31 for Large"),
        (
            {"owner": "ada@example.com", "review_on": "2027-01-31"},
            "made ada@example.com the owner of and set a review on 2027-01-31 for Large",
        ),
    ],
)
def test_why_who_and_when_are_written_on_a_rule_and_taken_off(given: dict[str, str], words: str) -> None:
    done = do("info", node="large", **given)
    cleared = do("info", done.document, AROUND, node="large", **dict.fromkeys(given, ""))

    assert rule(done.document, "large").items() >= given.items()
    assert done.words == words
    assert cleared.document == TREE


@pytest.mark.parametrize(
    ("given", "field"),
    [({"owner": "ada"}, "owner"), ({"review_on": "2027-02-30"}, "review_on"), ({"why": "x" * 2001}, "why")],
)
def test_what_cannot_be_written_there_is_refused_by_name(given: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refused:
        do("info", node="large", **given)

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("field", "given", "kept", "words"),
    [
        ("priority", {"value": "high"}, "high", "made Large set priority to high"),
        ("tags", {"values": ["a", "b", "a"]}, ["a", "b"], "made Large set tags to a, b"),
        ("custom.budget", {"value": "1,200"}, 1200, "made Large set budget to 1,200"),
        ("custom.nda", {"value": "yes"}, True, "made Large set NDA signed to yes"),
        ("custom.renewal", {"value": "2027-01-31"}, "2027-01-31", "made Large set renewal to 2027-01-31"),
    ],
)
def test_a_rule_sets_facts_of_the_right_type(field: str, given: dict[str, Any], kept: Any, words: str) -> None:
    done = do("set_fact", node="large", field=field, **given)

    assert rule(done.document, "large")["set"] == {field: kept}
    assert done.words == words
    assert do("unset_fact", done.document, AROUND, node="large", field=field).document == TREE


@pytest.mark.parametrize(
    ("field", "value", "wrong"),
    [("country", "DE", "field"), ("custom.budget", "much", "value"), ("priority", " ", "value")],
)
def test_a_fact_that_no_rule_may_set_or_that_does_not_fit_is_refused(field: str, value: str, wrong: str) -> None:
    with pytest.raises(Refused) as refused:
        do("set_fact", node="large", field=field, value=value)

    assert refused.value.field == wrong


def test_stickiness_is_set_in_days() -> None:
    done = do("stickiness", days="30")

    assert done.document["sticky_days"] == 30
    assert done.words == "kept returning leads with their rep for 30 days"


def test_there_is_no_other_deed() -> None:
    with pytest.raises(Refused, match="no such change"):
        do("explode")
