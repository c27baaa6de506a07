"""Examples for conditions: what is found holds, and over a small world nothing that exists is missed."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine.conditions import All, AnyOf, Condition, Not, Test, holds
from routing.engine.document import parse_condition
from routing.engine.witness import Ground, find, meet
from tests.routing.engine import oracle
from tests.routing.engine.documents import NOON, SETTING, VOCABULARY, conditions

GERMAN = Test("country", "is", "DE")
LARGE = Test("employees", "gte", 500)

# Every value that these questions can tell from another.
COUNTRIES, EMPLOYEES = ("DE", "AT", "US", None), (-1, 0, 1, 10, 11, 20, 21, None)
TOPICS = (None, ("a",), ("b",), ("a", "b"), ("z",))
QUESTIONS = st.one_of(
    st.builds(Test, st.just("country"), st.sampled_from(["is", "is_not"]), st.sampled_from(["DE", "AT"])),
    st.builds(Test, st.just("country"), st.sampled_from(["in", "not_in"]), st.just(("DE", "AT"))),
    st.builds(Test, st.just("country"), st.sampled_from(["is_blank", "is_present"])),
    st.builds(
        Test,
        st.just("employees"),
        st.sampled_from(["gt", "gte", "lt", "lte", "is", "is_not"]),
        st.sampled_from([0, 10, 20]),
        st.sampled_from([None, True, False]),
    ),
    st.builds(Test, st.just("tags"), st.sampled_from(["has_any", "has_all", "has_none"]), st.just(("a", "b"))),
    st.builds(Test, st.just("is_free_email"), st.just("is"), st.booleans()),
)
SMALL_CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    QUESTIONS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda parts: All(tuple(parts))),
        st.lists(inner, max_size=4).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=10,
)


def facts_of(*values: Any) -> dict[str, Any]:
    names = ("country", "employees", "tags", "is_free_email")
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}


SMALL_WORLD = [facts_of(*values) for values in product(COUNTRIES, EMPLOYEES, TOPICS, (True, False, None))]


@given(conditions())
def test_an_example_always_satisfies_its_condition(written: dict[str, Any]) -> None:
    condition = parse_condition(written, VOCABULARY)

    example = find(condition, SETTING)

    if example is not None:
        assert holds(condition, example, SETTING)
        assert oracle.answer(written, dict(example), SETTING)


@given(SMALL_CONDITIONS)
@settings(max_examples=300)
def test_over_a_small_world_an_example_is_found_exactly_where_trying_everything_finds_one(condition: Condition) -> None:
    there_is_one = any(holds(condition, facts, SETTING) for facts in SMALL_WORLD)

    assert (find(condition, SETTING) is not None) == there_is_one


@given(SMALL_CONDITIONS, SMALL_CONDITIONS)
def test_two_conditions_that_do_not_meet_never_hold_together(one: Condition, other: Condition) -> None:
    ground = Ground((one, other), SETTING)

    if not meet(ground.may_hold(one), ground.may_hold(other)):
        assert not any(holds(All((one, other)), facts, SETTING) for facts in SMALL_WORLD)


@pytest.mark.parametrize(
    "condition",
    [
        All((GERMAN, Not(GERMAN))),
        AnyOf(()),
        All((LARGE, Test("employees", "lt", 500))),
        All((Test("country", "in", ("DE", "AT")), Test("country", "not_in", ("AT", "DE")))),
        All((Test("company", "is_blank"), Test("company", "starts_with", "A"))),
    ],
)
def test_nothing_is_found_where_there_can_be_nothing(condition: Condition) -> None:
    assert find(condition) is None


@pytest.mark.parametrize(
    ("condition", "example"),
    [
        (GERMAN, {"country": "DE"}),
        (All((GERMAN, LARGE)), {"country": "DE", "employees": 500}),
        (All((Test("country", "is_present"), Not(GERMAN))), {"country": "US"}),
        (All((Test("employees", "gt", 10), Test("employees", "lt", 12))), {"employees": 11}),
        (Test("title", "matches", "^Head of"), {"title": "Head of"}),
        (All((Test("company", "starts_with", "Al"), Test("company", "ends_with", "pha"))), {"company": "Al pha"}),
        (Test("time.hour", "gte", 23), {"time.hour": 23}),
        (All(()), {}),
    ],
)
def test_examples_look_like_leads(condition: Condition, example: dict[str, Any]) -> None:
    assert find(condition) == example


def test_real_values_are_tried_first() -> None:
    outside_the_west = All((Test("state", "is_present"), Test("state", "not_in", ("CA", "OR"))))

    assert find(outside_the_west, SETTING, {"state": ("CA", "TX")}) == {"state": "TX"}


def test_a_time_is_tried_around_the_moment_of_asking() -> None:
    lately = All((Test("received_at", "within_last_days", 7), Test("received_at", "more_than_days_ago", 6)))

    found = find(lately, SETTING)

    assert found is not None
    assert timedelta(days=6) < NOON - found["received_at"] <= timedelta(days=7)  # type: ignore[operator]


def test_a_search_ends_however_many_ways_there_are() -> None:
    """Twenty choices of twenty, none of which can be had: more ways than could ever be tried."""
    many = tuple(
        AnyOf(tuple(All((Test("employees", "gt", row * 20 + way), Test("revenue", "gt", way))) for way in range(20)))
        for row in range(20)
    )
    impossible = All((*many, AnyOf((All((GERMAN, Test("country", "is", "AT"))), All((LARGE, Not(LARGE)))))))

    assert find(impossible) is None
