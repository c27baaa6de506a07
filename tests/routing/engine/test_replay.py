"""The same arrivals through two states of a tree: each side is what a history of its own would have been."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from routing.engine.replay import replay, with_everybody_back
from routing.engine.simulate import Arrival, fold
from tests.routing.engine.small_world import NOON, TO_POOL, TO_TRIAGE, pool, rep, world

ADA, BOB = rep("Ada"), replace(rep("Bob"), paused=True)
TO_ADA = {"kind": "rep", "rep": "ada@example.com"}


def is_in(country):
    return {"field": "country", "op": "is", "value": country}


def saying(first, otherwise=TO_TRIAGE):
    rules = [{"id": "first", "name": "First", "when": is_in("DE"), "target": first}]
    return world({"rules": rules, "otherwise": otherwise}, reps=[ADA, BOB], pools=[pool("sales", "Ada", "Bob")])


LIVE, DRAFT = saying(TO_POOL), saying(TO_TRIAGE, otherwise=TO_ADA)
ARRIVALS = st.lists(
    st.builds(
        lambda key, country, minutes: (key, country, minutes),
        st.sampled_from(["a@x.example", "b@x.example", "c@x.example", "d@x.example"]),
        st.sampled_from(["DE", "FR"]),
        st.integers(0, 600),
    ),
    max_size=20,
)


def told(drawn):
    at = [(key, country, NOON + timedelta(minutes=minutes)) for key, country, minutes in drawn]
    in_order = sorted(at, key=lambda one: one[2])
    return [Arrival(key, {"country": country}, at) for key, country, at in in_order]


@given(ARRIVALS)
def test_each_side_is_the_history_that_it_would_have_been_alone(drawn) -> None:
    arrivals, tree = told(drawn), LIVE.default_tree

    both = list(replay(arrivals, LIVE, DRAFT, tree))

    for side, one_world in ((1, LIVE), (2, DRAFT)):
        alone = [outcome.rep or "" for _, outcome in fold(arrivals, one_world, tree=tree)]
        assert [row[side].rep for row in both] == alone


@given(ARRIVALS)
def test_where_the_rules_send_a_lead_depends_on_nobody_else(drawn) -> None:
    for arrival, before, after in replay(told(drawn), LIVE, DRAFT, LIVE.default_tree):
        is_german = arrival.facts["country"] == "DE"
        assert (before.target, before.held) == (("pool:sales", ("first",)) if is_german else ("queue:triage", ()))
        assert (after.target, after.held) == (
            ("queue:triage", ("first",)) if is_german else ("rep:ada@example.com", ())
        )


def test_who_is_paused_this_minute_gets_leads_of_the_past() -> None:
    arrivals = [Arrival(f"{number}@x.example", {"country": "DE"}, NOON) for number in range(4)]
    now, then = LIVE, with_everybody_back(LIVE)

    rows = list(replay(arrivals, now, then, LIVE.default_tree))

    assert {before.rep for _, before, _ in rows} == {"ada@example.com"}
    assert {after.rep for _, _, after in rows} == {"ada@example.com", "bob@example.com"}
