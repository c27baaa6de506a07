"""What a condition must not say, told with the place where it says it."""

from __future__ import annotations

from typing import Any

import pytest

from routing.engine.document import BadDocument, parse_condition
from routing.engine.facts import STANDARD
from tests.routing.engine.written import GERMAN, document, nested, problems, rule


def problem_of_condition(condition: Any) -> tuple[str, str]:
    ((path, problem),) = problems(document(rule(when=condition))).items()
    return path.removeprefix("rules[0].when").lstrip("."), problem


@pytest.mark.parametrize(
    ("condition", "path", "problem"),
    [
        ({"field": "nope", "op": "is", "value": "DE"}, "field", 'unknown field "nope"'),
        ({"field": "contry", "op": "is", "value": "DE"}, "field", "did you mean country?"),
        ({"field": "lead.owner.user.password", "op": "is", "value": "x"}, "field", "unknown field"),
        ({"field": "payload.__proto__", "op": "is", "value": "x"}, "field", "unknown field"),
        ({"field": "a" * 5000, "op": "is", "value": "x"}, "field", "unknown field"),
        ({"field": 5, "op": "is", "value": "x"}, "field", "unknown field 5"),
        ({"field": "custom.unheard-of", "op": "is", "value": "x"}, "field", "unknown field"),
        ({"field": "country", "op": "eval", "value": "DE"}, "op", 'unknown operator "eval"'),
        ({"field": "country", "op": "__eq__", "value": "DE"}, "op", "unknown operator"),
        ({"field": "country", "op": "", "value": "DE"}, "op", "unknown operator"),
        ({"field": "country", "op": ["is"], "value": "DE"}, "op", "unknown operator a list"),
        ({"field": "country", "op": "start_with", "value": "D"}, "op", "did you mean starts_with?"),
        ({"field": "country", "value": "DE"}, "op", "is missing"),
        ({"field": "country", "op": "gt", "value": 5}, "op", "gt does not go with country, which is a text field"),
        ({"field": "employees", "op": "contains", "value": "5"}, "op", "a number field has is, is_not"),
        ({"field": "employees", "op": "gt", "value": "NaN"}, "value", "must be a number"),
        ({"field": "employees", "op": "gt", "value": float("nan")}, "value", "must be a number"),
        ({"field": "employees", "op": "gt", "value": float("inf")}, "value", "must be a number"),
        ({"field": "employees", "op": "gt", "value": 10**400}, "value", "must be a number"),
        ({"field": "employees", "op": "gt", "value": True}, "value", "must be a number"),
        ({"field": "employees", "op": "gt", "value": "about 5"}, "value", "must be a number"),
        ({"field": "employees", "op": "gt"}, "value", "must be a number"),
        ({"field": "employees", "op": "between", "value": [10, 1]}, "value", "the first is greater"),
        ({"field": "employees", "op": "between", "value": [10]}, "value", "two numbers"),
        ({"field": "employees", "op": "in", "value": []}, "value", "an empty list never holds"),
        ({"field": "employees", "op": "in", "value": [1, "x"]}, "value", "must be a number"),
        ({"field": "country", "op": "in", "value": []}, "value", "an empty list never holds"),
        ({"field": "country", "op": "in", "value": "DE"}, "value", "must be a list of texts"),
        ({"field": "country", "op": "in", "value": ["DE", None]}, "value", "must be a text"),
        ({"field": "country", "op": "is", "value": True}, "value", "must be a text"),
        ({"field": "country", "op": "is", "value": 5}, "value", "must be a text"),
        ({"field": "country", "op": "is", "value": " "}, "value", "must not be empty"),
        ({"field": "country", "op": "is", "value": "a\0b"}, "value", "NUL"),
        ({"field": "country", "op": "is", "value": "\ud800"}, "value", "lone surrogate"),
        ({"field": "country", "op": "in", "value": ["\ud800"]}, "value", "lone surrogate"),
        ({"field": "is_free_email", "op": "is", "value": "yes"}, "value", "must be true or false"),
        ({"field": "tags", "op": "has_any", "value": "hot"}, "value", "must be a list"),
        ({"field": "received_at", "op": "before", "value": "soon"}, "value", "ISO form"),
        ({"field": "received_at", "op": "before", "value": "2026-02-30"}, "value", "ISO form"),
        ({"field": "received_at", "op": "within_last_days", "value": 0}, "value", "number of days"),
        ({"field": "received_at", "op": "within_last_days", "value": 10**9}, "value", "number of days"),
        ({"field": "territory", "op": "in", "value": [5]}, "value", "must be a slug"),
        ({"field": "time.weekday", "op": "is", "value": "Caturday"}, "value", "weekday"),
        ({"field": "company", "op": "matches", "value": "[a-"}, "value", "missing ]"),
        ({"field": "company", "op": "matches", "value": "*a"}, "value", "no argument for repetition operator"),
        (
            {"field": "company", "op": "matches", "value": "((a{1,100}){1,100}){1,100}"},
            "value",
            "invalid repetition size",
        ),
        ({"field": "company", "op": "matches", "value": "(?=a)"}, "value", "invalid perl operator"),
        ({"field": "company", "op": "matches", "value": r"(a)\1"}, "value", "RE2 refuses"),
        ({"field": "company", "op": "matches", "value": "a" * 501}, "value", "501 characters"),
        ({"field": "company", "op": "matches", "value": r"\pL{200}"}, "value", "pattern too large"),
        ({"field": "country", "op": "is_blank", "value": "x"}, "value", "takes no value"),
        ({"field": "country", "op": "is_blank", "if_blank": True}, "if_blank", "leave it out"),
        ({**GERMAN, "if_blank": "yes"}, "if_blank", "must be true or false"),
        ({**GERMAN, "valeu": 1}, "valeu", "did you mean value?"),
        ({}, "", "must be one condition"),
        (None, "", "must be one condition"),
        ("country is DE", "", "must be one condition"),
        ([GERMAN], "", "must be one condition"),
        ({"all": [], "any": []}, "", "must be one condition"),
        ({"all": "a"}, "all", "must be a list of conditions"),
        ({"all": ["a"]}, "all[0]", "must be one condition"),
        ({"all": [{"not": {"any": [GERMAN, {**GERMAN, "op": "gt"}]}}]}, "all[0].not.any[1].op", "does not go with"),
        ({"all": [GERMAN], "extra": 1}, "extra", "unknown key"),
        (nested(33, GERMAN), ".".join(["all[0]"] * 32), "nested more than 32 deep"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_where_it_stands(condition: Any, path: str, problem: str):
    found_path, found_problem = problem_of_condition(condition)

    assert found_path == path
    assert problem in found_problem


def test_a_condition_alone_is_refused_under_the_path_it_was_given():
    with pytest.raises(BadDocument) as refused:
        parse_condition({"any": [GERMAN, 5]}, STANDARD, "territories[2].when")

    assert refused.value.problems[0].path == "territories[2].when.any[1]"
