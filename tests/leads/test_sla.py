"""Policies of promises are read strictly, and each lead finds its own."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.sla import (
    SHIPPED,
    BadPolicy,
    dump_duration,
    parse_duration,
    parse_policy,
)
from routing.engine.promises import chosen


def test_the_target_names_the_policy_else_the_intent_else_the_default():
    assert chosen(SHIPPED, "demo", "warm", None).slug == "warm"
    assert chosen(SHIPPED, " Pricing", None, None).slug == "fast"
    assert chosen(SHIPPED, "general", None, None).slug == "standard"
    assert chosen(SHIPPED, "", "no-such", None).slug == "standard"


@pytest.mark.parametrize(("score", "slug"), [(None, "standard"), (59, "standard"), (60, "warm"), (99.5, "warm")])
def test_a_reader_with_a_high_score_is_answered_sooner(score, slug):
    assert chosen(SHIPPED, "content", None, score).slug == slug


def test_the_shipped_ladder_of_five_minutes_and_no_ladder_that_takes_a_lead_away_before_it_is_due():
    fast = [(dump_duration(step.after), step.do) for step in SHIPPED[0].steps]

    assert fast == [("2m30s", "remind"), ("10m", "notify_manager"), ("30m", "reassign")]
    assert all(policy.steps[-1].after > policy.respond_within for policy in SHIPPED)


GOOD = {"slug": "fast", "name": "Fast", "respond_within": "5m"}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"respond_within": "0m"}, "p.respond_within"),
        ({"respond_within": ""}, "p.respond_within"),
        ({"respond_within": 5}, "p.respond_within"),
        ({"respond_within": None}, "p.respond_within"),
        ({"respond_within": "31d"}, "p.respond_within"),
        ({"respond_within": "99999999999m"}, "p.respond_within"),
        ({"respond_within": "-5m"}, "p.respond_within"),
        ({"respond_within": "NaN"}, "p.respond_within"),
        ({"clock": "lunar"}, "p.clock"),
        ({"slug": ""}, "p.slug"),
        ({"max_reassignments": -1}, "p.max_reassignments"),
        ({"max_reassignments": True}, "p.max_reassignments"),
        ({"for_intents": "demo"}, "p.for_intents"),
        ({"silent_after": "0h"}, "p.silent_after"),
        ({"silent_after": 2}, "p.silent_after"),
        ({"park_after": 0}, "p.park_after"),
        ({"park_after": "2"}, "p.park_after"),
        ({"park_after": True}, "p.park_after"),
        ({"default": "yes"}, "p.default"),
        ({"min_score": 50}, "p.min_score"),
        ({"min_score": "high", "for_intents": ["demo"]}, "p.min_score"),
        ({"min_score": float("nan"), "for_intents": ["demo"]}, "p.min_score"),
        ({"min_score": True, "for_intents": ["demo"]}, "p.min_score"),
        ({"steps": [{"after": "1m", "unless": "accepted", "do": "remind"}] * 11}, "p.steps"),
        ({"respond_within": "5m\n"}, "p.respond_within"),
        ({"respond_within": "５m"}, "p.respond_within"),
        ({"respond_within": True}, "p.respond_within"),
        ({"respond_within": float("nan")}, "p.respond_within"),
        ({"respond_within": ["5m"]}, "p.respond_within"),
        ({"clock": ["always"]}, "p.clock"),
        ({"respnd": 1}, "p.respnd"),
        ({"steps": "remind"}, "p.steps"),
        ({"steps": [{"after": "1m", "unless": "won", "do": "remind"}]}, "p.steps[0].unless"),
        ({"steps": [{"after": "1m", "unless": "accepted", "do": "shout"}]}, "p.steps[0].do"),
        ({"steps": [{"unless": "accepted", "do": "remind"}]}, "p.steps[0].after"),
        (
            {
                "steps": [
                    {"after": "2m", "unless": "accepted", "do": "remind"},
                    {"after": "1m", "unless": "accepted", "do": "reassign"},
                ]
            },
            "p.steps[1].after",
        ),
    ],
)
def test_a_bad_policy_is_refused_with_the_place(change, path):
    with pytest.raises(BadPolicy) as refused:
        parse_policy(GOOD | change, "p")

    assert [where for where, _ in refused.value.problems] == [path]


@given(st.integers(1, 30 * 86400))
def test_durations_are_read_back(seconds):
    duration = timedelta(seconds=seconds)

    assert parse_duration(dump_duration(duration)) == duration
