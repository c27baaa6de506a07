"""What would have changed it: each answer is true when asked again, and of numbers it is the nearest that there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine.conditions import Test
from routing.engine.facts import Facts
from routing.engine.route import Request, plan
from routing.engine.what_if import what_if, where_of
from routing.engine.world import Gate, World
from tests.routing.engine.small_world import NOON, world

SUNDAY = datetime(2026, 6, 7, 3, tzinfo=UTC)
TRIAGE = {"kind": "queue", "queue": "triage"}


def rule(name: str, when: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"id": name, "name": name.title(), "why": "x", "when": when, "target": to(name), **rest}


def to(queue: str) -> dict[str, Any]:
    return {"kind": "queue", "queue": queue}


def at_least(field: str, value: float) -> dict[str, Any]:
    return {"field": field, "op": "gte", "value": value}


def tree(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"rules": list(rules), "otherwise": TRIAGE}


def changes(there: World, facts: dict[str, Any], now: datetime = NOON) -> dict[str, Any]:
    """field → what it would have to be."""
    return {one.field: one.after for one in what_if(Request("mail:a@b.example", facts), there, now, "main")}


def place(there: World, facts: Facts, now: datetime = NOON) -> tuple[object, ...]:
    asked = Request("mail:a@b.example", facts)
    found = plan(asked, there, now, "main")
    return where_of(found, there.gate is not None and there.gate.holds_back(found.asked))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"employees": 850}, {"employees": 1000}),
        ({"employees": 1200}, {"employees": 999}),
        ({}, {"employees": 1000}),
    ],
)
def test_the_nearest_number_on_the_other_side_of_the_bound(facts: dict[str, Any], said: dict[str, Any]) -> None:
    there = world(tree(rule("large", at_least("employees", 1000))))

    assert changes(there, facts) == said


def test_only_one_fact_is_changed_so_what_needs_two_is_not_offered() -> None:
    there = world(tree(rule("large", {"all": [at_least("employees", 1000), at_least("revenue", 5)]})))

    assert changes(there, {"employees": 10, "revenue": 1}) == {}
    assert changes(there, {"employees": 10, "revenue": 7}) == {"employees": 1000}


def test_named_values_truths_sets_and_blanks() -> None:
    there = world(
        tree(
            rule("health", {"field": "industry", "op": "in", "value": ["Healthcare", "Banking"]}),
            rule("free", {"field": "is_free_email", "op": "is", "value": True}),
            rule("tagged", {"field": "tags", "op": "has_any", "value": ["vip"]}),
            rule("nameless", {"field": "company", "op": "is_blank"}),
        )
    )

    said = changes(there, {"industry": "Steel", "is_free_email": False, "tags": ("new",), "company": "Acme"})

    assert said == {"industry": "Healthcare", "is_free_email": True, "tags": ("new", "vip"), "company": None}


def test_whoever_is_named_is_changed_to_a_stranger_or_to_another() -> None:
    there = world(tree(rule("health", {"field": "industry", "op": "is", "value": "Healthcare"})))

    assert changes(there, {"industry": "healthcare"}) == {"industry": "something else"}


def test_where_it_goes_counts_and_not_by_which_rule() -> None:
    same = world(tree(rule("first", at_least("employees", 1000), target=TRIAGE)))

    assert changes(same, {"employees": 5}) == {}


def test_the_hour_of_arrival_is_a_fact_too() -> None:
    open_hours = {"all": [at_least("time.hour", 9), {"field": "time.hour", "op": "lt", "value": 17}]}
    there = world(tree(rule("office", open_hours)), zone="Europe/Berlin")

    [found] = what_if(Request("mail:a@b.example", {}), there, SUNDAY, "main")

    assert found.at == datetime(2026, 6, 7, 7, tzinfo=UTC)  # nine in Berlin


def test_a_table_s_rows_are_tried() -> None:
    rows = [{"values": ["DE", "AT"], "target": to("dach")}]
    table = {"kind": "table", "field": "country", "rows": rows, "otherwise": TRIAGE}
    there = world(tree(rule("all", {"all": []}, target=table)))

    assert changes(there, {"country": "FR"}) == {"country": "DE"}
    assert changes(there, {"country": "DE"}) == {"country": "something else"}


def test_a_lead_that_the_gate_holds_back_needs_the_points() -> None:
    there = replace(world(tree(rule("large", at_least("employees", 1000)))), gate=Gate(threshold=40))

    assert changes(there, {"score": 31, "employees": 5}) == {"score": 40}


def test_what_follows_from_a_fact_is_otherwise_too() -> None:
    there = replace(world(tree(rule("all", {"all": []}))), gate=Gate(threshold=40))

    def scored(facts: Facts, changed: str) -> Facts:
        points = 50 if facts.get("industry") == "Healthcare" else 10
        return facts if changed == "score" else {**facts, "score": points}

    steel = Request("mail:a@b.example", scored({"industry": "Steel"}, ""))
    found = what_if(steel, there, NOON, "main", follows=scored, more=[Test("industry", "is", "Healthcare")])

    assert {one.field: one.after for one in found} == {"score": 40, "industry": "Healthcare"}
    assert not any(one.held_back for one in found)


FIELDS = {
    "employees": st.integers(0, 30) | st.sampled_from([4.5, 10.5]),
    "revenue": st.integers(0, 30),
    "industry": st.sampled_from(["Steel", "Health", "steel "]),
    "country": st.sampled_from(["DE", "AT", "US"]),
    "is_free_email": st.booleans(),
    "tags": st.sampled_from([("a",), ("b",), ("a", "b")]),
}
NUMBERS = st.integers(0, 30) | st.sampled_from([4.5, 10.5])
SIMPLE = st.one_of(
    st.builds(
        lambda field, op, value: {"field": field, "op": op, "value": value},
        st.sampled_from(["employees", "revenue", "time.hour"]),
        st.sampled_from(["gt", "gte", "lt", "lte", "is", "is_not"]),
        NUMBERS,
    ),
    st.builds(
        lambda field, op: {"field": field, "op": op}, st.sampled_from(sorted(FIELDS)), st.sampled_from(["is_blank"])
    ),
    st.builds(
        lambda op, value: {"field": "industry", "op": op, "value": value},
        st.sampled_from(["is", "is_not", "contains", "starts_with"]),
        st.sampled_from(["Steel", "Health", "st"]),
    ),
    st.builds(lambda op: {"field": "country", "op": op, "value": ["DE", "AT"]}, st.sampled_from(["in", "not_in"])),
    st.builds(lambda value: {"field": "is_free_email", "op": "is", "value": value}, st.booleans()),
    st.builds(lambda op: {"field": "tags", "op": op, "value": ["a"]}, st.sampled_from(["has_any", "has_none"])),
)
CONDITIONS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=5,
)
FACTS = st.fixed_dictionaries({}, optional=FIELDS)


@st.composite
def trees(draw: st.DrawFn) -> dict[str, Any]:
    queues = st.sampled_from([to(name) for name in ("a", "b", "c")])
    rules = []
    for number, when in enumerate(draw(st.lists(CONDITIONS, min_size=1, max_size=4))):
        inner = [rule(f"r{number}-{n}", part) for n, part in enumerate(draw(st.lists(CONDITIONS, max_size=2)))]
        one = {"id": f"r{number}", "name": "X", "why": "x", "when": when}
        rules.append(one | ({"rules": inner, "otherwise": draw(queues)} if inner else {"target": draw(queues)}))
    return tree(*rules)


@given(trees(), FACTS)
@settings(max_examples=300, deadline=None)
def test_what_it_says_is_true(document: dict[str, Any], facts: dict[str, Any]) -> None:
    there = world(document)
    before = place(there, facts)

    for one in what_if(Request("mail:a@b.example", facts), there, NOON, "main"):
        changed = {name: value for name, value in facts.items() if name != one.field}
        if one.after is not None and one.at is None:
            changed[one.field] = one.after
        after = place(there, changed, one.at or NOON)
        assert after == where_of(one.place, one.held_back)
        assert after != before


BETWEEN = st.tuples(st.integers(-5, 40), st.integers(-5, 40))


def plain_numbers(field: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        st.builds(
            lambda op, value: {"field": field, "op": op, "value": value},
            st.sampled_from(["gt", "gte", "lt", "lte", "is", "is_not"]),
            st.integers(-5, 40),
        )
        | st.builds(lambda two: {"field": field, "op": "between", "value": sorted(two)}, BETWEEN),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=6,
    )


@given(plain_numbers("employees"), st.integers(-10, 50))
@settings(max_examples=400, deadline=None)
def test_for_one_rule_on_numbers_it_is_the_nearest_that_there_is(when: dict[str, Any], employees: int) -> None:
    there = world(tree(rule("only", when)))
    before = place(there, {"employees": employees})
    elsewhere = [n for n in range(-120, 160) if place(there, {"employees": n}) != before]

    found = {one.field: one for one in what_if(Request("k", {"employees": employees}), there, NOON, "main")}

    if elsewhere:
        nearest = min(abs(number - employees) for number in elsewhere)
        assert abs(found["employees"].after - employees) == nearest
    else:
        assert "employees" not in found or found["employees"].after is None


@given(st.lists(plain_numbers("employees"), min_size=2, max_size=4), st.integers(-10, 50))
@settings(max_examples=200, deadline=None)
def test_so_it_is_for_several_rules_on_one_number(conditions: list[dict[str, Any]], employees: int) -> None:
    queues = [to(name) for name in ("a", "b", "a", "triage")]
    rules = [rule(f"r{n}", when, target=queues[n]) for n, when in enumerate(conditions)]
    there = world(tree(*rules))
    before = place(there, {"employees": employees})
    elsewhere = [n for n in range(-120, 160) if place(there, {"employees": n}) != before]

    found = {one.field: one.after for one in what_if(Request("k", {"employees": employees}), there, NOON, "main")}

    if elsewhere:
        assert abs(found["employees"] - employees) == min(abs(number - employees) for number in elsewhere)


def test_a_thousand_rules_are_searched_through(record_property: Any) -> None:
    """Wide and deep. How long it takes is printed."""
    countries = [f"C{n}" for n in range(50)]
    rules = [
        rule(
            f"r{n}",
            {
                "all": [
                    {"field": "country", "op": "is", "value": countries[n % 50]},
                    at_least("employees", 10 * n),
                    {"field": "industry", "op": "in", "value": [f"I{n % 20}", f"I{n % 7}"]},
                ]
            },
        )
        for n in range(1000)
    ]
    there = world(tree(*rules))
    request = Request("mail:a@b.example", {"country": "C7", "employees": 3000, "industry": "nothing"})
    what_if(request, there, NOON, "main")

    started = perf_counter()
    found = what_if(request, there, NOON, "main")
    took = (perf_counter() - started) * 1000

    record_property("figures", f"what_if over 1,000 rules: {took:.0f} ms, {len(found)} answers")
    assert [one.field for one in found] == ["industry"]
