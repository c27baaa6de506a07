"""The index answers as walking the rules would; the walk is the oracle's, written from the contract."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nextafter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine import columns
from routing.engine.compile import Level, compile_rules
from routing.engine.conditions import Not, Setting, Test, holds
from routing.engine.document import Rule, ToFallback, parse
from tests.routing.engine import oracle
from tests.routing.engine.documents import FIELDS, NOON, SETTING, VOCABULARY, conditions, facts_for, leads, questions

ALL_OF_TESTS = st.lists(questions(), max_size=4).map(lambda parts: {"all": parts})


def numbered(whens: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"id": f"rule-{number}", "name": f"Rule {number}", "when": when, "target": {"kind": "fallback"}}
        for number, when in enumerate(whens)
    ]


@st.composite
def rule_lists(draw: st.DrawFn) -> list[dict[str, Any]]:
    rules = numbered(draw(st.lists(st.one_of(ALL_OF_TESTS, ALL_OF_TESTS, questions(), conditions()), max_size=12)))
    return [{**rule, "off": True} if draw(st.integers(0, 5)) == 0 else rule for rule in rules]


def level_of(rules: list[dict[str, Any]]) -> Level:
    tree = parse(
        {"format": 1, "rules": rules, "otherwise": {"kind": "queue", "queue": "inbox"}},
        VOCABULARY,
    )
    return compile_rules(tree.rules, SETTING.lists, SETTING.ancestors)


@st.composite
def crowded_fields(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Several rules about one field, and leads that have hardly anything else."""
    field = draw(st.sampled_from([name for names in FIELDS.values() for name in names]))
    about = st.one_of(
        questions(field), st.lists(questions(field), min_size=2, max_size=5).map(lambda parts: {"all": parts})
    )
    facts = draw(st.lists(facts_for(field), min_size=3, max_size=6))
    return numbered(draw(st.lists(about, min_size=1, max_size=5))), [{}, *({field: fact} for fact in facts)]


def rules_that_hold(level: Level, facts: dict[str, Any]) -> set[int]:
    """All of them, by turning off each that was found."""
    found = set()
    while (index := level.first(facts, SETTING)) >= 0:
        found.add(index)
        level = replace(level, on=level.on ^ (1 << index))
    return found


@settings(max_examples=1000, deadline=None)
@given(crowded_fields())
def test_a_column_answers_as_each_of_its_questions_would(case: tuple[list[dict[str, Any]], list[dict[str, Any]]]):
    rules, several = case
    roomy = level_of(rules)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "ROOM", 120)
        cramped = level_of(rules)

    for facts in several:
        held = {number for number, rule in enumerate(rules) if oracle.answer(rule["when"], facts, SETTING)}
        assert rules_that_hold(roomy, facts) == held
        assert rules_that_hold(cramped, facts) == held


@settings(max_examples=200, deadline=None)
@given(rules=rule_lists(), several=st.lists(leads(), min_size=1, max_size=4))
def test_the_index_finds_the_rule_that_walking_finds(rules: list[dict[str, Any]], several: list[dict[str, Any]]):
    level = level_of(rules)

    for facts in several:
        assert level.first(facts, SETTING) == oracle.first(rules, facts, SETTING)


@settings(max_examples=400, deadline=None)
@given(condition=conditions(), facts=leads())
def test_conditions_answer_as_the_contract_says_and_never_raise(condition: dict[str, Any], facts: dict[str, Any]):
    rules = [{"id": "a", "name": "A", "when": condition, "target": {"kind": "fallback"}}]
    parsed = level_of(rules).rules[0].when

    assert holds(parsed, facts, SETTING) == oracle.answer(condition, facts, SETTING)


def test_rules_that_are_off_are_not_there():
    rules = (
        Rule("a", "A", Test("country", "is", "DE"), target=ToFallback(), off=True),
        Rule("b", "B", target=ToFallback(), off=True),
        Rule("c", "C", Test("country", "is", "de"), target=ToFallback()),
    )

    level = compile_rules(rules, {}, {})

    assert level.first({"country": "DE"}, Setting(NOON)) == 2
    assert level.first({"country": "FR"}, Setting(NOON)) == -1


def test_no_rules_match_nobody():
    assert compile_rules((), {}, {}).first({"country": "DE"}, Setting(NOON)) == -1


def test_a_branch_has_a_level_of_its_own():
    inner = Rule("inner", "Inner", Test("employees", "gte", 50), target=ToFallback())
    branch = Rule("branch", "Branch", Test("country", "is", "DE"), rules=(inner,), otherwise=ToFallback())

    level = compile_rules((branch,), {}, {})

    below = level.children[0]
    assert below is not None
    assert below.rules == (inner,)
    assert below.first({"employees": 50}, Setting(NOON)) == 0


def test_many_questions_about_one_field_are_all_asked():
    rules = tuple(Rule(f"r{last}", "R", Not(Not(Test("company", "is", "x"))), target=ToFallback()) for last in range(3))
    assert compile_rules(rules, {}, {}).first({"company": "X"}, Setting(NOON)) == 0

    refusals = [{"field": "country", "op": "is_not", "value": country} for country in ("DE", "AT", "CH", "FR", "IT")]
    level = level_of([{"id": "a", "name": "A", "when": {"all": refusals}, "target": {"kind": "fallback"}}])

    assert level.first({"country": "it"}, SETTING) == -1
    assert level.first({"country": "es"}, SETTING) == 0
    assert level.first({}, SETTING) == 0


def test_neighbouring_numbers_are_told_apart_however_large():
    for bound in (0, 1, -1, 0.1, 2**52, 2**53, 2**60 + 1, -(2**60), 1e300, 5e-324):
        level = compile_rules((Rule("a", "A", Test("employees", "gt", bound), target=ToFallback()),), {}, {})
        above = int(bound) + 1 if abs(bound) >= 2**53 else nextafter(bound, inf)

        assert level.first({"employees": bound}, Setting(NOON)) == -1
        assert level.first({"employees": above}, Setting(NOON)) == (0 if above > bound else -1)
        assert level.first({"employees": nextafter(bound, -inf)}, Setting(NOON)) == -1
