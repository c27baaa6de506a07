"""What a drawn tree shows of leads that went through other states of it: sums that are always right."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.engine.nodes import OTHERWISE, ROOT, TARGET, Json, walk
from routing.engine.passage import Drawn, Held, leads_on, stretches, tally

QUEUE = {"kind": "queue", "queue": "triage"}


def rule(name: str, target: Json = QUEUE) -> Json:
    return {"id": name, "name": name, "when": {"all": []}, "target": target}


def branch(name: str, *rules: Json, otherwise: Json = QUEUE) -> Json:
    return {"id": name, "name": name, "when": {"all": []}, "rules": list(rules), "otherwise": otherwise}


def document(*rules: Json, otherwise: Json = QUEUE) -> Json:
    return {"format": 1, "rules": list(rules), "otherwise": otherwise}


TREE = document(branch("emea", rule("big"), rule("small")), rule("spam"))


def ways_through(whole: Json) -> list[Held]:
    """Every way that a lead can go: to each rule with an outcome, and to each Otherwise."""

    def below(rules: list[Json], before: Held) -> list[Held]:
        found = [before]
        for one in rules:
            way = (*before, one["id"])
            found += below(one["rules"], way) if "rules" in one else [way]
        return found

    return below(whole["rules"], ())


@st.composite
def documents(draw: Any) -> Json:
    names = iter([f"r{number}" for number in range(40)])

    def level(depth: int) -> list[Json]:
        made = []
        for _ in range(draw(st.integers(0, 3))):
            name = next(names, "")
            if name:
                made.append(branch(name, *level(depth + 1)) if depth < 3 and draw(st.booleans()) else rule(name))
        return made

    return document(*level(1))


@st.composite
def changed(draw: Any, before: Json) -> Json:
    """The document after some of what people do to one: rules go away, move, become branches, and new ones come."""
    after = deepcopy(before)
    for number in range(draw(st.integers(0, 6))):
        found = list(walk(after))
        deed = draw(st.sampled_from(["remove", "keep", "move", "branch", "add"]))
        if not found or deed == "add":
            after["rules"].append(rule(f"new{number}"))
            continue
        one = draw(st.sampled_from(found))
        if deed == "branch" and "target" in one.rule:
            one.rule["otherwise"] = one.rule.pop("target")
            one.rule["rules"] = []
        elif deed in ("remove", "keep", "move"):
            del one.siblings[one.index]
            kept = one.rule.get("rules", []) if deed == "keep" else []
            one.siblings[one.index : one.index] = kept
            if deed == "move":
                places = [after["rules"], *(each.rule["rules"] for each in walk(after) if "rules" in each.rule)]
                draw(st.sampled_from(places)).append(one.rule)
    return after


@given(st.data())
def test_whatever_was_moved_or_removed_since_the_pieces_below_add_up_to_the_one_above(data: st.DataObject) -> None:
    then = data.draw(documents())
    now = data.draw(changed(then))
    went = [(way, data.draw(st.integers(1, 50))) for way in ways_through(then)]

    counted = tally(now, went)

    drawn = Drawn(now)
    assert counted.total + counted.elsewhere == sum(leads for _, leads in went)
    assert sum(counted.at[child] for child in drawn.children_of(ROOT)) == counted.total
    for found in walk(now):
        if "rules" in found.rule:
            assert sum(counted.at[child] for child in drawn.children_of(found.id)) == counted.at[found.id]
            assert counted.at[f"{found.id}{OTHERWISE}{TARGET}"] == counted.at[f"{found.id}{OTHERWISE}"]
        else:
            assert counted.at[f"{found.id}{TARGET}"] == counted.at[found.id]


@given(documents(), st.data())
def test_on_the_tree_that_decided_every_piece_shows_who_went_through_it(whole: Json, data: st.DataObject) -> None:
    went = [(way, data.draw(st.integers(1, 50))) for way in ways_through(whole)]

    counted = tally(whole, went)

    assert counted.elsewhere == 0
    for found in walk(whole):
        assert counted.at[found.id] == sum(leads for way, leads in went if found.id in way)
        if "rules" in found.rule:
            assert counted.at[f"{found.id}{OTHERWISE}"] == sum(n for way, n in went if way and way[-1] == found.id)


def test_who_went_through_a_rule_that_is_gone_is_lost_sight_of_where_it_was() -> None:
    counted = tally(
        document(branch("emea", rule("big"))), [(("emea", "small"), 4), (("emea",), 2), (("spam",), 3), ((), 1)]
    )

    assert dict(counted.gone) == {"emea": 4, ROOT: 3}
    assert (counted.at["emea"], counted.at["emea_otherwise"], counted.at["_otherwise"]) == (2, 2, 1)
    assert counted.total == 3


def test_a_rule_takes_its_leads_along_when_it_moves() -> None:
    counted = tally(document(branch("emea"), branch("apac", rule("big"))), [(("emea", "big"), 5), (("emea",), 2)])

    assert (counted.at["emea"], counted.at["apac"], counted.at["big"]) == (2, 5, 5)


def test_the_leads_of_a_rule_that_became_a_branch_are_at_its_otherwise() -> None:
    counted = tally(document(branch("spam", rule("new"))), [(("spam",), 3)])

    assert (counted.at["spam"], counted.at["spam_otherwise"], counted.at["new"]) == (3, 3, 0)


TO_B = {"kind": "tree", "tree": "b"}
IN_TABLE = {"kind": "table", "field": "country", "rows": [{"values": ["DE"], "target": TO_B}], "otherwise": QUEUE}
B = document(rule("spam"), branch("big", rule("huge")))


@pytest.mark.parametrize(
    ("whole", "held", "path", "expected"),
    [
        (document(rule("x")), ("x",), "a/x", [("a", ("x",))]),
        (document(rule("x", TO_B)), ("x", "spam"), "b/spam", [("a", ("x",)), ("b", ("spam",))]),
        (document(rule("x", TO_B)), ("x",), "b/otherwise", [("a", ("x",)), ("b", ())]),
        (document(rule("x", IN_TABLE)), ("x",), "a/x/otherwise", [("a", ("x",))]),
        (document(rule("x", IN_TABLE)), ("x", "big", "huge"), "b/big/huge", [("a", ("x",)), ("b", ("big", "huge"))]),
        (document(otherwise=TO_B), ("big",), "b/big/otherwise", [("a", ()), ("b", ("big",))]),
        (document(rule("spam"), otherwise=TO_B), ("spam",), "a/spam", [("a", ("spam",))]),
        (document(branch("x", otherwise={"kind": "fallback"}), otherwise=TO_B), ("x",), "b/otherwise", None),
    ],
)
def test_a_lead_that_is_led_on_to_another_tree_is_followed_there(
    whole: Json, held: Held, path: str, expected: list[tuple[str, Held]] | None
) -> None:
    found = stretches("a", held, path, whole, {"b": [B]})

    assert [(one.tree, one.held) for one in found] == (expected or [("a", ("x",)), ("b", ())])


def test_trees_that_lead_on_to_each_other_are_each_gone_through_once() -> None:
    there, back = document(otherwise=TO_B), document(otherwise={"kind": "tree", "tree": "a"})

    assert [one.tree for one in stretches("a", (), "b/otherwise", there, {"a": [there], "b": [back]})] == ["a", "b"]
    assert leads_on(document(rule("x", IN_TABLE))) == {"b"}
