"""How hard a tree is to follow, and what makes it easier: each suggestion can be followed, and sends leads where they
went."""

from __future__ import annotations

from typing import Any

import pytest

from routing.engine.edits import Around, apply
from routing.engine.facts import STANDARD
from routing.engine.lint import Finding
from routing.engine.nodes import Json
from routing.engine.simplify import AMBER, GREEN, RED, meter, suggestions
from routing.engine.unfinished import readable
from routing.engine.walk import enter, settle
from tests.routing.engine.lint.trees import GERMANY, INBOX, NOON, document, rule, world_of

COUNTRIES = ("DE", "AT", "CH", "FR", "IT", "ES")


def country(value: str, **members: Any) -> Json:
    return rule(value.title(), {"field": "country", "op": "is", "value": value}, **members)


def queue(name: str) -> Json:
    return {"kind": "queue", "queue": name}


def fan(count: int) -> Json:
    return document(*(country(value, target=queue(f"q-{value.lower()}")) for value in COUNTRIES[:count]))


def found(drawn: Json, **members: Any) -> list[Finding]:
    return list(suggestions(drawn, STANDARD, **members))


def followed(drawn: Json, suggestion: Finding) -> Json:
    assert suggestion.fix is not None
    return apply(drawn, suggestion.fix.op, suggestion.fix.arguments, Around(STANDARD)).document


def where(drawn: Json, value: str | None) -> object:
    world = world_of(drawn)
    place = enter(world, "inbound", {} if value is None else {"country": value}, NOON)
    return settle(place, world, "somebody", NOON).target


def test_five_neighbours_that_look_one_field_up_can_become_a_table() -> None:
    (suggestion,) = found(fan(5))

    assert suggestion.words == "5 rules, “De” to “It”, only look up country: a table says the same."
    after = followed(fan(5), suggestion)
    assert len(after["rules"]) == 1
    for value in (*COUNTRIES, None):
        assert where(after, value) == where(fan(5), value)


def test_four_of_them_are_no_fan() -> None:
    assert found(fan(4)) == []


@pytest.mark.parametrize("odd", [{"off": True}, {"set": {"segment": "x"}}])
def test_a_rule_that_does_more_than_look_up_breaks_the_fan(odd: Json) -> None:
    drawn = fan(6)
    drawn["rules"][2] |= odd

    assert found(drawn) == []


def test_neighbours_that_lead_to_the_same_can_become_one() -> None:
    drawn = document(country("DE"), country("AT"), country("FR", target=queue("paris")))

    (suggestion,) = found(drawn)

    after = followed(drawn, suggestion)
    assert len(after["rules"]) == 2
    for value in (*COUNTRIES, None):
        assert where(after, value) == where(drawn, value)


def test_rules_that_ask_exactly_the_same_are_named() -> None:
    both = {"all": [GERMANY, {"field": "employees", "op": "gte", "value": 200}]}
    drawn = document(
        rule("A", both),
        rule("B", {"field": "city", "op": "is", "value": "Bonn"}, rules=[rule("C", both)], otherwise=INBOX),
    )

    (suggestion,) = found(drawn)

    assert suggestion.words.startswith("“A”, “C” ask exactly the same")


def test_a_branch_that_hardly_anybody_comes_to_can_go() -> None:
    drawn = document(rule("A", rules=[rule("B", {"field": "city", "op": "is", "value": "Bonn"})], otherwise=INBOX))

    assert found(drawn, counts={"a": 5}, total=1000) == []
    (suggestion,) = found(drawn, counts={"a": 4}, total=1000)
    assert followed(drawn, suggestion)["rules"] == []


def test_an_unfinished_draft_has_suggestions_too() -> None:
    drawn = document(
        rule("A", target=None), {"id": "b", "name": "B"}, rule("C", {"all": []}), rule("D", {"any": [None]})
    )

    assert readable(drawn, STANDARD).problems
    assert [one.code for one in found(drawn)] == ["simplify_merge"]


@pytest.mark.parametrize(
    ("rules", "levels", "colour"),
    [(15, 3, GREEN), (16, 1, AMBER), (4, 4, AMBER), (30, 4, AMBER), (31, 1, RED), (5, 5, RED)],
)
def test_the_meter_turns_with_rules_and_levels(rules: int, levels: int, colour: str) -> None:
    deepest: Json = rule("X")
    for number in range(levels - 1):
        deepest = rule(f"L{number}", rules=[deepest], otherwise=INBOX)
    drawn = document(deepest, *(rule(f"R{number}") for number in range(rules - levels)))

    measured = meter(drawn)

    assert (measured.rules, measured.levels, measured.colour) == (rules, levels, colour)
