"""A condition said more simply says the same, and leaves less to ask one by one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine.compile import compile_rules
from routing.engine.conditions import All, AnyOf, Condition, Not, Test, holds
from routing.engine.document import Rule, ToFallback, parse_condition
from routing.engine.simpler import simpler
from tests.routing.engine import oracle
from tests.routing.engine.documents import FIELDS, SETTING, VOCABULARY, facts_for, questions

GERMAN, AUSTRIAN = Test("country", "is", "DE"), Test("country", "in", ("AT", "CH"))


@st.composite
def wrapped(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Questions about one field within `not` or `any`, and values of that field."""
    field = draw(st.sampled_from([name for names in FIELDS.values() for name in names]))
    several = draw(st.lists(questions(field), min_size=1, max_size=3))
    inner = draw(st.sampled_from([several[0], {"any": several}, {"all": several}]))
    facts = draw(st.lists(facts_for(field), min_size=2, max_size=5))
    return draw(st.sampled_from([inner, {"not": inner}, {"not": {"not": inner}}])), [{}, *({field: f} for f in facts)]


@settings(max_examples=600, deadline=None)
@given(wrapped())
def test_the_simpler_condition_gives_the_same_answers(case: tuple[dict[str, Any], list[dict[str, Any]]]):
    written, several = case
    said = simpler(parse_condition(written, VOCABULARY))

    for facts in several:
        assert holds(said, facts, SETTING) == oracle.answer(written, facts, SETTING)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (Not(Not(GERMAN)), GERMAN),
        (AnyOf((GERMAN,)), GERMAN),
        (AnyOf((GERMAN, AUSTRIAN)), Test("country", "in", ("DE", "AT", "CH"))),
        (Not(AnyOf((GERMAN, AUSTRIAN))), All((Not(GERMAN), Not(AUSTRIAN)))),
        (Not(GERMAN), Test("country", "is_not", "DE", if_blank=True)),
        (Not(Test("employees", "gt", 50)), Test("employees", "lte", 50, if_blank=True)),
        (Not(Test("is_free_email", "is", True)), Test("is_free_email", "is", False, if_blank=True)),
        (Not(Test("company", "is_blank")), Test("company", "is_present")),
        (
            Test("tags", "has_all", ("a", "b")),
            All((Test("tags", "has_any", ("a",)), Test("tags", "has_any", ("b",)))),
        ),
    ],
)
def test_not_any_and_has_all_become_plain_questions(condition: Condition, said: Condition):
    assert simpler(condition) == said
    assert not compile_rules((Rule("a", "A", condition, target=ToFallback()),), {}, {}).rest


@pytest.mark.parametrize(
    "condition",
    [
        GERMAN,
        AnyOf((GERMAN, Test("city", "is", "Berlin"))),
        AnyOf((GERMAN, Test("country", "is", "AT", if_blank=True))),
        AnyOf((GERMAN, Test("country", "contains", "A"))),
        AnyOf(()),
        Not(Test("company", "matches", "x")),
        Not(All((GERMAN, AUSTRIAN))),
    ],
)
def test_what_cannot_be_said_more_simply_is_left(condition: Condition):
    assert simpler(condition) is condition


def test_a_choice_between_a_truth_and_a_value_of_another_field_stays_a_choice():
    free, large = Test("is_free_email", "is", True), Test("employees", "is", 5)
    for condition in (AnyOf((free, GERMAN)), AnyOf((GERMAN, free)), AnyOf((free, large)), AnyOf((free, free))):
        level = compile_rules((Rule("a", "A", condition, target=ToFallback()),), {}, {})

        for facts in ({}, {"is_free_email": True}, {"country": "DE"}, {"is_free_email": False, "employees": 5}):
            assert (level.first(facts, SETTING) == 0) == holds(condition, facts, SETTING)


@settings(max_examples=300, deadline=None)
@given(st.lists(questions(), min_size=2, max_size=3))
def test_a_choice_between_any_questions_can_be_said_more_simply(several: list[dict[str, Any]]):
    condition = parse_condition({"any": several}, VOCABULARY)
    said = simpler(condition)

    for facts in ({}, *({question["field"]: question.get("value")} for question in several)):
        assert holds(said, facts, SETTING) == holds(condition, facts, SETTING)
