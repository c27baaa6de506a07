"""Several rules made one, and rules kept from a branch that goes: every lead ends where it ended."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.engine.compile import row_of
from routing.engine.conditions import holds
from routing.engine.document import parse
from routing.engine.edits import Refused
from routing.engine.nodes import Json
from routing.engine.targets import Table, Target, ToFallback
from tests.routing.engine.documents import SETTING, VOCABULARY, conditions, leads
from tests.routing.engine.edits.trees import AROUND, EMEA, LARGE, asks, do, order, rule

POOL, QUEUE = {"kind": "pool", "pool": "emea"}, {"kind": "queue", "queue": "inbox"}
LAST = {"kind": "queue", "queue": "unassigned"}


def one(node: str, when: Any, target: Json = POOL, **members: Any) -> Json:
    return {"id": node, "name": node.upper(), "when": when, "target": target, **members}


def tree(*rules: Json) -> Json:
    return {"format": 1, "rules": list(rules), "otherwise": LAST}


def ends(document: Json, facts: dict[str, Any]) -> Target:
    """Where this lead goes, tables looked up, the rules asked one by one."""
    parsed = parse(document, VOCABULARY)
    rules, target = parsed.rules, parsed.otherwise
    while held := next((rule for rule in rules if not rule.off and holds(rule.when, facts, SETTING)), None):
        rules, target = held.rules, held.target or held.otherwise or ToFallback()
    while isinstance(target, Table):
        target = row_of(target, facts, SETTING)[0]
    return parsed.otherwise if isinstance(target, ToFallback) else target


def test_neighbours_that_ask_one_field_become_a_table_that_asks_for_just_their_values() -> None:
    document = tree(
        one("de", asks("country", "is", "DE"), why="Berlin."),
        one("fr", {"all": [asks("country", "in", ["FR", "BE"])]}, QUEUE, why="Paris.", owner="ada@example.com"),
        one("rest", {"all": []}),
    )

    done = do("to_table", document, AROUND, nodes=["fr", "de"])

    assert order(done.document) == ["1 By country", "2 REST"]
    assert rule(done.document, "by-country") == {
        "id": "by-country",
        "name": "By country",
        "why": "DE: Berlin.\nFR: Paris.",
        "owner": "ada@example.com",
        "when": {"all": [asks("country", "in", ["DE", "FR", "BE"])]},
        "target": {
            "kind": "table",
            "field": "country",
            "rows": [{"values": ["DE"], "target": POOL}, {"values": ["FR", "BE"], "target": QUEUE}],
            "otherwise": {"kind": "fallback"},
        },
    }
    assert (done.words, done.node) == ("made 2 rules one table by country", "by-country")


def test_neighbours_with_one_outcome_become_one_rule() -> None:
    document = tree(one("de", asks("country", "is", "DE")), one("at", asks("country", "in", ["AT", "de"])))
    lists = do("merge", document, AROUND, nodes=["de", "at"])
    other = do("merge", tree(one("de", asks("country", "is", "DE")), one("big", LARGE)), AROUND, nodes=["de", "big"])

    assert rule(lists.document, "de")["when"] == {"all": [asks("country", "in", ["DE", "AT"])]}
    assert (lists.words, lists.node) == ("merged DE and AT", "de")
    assert rule(other.document, "de")["when"] == {"any": [asks("country", "is", "DE"), LARGE]}


@pytest.mark.parametrize(
    ("op", "rules", "problem"),
    [
        ("merge", [one("a", EMEA), one("b", LARGE, QUEUE)], "another outcome"),
        ("merge", [one("a", EMEA), one("b", LARGE, off=True)], "Switch the rules on"),
        ("merge", [one("a", EMEA), one("x", EMEA), one("b", LARGE)], "right below each other"),
        ("merge", [one("a", EMEA)], "not there any more"),
        ("to_table", [one("a", EMEA), one("b", LARGE)], "does more than"),
        ("to_table", [one("a", EMEA), one("b", {**EMEA, "if_blank": True})], "does more than"),
        ("to_table", [one("a", EMEA), one("b", EMEA, set={"priority": "high"})], "does more than"),
        ("to_table", [one("a", {"all": []}), one("b", EMEA)], "one field"),
    ],
)
def test_rules_that_cannot_become_one_are_refused_with_the_reason(op: str, rules: list[Json], problem: str) -> None:
    with pytest.raises(Refused, match=problem):
        do(op, tree(*rules), AROUND, nodes=["a", "b"])


VALUES = {
    "country": st.one_of(
        st.sampled_from(["DE", "de", "x"]).map(lambda value: asks("country", "is", value)),
        st.lists(st.sampled_from(["DE", "AT", "Acme"]), min_size=1).map(lambda value: asks("country", "in", value)),
    ),
    "tags": st.lists(st.sampled_from("aAb"), min_size=1).map(lambda value: asks("tags", "has_any", value)),
    "territory": st.sampled_from(["emea", "dach", "berlin"]).map(lambda value: asks("territory", "in", value)),
    "employees": st.sampled_from([1, "1,200", 50]).map(lambda value: asks("employees", "is", value)),
    "custom.nda": st.booleans().map(lambda value: asks("custom.nda", "is", value)),
}


@st.composite
def trees(draw: st.DrawFn) -> Json:
    """Two or three rules on one field, and others around them."""
    field = draw(st.sampled_from(list(VALUES)))
    targets = st.sampled_from([POOL, QUEUE, {"kind": "fallback"}])
    asking = draw(st.lists(VALUES[field], min_size=2, max_size=3))
    rules = [one("first", draw(conditions()), QUEUE)]
    rules += [one(f"r{place}", when, draw(targets)) for place, when in enumerate(asking)]
    return tree(*rules, one("last", draw(conditions()), {"kind": "nurture", "track": "later"}))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees(), leads())
def test_every_lead_ends_where_it_ended_when_rules_become_a_table(document: Json, facts: dict[str, Any]) -> None:
    table = do("to_table", document, AROUND, nodes=["r0", "r1"]).document

    assert ends(table, facts) == ends(document, facts)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(conditions(), conditions(), conditions(), leads())
def test_every_lead_ends_where_it_ended_when_rules_are_merged(
    first: Json, second: Json, third: Json, facts: dict[str, Any]
) -> None:
    document = tree(one("a", first), one("b", second), one("c", third, QUEUE))

    assert ends(do("merge", document, AROUND, nodes=["a", "b"]).document, facts) == ends(document, facts)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(conditions(), conditions(), conditions(), leads())
def test_a_branch_that_goes_changes_nothing_but_for_leads_that_its_rules_did_not_take(
    branch: Json, first: Json, second: Json, facts: dict[str, Any]
) -> None:
    inside = [one("a", first), one("b", second, QUEUE)]
    whole = {"id": "x", "name": "X", "when": branch, "rules": inside, "otherwise": {"kind": "fallback"}}
    kept = do("delete", tree(whole), AROUND, node="x", mode="keep").document

    assert ends(kept, facts) == ends(tree(whole), facts)
