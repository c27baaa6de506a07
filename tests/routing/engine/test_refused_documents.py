"""What a rule document must not say: every problem is told at once, each with its path."""

from __future__ import annotations

from typing import Any

import pytest

from tests.routing.engine.written import ALWAYS, GERMAN, INBOX, document, problems, rule


@pytest.mark.parametrize(
    ("data", "path", "problem"),
    [
        (None, "", "must be an object"),
        ([], "", "must be an object"),
        ({}, "rules", "is missing"),
        ({}, "format", "is missing"),
        ({}, "otherwise", "is missing"),
        (document(format=2), "format", "must be 1"),
        (document(format=True), "format", "must be 1"),
        (document(format="1"), "format", "must be 1"),
        (document(sticky_days=-1), "sticky_days", "whole number"),
        (document(sticky_days=1.5), "sticky_days", "whole number"),
        (document(sticky_dais=1), "sticky_dais", "did you mean sticky_days?"),
        (document(otherwise={"kind": "fallback"}), "otherwise.kind", "the last resort"),
        (document(otherwise={"kind": "split", "ways": []}), "otherwise.kind", "the last resort"),
        (document(otherwise=["a", "b"]), "otherwise", "must be a target"),
        (
            document(otherwise={"kind": "pool", "pool": "p", "if_nobody": {"kind": "fallback"}}),
            "otherwise.if_nobody.kind",
            "the last resort",
        ),
        ({**document(), "rules": {"a": 1}}, "rules", "must be a list of rules"),
        (document(5), "rules[0]", "must be an object"),
        (document(rule(id="No!")), "rules[0].id", "a-z, 0-9 and -"),
        (document(rule(id="a" * 41)), "rules[0].id", "a-z, 0-9 and -"),
        (document(rule(id=7)), "rules[0].id", "a-z, 0-9 and -"),
        (document(rule(), rule()), "rules[1].id", "a is taken: rules[0].id has it too"),
        (document({"id": "a", "when": ALWAYS, "target": INBOX}), "rules[0].name", "is missing"),
        (document(rule(name="  ")), "rules[0].name", "must not be empty"),
        (document(rule(name="a\0")), "rules[0].name", "NUL"),
        (document(rule(name="x" * 201)), "rules[0].name", "at most 200"),
        (document({"id": "a", "name": "A", "target": INBOX}), "rules[0].when", "is missing"),
        (document({"id": "a", "name": "A", "when": ALWAYS}), "rules[0]", "either a target, or rules with otherwise"),
        (document(rule(rules=[], otherwise=INBOX)), "rules[0]", "it is either"),
        (document({"id": "a", "name": "A", "when": ALWAYS, "rules": []}), "rules[0]", "either a target"),
        (document(rule(owner="nobody")), "rules[0].owner", "e-mail"),
        (document(rule(review_on="2026-02-30")), "rules[0].review_on", "must be a date"),
        (document(rule(review_on="31.1.2026")), "rules[0].review_on", "must be a date"),
        (document(rule(off=1)), "rules[0].off", "true or false"),
        (document(rule(why=5)), "rules[0].why", "must be a text"),
        (document(rule(set={"country": "DE"})), "rules[0].set.country", "a rule may set priority"),
        (document(rule(set={"pryority": "x"})), "rules[0].set.pryority", "did you mean priority?"),
        (document(rule(set={"priority": None})), "rules[0].set.priority", "does not fit"),
        (document(rule(set={"custom.budget": "lots"})), "rules[0].set.custom.budget", "number field"),
        (document(rule(set={"segment": "\ud800"})), "rules[0].set.segment", "does not fit"),
        (document(rule(set=[])), "rules[0].set", "must be fields with their values"),
        (document(rule(target=None)), "rules[0].target", "must be a target"),
        (document(rule(target={})), "rules[0].target.kind", "must be one of"),
        (document(rule(target={"kind": "pol"})), "rules[0].target.kind", "did you mean pool?"),
        (document(rule(target={"kind": "pool"})), "rules[0].target.pool", "is missing"),
        (document(rule(target={"kind": "pool", "pool": "a b"})), "rules[0].target.pool", "must be a slug"),
        (document(rule(target={"kind": "rep", "rep": "ada"})), "rules[0].target.rep", "e-mail"),
        (document(rule(target={"kind": "pool", "pool": "p", "hours": "always"})), "rules[0].target.hours", "one of"),
        (
            document(rule(target={"kind": "pool", "pool": "p", "strategy": "best"})),
            "rules[0].target.strategy",
            "one of",
        ),
        (document(rule(target={**INBOX, "hours": "prefer"})), "rules[0].target.hours", "unknown key"),
        (
            document(rule(target={"kind": "pool", "pool": "p", "capacity": "warn"})),
            "rules[0].target.capacity",
            "unknown",
        ),
        (document(rule(target={"kind": "territory", "capacity": "warn"})), "rules[0].target.capacity", "unknown key"),
        (
            document(rule(target={"kind": "account_owner", "capacity": "ignore"})),
            "rules[0].target.capacity",
            'must be one of "wall", "warn"',
        ),
        (document(rule(target={"kind": "rep", "rep": "a@b.c", "capacity": 5})), "rules[0].target.capacity", "one of"),
        (
            document(rule(target={"kind": "pool", "pool": "p", "require_skills": {"german": 0}})),
            "rules[0].target.require_skills.german",
            "from 1 to 5",
        ),
        (
            document(rule(target={"kind": "pool", "pool": "p", "require_skills": ["german"]})),
            "rules[0].target.require_skills",
            "skills with their lowest level",
        ),
        (
            document(rule(target={"kind": "pool", "pool": "p", "skills_from": ["employees"]})),
            "rules[0].target.skills_from[0]",
            "a skill is named by a text",
        ),
        (
            document(rule(target={"kind": "table", "field": "received_at", "rows": [], "otherwise": INBOX})),
            "rules[0].target.field",
            "no table can look up",
        ),
        (
            document(
                rule(
                    target={
                        "kind": "table",
                        "field": "country",
                        "rows": [{"values": [], "target": INBOX}],
                        "otherwise": INBOX,
                    }
                )
            ),
            "rules[0].target.rows[0].values",
            "at least one value",
        ),
        (
            document(
                rule(
                    target={
                        "kind": "table",
                        "field": "country",
                        "rows": [{"values": ["DE", 5], "target": INBOX}],
                        "otherwise": INBOX,
                    }
                )
            ),
            "rules[0].target.rows[0].values[1]",
            "must be a text",
        ),
        (
            document(rule(target={"kind": "split", "ways": [{"name": "a", "share": 0, "target": INBOX}]})),
            "rules[0].target.ways[0].share",
            "whole number from 1",
        ),
        (
            document(rule(target={"kind": "split", "ways": [{"name": "a", "share": True, "target": INBOX}]})),
            "rules[0].target.ways[0].share",
            "whole number from 1",
        ),
        (
            document(rule(target={"kind": "split", "ways": [{"name": "a", "share": 1, "target": INBOX}] * 2})),
            "rules[0].target.ways[1].name",
            "names two ways",
        ),
        (document(rule(target={"kind": "split", "ways": []})), "rules[0].target.ways", "at least one way"),
    ],
)
def test_a_document_that_makes_no_sense_is_refused_where_it_fails(data: Any, path: str, problem: str):
    found = problems(data)

    assert path in found
    assert problem in found[path]


def test_all_problems_are_told_at_once_in_reading_order():
    bad = rule(name="", when={"all": [GERMAN, {**GERMAN, "field": "x"}]}, target={"kind": "nowhere"})

    found = problems(document(bad, rule(), otherwise={"kind": "nurture", "track": "slow"}))

    assert list(found) == [
        "rules[0].name",
        "rules[0].when.all[1].field",
        "rules[0].target.kind",
        "rules[1].id",
        "otherwise.kind",
    ]
