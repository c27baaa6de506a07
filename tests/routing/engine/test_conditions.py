"""Every operator, by example; that they never raise is a property (see test_matcher)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from routing.engine.conditions import All, AnyOf, Not, Setting, Test, Unfit, holds
from routing.engine.facts import FieldType

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SETTING = Setting(
    now=NOON,
    lists={"strategic": frozenset({"acme"})},
    ancestors={"emea": frozenset({"emea"}), "berlin": frozenset({"berlin", "dach", "emea"})},
)
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "op", "value", "fact", "expected"),
    [
        ("country", "is", "DE", " de ", True),
        ("country", "is_not", "DE", "at", True),
        ("country", "in", ("DE", "AT"), "at", True),
        ("country", "not_in", ("DE", "AT"), "AT", False),
        ("company", "contains", "ACME", "The Acme Group", True),
        ("company", "not_contains", "acme", "The Acme Group", False),
        ("company", "starts_with", "the  acme", "The Acme Group", True),
        ("company", "ends_with", "GROUP", "The Acme Group", True),
        ("company", "matches", "^the .*p$", " The Acme Group ", True),
        ("company", "matches", "acme", "The ＡＣＭＥ Group", True),
        ("company", "matches", "^acme", "The Acme Group", False),
        ("company", "matches", "the  acme", "The  Acme", True),
        ("company", "matches", "straße", "Straße AG", True),
        ("company", "in_list", "strategic", "ACME", True),
        ("company", "not_in_list", "strategic", "ACME", False),
        ("company", "in_list", "deleted-since", "ACME", False),
        ("time.weekday", "is", "Monday", "mon", True),
        ("time.weekday", "in", (1, "tue"), "mon", True),
        ("employees", "is", "1,200", 1200, True),
        ("employees", "is_not", 50, 50.0, False),
        ("employees", "in", (1, 50), 50, True),
        ("employees", "not_in", (1, 50), 51, True),
        ("employees", "gt", 50, 50, False),
        ("employees", "gte", 50, 50, True),
        ("employees", "lt", 50, 49.5, True),
        ("employees", "lte", 50, 50, True),
        ("employees", "between", (50, 200), 50, True),
        ("employees", "between", (50, 200), 200, True),
        ("employees", "between", (50, 200), 200.5, False),
        ("is_free_email", "is", True, True, True),
        ("is_free_email", "is", True, False, False),
        ("tags", "has_any", ("Hot", "vip"), ("hot", "new"), True),
        ("tags", "has_all", ("hot", "vip"), ("hot", "new"), False),
        ("tags", "has_all", ("hot", "NEW"), ("hot", "new", "x"), True),
        ("tags", "has_none", ("vip",), ("hot", "new"), True),
        ("received_at", "before", "2026-03-02", MIDNIGHT, False),
        ("received_at", "before", "2026-03-02", MIDNIGHT - timedelta(seconds=1), True),
        ("received_at", "after", "2026-03-02", MIDNIGHT, False),
        ("received_at", "after", "2026-03-02T01:00:00+01:00", MIDNIGHT + timedelta(seconds=1), True),
        ("received_at", "within_last_days", 7, NOON - timedelta(days=7), True),
        ("received_at", "within_last_days", 7, NOON, True),
        ("received_at", "within_last_days", 7, NOON + timedelta(seconds=1), False),
        ("received_at", "within_last_days", 7, NOON - timedelta(days=7, seconds=1), False),
        ("received_at", "more_than_days_ago", 7, NOON - timedelta(days=7), False),
        ("received_at", "more_than_days_ago", 7, NOON - timedelta(days=7, seconds=1), True),
        ("territory", "in", "emea", "berlin", True),
        ("territory", "in", ("apac", "dach"), "berlin", True),
        ("territory", "in", "berlin", "emea", False),
        ("territory", "in", "atlantis", "atlantis", True),
        ("country", "is_blank", None, "DE", False),
        ("country", "is_present", None, "DE", True),
        ("signal.visits", "gte", 3, 3, True),
    ],
)
def test_an_operator_answers_as_the_contract_says(field: str, op: str, value: Any, fact: Any, expected: bool):
    assert holds(Test(field, op, value), {field: fact}, SETTING) is expected


BLANK_CASES = [
    ("country", "is", "DE", False),
    ("country", "is_not", "DE", True),
    ("country", "in", ("DE",), False),
    ("country", "not_in", ("DE",), True),
    ("country", "contains", "D", False),
    ("country", "not_contains", "D", True),
    ("country", "starts_with", "D", False),
    ("country", "ends_with", "D", False),
    ("country", "matches", ".*", False),
    ("country", "in_list", "strategic", False),
    ("country", "not_in_list", "strategic", True),
    ("employees", "is", 0, False),
    ("employees", "is_not", 0, True),
    ("employees", "lt", 5, False),
    ("employees", "between", (0, 5), False),
    ("employees", "not_in", (1,), True),
    ("is_free_email", "is", False, False),
    ("tags", "has_any", ("x",), False),
    ("tags", "has_all", ("x",), False),
    ("tags", "has_none", ("x",), True),
    ("received_at", "before", "2030-01-01", False),
    ("received_at", "more_than_days_ago", 1, False),
    ("territory", "in", "emea", False),
    ("country", "is_blank", None, True),
    ("country", "is_present", None, False),
]


@pytest.mark.parametrize(("field", "op", "value", "expected"), BLANK_CASES)
def test_on_a_blank_each_operator_has_its_fixed_answer(field: str, op: str, value: Any, expected: bool):
    assert holds(Test(field, op, value), {}, SETTING) is expected


@pytest.mark.parametrize(("field", "op", "value", "expected"), [case for case in BLANK_CASES if case[2] is not None])
def test_if_blank_overrides_the_answer_for_a_blank_and_nothing_else(field: str, op: str, value: Any, expected: bool):
    for override in (True, False):
        assert holds(Test(field, op, value, override), {}, SETTING) is override
    assert holds(Test("country", "is", "DE", if_blank=True), {"country": "AT"}, SETTING) is False


@pytest.mark.parametrize(
    ("field", "misfit"),
    [
        ("country", "   "),
        ("country", 7),
        ("employees", "n/a"),
        ("employees", float("nan")),
        ("tags", ()),
        ("tags", (" ",)),
        ("is_free_email", "yes"),
        ("received_at", "2026-01-01"),
        ("received_at", datetime(2026, 1, 1)),
        ("territory", ("emea",)),
    ],
)
def test_what_does_not_fit_its_type_is_a_blank(field: str, misfit: Any):
    assert holds(Test(field, "is_blank"), {field: misfit}, SETTING)


def test_empty_all_holds_and_empty_any_does_not():
    assert holds(All(()), {}, SETTING)
    assert not holds(AnyOf(()), {}, SETTING)
    assert holds(Not(AnyOf(())), {}, SETTING)


@pytest.mark.parametrize(("pattern", "expected"), [("(a+)+$", False), ("(.*a){20}", True), ("(x+x+)+y", False)])
def test_patterns_that_explode_elsewhere_do_not_here(pattern: str, expected: bool):
    """With a backtracking engine this test would not end in our lifetime."""
    assert holds(Test("message", "matches", pattern), {"message": "ax" * 50_000 + "!"}, SETTING) is expected


def test_a_pattern_sees_the_first_four_kilobytes():
    facts = {"message": "x" * 5000 + "needle"}

    assert not holds(Test("message", "matches", "needle"), facts, SETTING)
    assert holds(Test("message", "matches", "x$"), facts, SETTING)


def test_a_test_that_makes_no_sense_cannot_be_made():
    with pytest.raises(Unfit, match="has no operator gt"):
        Test("country", "gt", 5)
    with pytest.raises(Unfit, match="must be a number"):
        Test("employees", "gt", "many")


def test_built_in_fields_know_their_type():
    assert Test("employees", "gt", 5).type is FieldType.NUMBER
    assert Test("custom.budget", "gt", 5, type=FieldType.NUMBER).type is FieldType.NUMBER
