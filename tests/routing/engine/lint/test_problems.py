"""What an unfinished draft lacks is said at the piece it is about, in words for people."""

from __future__ import annotations

import re
from typing import Any

import pytest

from routing.engine.lint import ERROR
from routing.engine.nodes import Json
from tests.routing.engine.lint.trees import GERMANY, INBOX, document, look, rule, said

PROGRAMS_WORDS = re.compile(r"[{}\[\]]|rules\d|\bwhen\b\.|if_nobody|\.all|target\.|null|must be an object")


def test_a_finished_tree_has_nothing_wrong_with_it() -> None:
    assert look(document(rule("Germany"))) == ()


def test_a_rule_without_an_outcome_says_so_at_its_outcome() -> None:
    (found,) = look(document(rule("Germany", target=None)))

    assert (found.node, found.severity, found.code) == ("germany_target", ERROR, "no_outcome")


def test_a_branch_without_an_otherwise_says_so_there() -> None:
    drawn = document(rule("Germany", rules=[rule("Berlin", {"field": "city", "op": "is", "value": "Berlin"})]))

    assert said(look(drawn)) == [
        ("germany_otherwise_target", "no_outcome", "It has no outcome yet: say where these leads go.")
    ]


def test_a_table_without_a_default_says_so() -> None:
    table = {"kind": "table", "field": "country", "rows": [{"values": ["DE"], "target": INBOX}]}

    (found,) = look(document(rule("Countries", {"all": []}, target=table)))

    assert (found.node, found.severity, found.code) == ("countries_target", ERROR, "table_default")


UNFINISHED: list[tuple[Json, str, str, str]] = [
    (
        rule("A", {"all": [GERMANY, {"field": "countri", "op": "is", "value": "DE"}]}),
        "a",
        "unknown_field",
        'Condition 2: unknown field "countri": did you mean country?',
    ),
    (
        rule("A", {"all": [{"any": [GERMANY, {"field": "employees", "op": "gte", "value": "many"}]}]}),
        "a",
        "unfinished",
        'Condition 1.2: the value must be a number, such as 200 (not "many").',
    ),
    (
        rule("A", {"all": [{"field": "country", "op": "is", "value": None}]}),
        "a",
        "unfinished",
        "Condition 1: say which value.",
    ),
    (
        rule("A", target={"kind": "pool", "pool": "emeaa"}),
        "a_target",
        "unknown_pool",
        'There is no pool "emeaa": did you mean emea?',
    ),
    (rule("A", target={"kind": "pool"}), "a_target", "unfinished", "Say which pool."),
    (
        rule("A", target={"kind": "pool", "pool": "emea", "if_nobody": {"kind": "rep", "rep": "zed@nowhere.test"}}),
        "a_target",
        "unknown_rep",
        'If nobody is there: there is no rep "zed@nowhere.test".',
    ),
    (
        rule(
            "A",
            target={
                "kind": "table",
                "field": "country",
                "rows": [{"values": [], "target": INBOX}],
                "otherwise": {"kind": "queue", "queue": "gone"},
            },
        ),
        "a_target",
        "unfinished",
        "In row 1: the values must be a list of at least one value, not an empty list.",
    ),
    (rule("A") | {"name": " "}, "a", "unfinished", "The name must not be empty."),
]


@pytest.mark.parametrize(("unfinished", "node", "code", "words"), UNFINISHED, ids=range(len(UNFINISHED)))
def test_what_is_missing_or_wrong_is_said_in_words(unfinished: Json, node: str, code: str, words: str) -> None:
    found = look(document(unfinished))

    assert (node, code, words) in said(found)
    assert found[0].severity == ERROR


ODD: list[Any] = [None, 7, "", [], {}, [None], {"kind": "nothing"}, {"all": None}, {"field": None}, {"kind": "table"}]


@pytest.mark.parametrize("member", ["when", "target", "name", "why", "owner", "review_on", "set", "off"])
def test_whatever_stands_there_no_finding_speaks_like_a_program(member: str) -> None:
    for odd in ODD:
        drawn = document(rule("A") | {member: odd}, rule("B", rules=[rule("C") | {member: odd}], otherwise=INBOX))
        for finding in look(drawn):
            assert not PROGRAMS_WORDS.search(finding.words), finding.words
