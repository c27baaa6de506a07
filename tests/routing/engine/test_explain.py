"""Conditions and answers read aloud."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from routing.engine.compile import compile_rules
from routing.engine.conditions import All, AnyOf, Condition, Not, Test, holds
from routing.engine.document import Rule, ToFallback, parse_condition
from routing.engine.explain import Asked, because, pieces, rules_asked, sentence, winner
from tests.routing.engine.documents import SETTING, VOCABULARY, conditions, leads

GERMAN = Test("country", "is", "DE")
LARGE = Test("employees", "gte", 200)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (All(()), "every lead"),
        (AnyOf(()), "no lead"),
        (GERMAN, "country is DE"),
        (All((GERMAN, LARGE)), "country is DE and employees is at least 200"),
        (AnyOf((GERMAN, All((LARGE, GERMAN)))), "country is DE or (employees is at least 200 and country is DE)"),
        (Not(GERMAN), "not (country is DE)"),
        (Test("country", "in", ("DE", "AT")), "country is one of DE, AT"),
        (Test("employees", "between", (50, 1200)), "employees is between 50 and 1,200"),
        (Test("is_free_email", "is", True), "free e-mail is yes"),
        (Test("company", "is_blank"), "company is blank"),
        (Test("company", "in_list", "strategic"), "company is on the list strategic"),
        (Test("tags", "has_none", ("vip",)), "tags has none of vip"),
        (Test("received_at", "within_last_days", 30), "received at is within the last 30 days"),
        (Test("territory", "in", "dach"), "territory is in dach"),
        (Test("signal.visits", "gt", 3), "visits is more than 3"),
        (Test("signal.pricing_views_7d", "gte", 5), "pricing views in 7 days is at least 5"),
        (Test("signal.account.trial_step_1d", "gte", 5), "trial step in a day at the account is at least 5"),
        (Test("country", "is", "DE", if_blank=True), "country is DE (or blank)"),
        (Test("country", "is_not", "DE", if_blank=False), "country is not DE (and not blank)"),
        (Test("company", "contains", "{}"), "company contains {}"),
    ],
)
def test_a_condition_is_said_in_plain_english(condition: Condition, said: str):
    assert sentence(condition, VOCABULARY) == said


@pytest.mark.parametrize(
    ("condition", "facts", "said"),
    [
        (GERMAN, {"country": " de "}, "country is de"),
        (GERMAN, {"country": "FR"}, "country is not DE (it is FR)"),
        (GERMAN, {}, "country is blank"),
        (LARGE, {"employees": 1240}, "employees is at least 200 (it is 1,240)"),
        (LARGE, {"employees": 120}, "employees is not at least 200 (it is 120)"),
        (Test("country", "in", ("DE", "AT")), {"country": "FR"}, "country is none of DE, AT (it is FR)"),
        (Test("country", "is_not", "DE"), {"country": "DE"}, "country is DE (it is DE)"),
        (Test("company", "contains", "x"), {"company": "Acme"}, "company does not contain x (it is Acme)"),
        (Test("company", "is_present"), {"company": "Acme"}, "company is given (it is Acme)"),
        (Test("company", "is_blank"), {"company": "Acme"}, "company is not blank (it is Acme)"),
        (Test("is_free_email", "is", True), {"is_free_email": False}, "free e-mail is not yes (it is no)"),
        (Test("tags", "has_any", ("vip",)), {"tags": ("a", "b")}, "tags has none of vip (it is a, b)"),
        (
            Test("received_at", "after", "2026-03-02"),
            {"received_at": datetime(2026, 3, 2, 9, 30, tzinfo=UTC)},
            "received at is after 2026-03-02 (it is 2026-03-02 09:30 UTC)",
        ),
        (All((GERMAN, LARGE)), {"country": "DE", "employees": 5}, "employees is not at least 200 (it is 5)"),
        (
            All((GERMAN, LARGE)),
            {"country": "DE", "employees": 500},
            "country is DE and employees is at least 200 (it is 500)",
        ),
        (AnyOf((LARGE, GERMAN)), {"country": "DE", "employees": 5}, "country is DE"),
        (AnyOf((LARGE, GERMAN)), {"country": "FR"}, "employees is blank and country is not DE (it is FR)"),
        (Not(GERMAN), {"country": "FR"}, "country is not DE (it is FR)"),
        (Not(GERMAN), {"country": "DE"}, "country is DE"),
        (All(()), {}, "every lead"),
        (Test("message", "contains", "a"), {"message": "a" * 100}, f"message contains a (it is {'a' * 59}…)"),
    ],
)
def test_an_answer_names_the_decisive_question_and_the_leads_own_value(
    condition: Condition, facts: dict[str, Any], said: str
):
    held = holds(condition, facts, SETTING)

    assert because(condition, held, facts, SETTING, VOCABULARY) == said


def test_the_rules_asked_are_those_up_to_the_one_that_held():
    rules = (
        Rule("large", "Large", LARGE, target=ToFallback()),
        Rule("paused", "Paused", target=ToFallback(), off=True),
        Rule("german", "German", GERMAN, target=ToFallback()),
        Rule("rest", "Rest", target=ToFallback()),
    )
    level = compile_rules(rules, {}, {})
    facts = {"country": "DE", "employees": 50}

    index = level.first(facts, SETTING)

    assert index == 2
    assert winner(level, index, facts, SETTING) == Asked("german", True, "country is DE")
    assert rules_asked(level, facts, SETTING, index) == (
        Asked("large", False, "employees is not at least 200 (it is 50)"),
        Asked("german", True, "country is DE"),
    )
    assert [asked.rule for asked in rules_asked(level, {}, SETTING, -1)] == ["large", "german", "rest"]


def test_a_vocabulary_names_the_admins_fields():
    condition = parse_condition({"field": "custom.nda", "op": "is", "value": True}, VOCABULARY)

    assert sentence(condition, VOCABULARY) == "NDA signed is yes"
    assert because(condition, True, {"custom.nda": True}, SETTING, VOCABULARY) == "NDA signed is yes"


@settings(deadline=None)
@given(condition=conditions(), facts=leads())
def test_everything_can_be_read_aloud(condition: dict[str, Any], facts: dict[str, Any]):
    parsed = parse_condition(condition, VOCABULARY)
    level = compile_rules((Rule("a", "A", parsed, target=ToFallback()),), SETTING.lists, SETTING.ancestors)

    (asked,) = rules_asked(level, facts, SETTING, -1, VOCABULARY)

    assert sentence(parsed, VOCABULARY)
    assert asked.held == (level.first(facts, SETTING) == 0)
    assert asked.because
    if asked.held:
        assert winner(level, 0, facts, SETTING, VOCABULARY) == asked


def test_a_sentence_comes_in_pieces_that_say_what_weighs_and_what_people_call_a_value() -> None:
    condition = AnyOf((Test("territory", "in", "us-west"), Not(Test("employees", "between", (1, 1200)))))

    said = list(pieces(condition, VOCABULARY, lambda test, value: {"us-west": "US West"}.get(value, value)))

    assert [piece.text for piece in said if piece.weighs] == ["territory", "US West", "employees", "1 and 1,200"]
    assert "".join(piece.text for piece in said) == sentence(condition).replace("us-west", "US West")
