"""Promises: the contract's table comes out exactly, and policies are read strictly."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.sla import (
    SHIPPED,
    BadPolicy,
    Policy,
    due_at,
    dump_duration,
    parse_duration,
    parse_policy,
    policy_for,
    step_times,
)
from reps.hours import ALWAYS, Calendar, parse_week

NEW_YORK = ZoneInfo("America/New_York")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


def office(*spans, holidays=()):
    return Calendar(parse_week({day: list(spans) for day in WEEKDAYS}, "America/New_York"), frozenset(holidays))


def local(month, day, hour, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("calendar", "promise", "start", "due"),
    [
        (office("08:00-17:00"), "4h", local(6, 5, 16), local(6, 8, 11)),
        (office("09:00-17:00"), "4h", local(6, 3, 18), local(6, 4, 13)),
        (office("09:00-17:00"), "5m", local(6, 5, 16, 57), local(6, 8, 9, 2)),
        (office("09:00-17:00"), "5m", local(6, 5, 17), local(6, 8, 9, 5)),
        (office("09:00-12:00", "13:00-17:00"), "30m", local(6, 4, 11, 50), local(6, 4, 13, 20)),
        (office("09:00-17:00", holidays=[date(2026, 7, 3)]), "60m", local(7, 2, 16, 30), local(7, 6, 9, 30)),
        (ALWAYS, "60m", local(3, 8, 1, 30), local(3, 8, 3, 30)),
    ],
)
def test_the_worked_table(calendar, promise, start, due):
    policy = Policy("p", "P", parse_duration(promise), clock="rep_hours")

    assert due_at(policy, calendar, start) == due


def test_a_promise_in_real_time_asks_for_nobodys_hours():
    always = Policy("p", "P", parse_duration("60m"), clock="always")

    assert due_at(always, office("09:00-17:00"), local(6, 6, 3)) == local(6, 6, 4)


def test_steps_run_on_the_same_clock():
    policy = parse_policy(
        {
            "slug": "fast",
            "name": "Fast",
            "respond_within": "5m",
            "clock": "rep_hours",
            "steps": [
                {"after": "10m", "unless": "accepted", "do": "notify_manager"},
                {"after": "30m", "unless": "contacted", "do": "reassign"},
            ],
        },
        "sla_policies[0]",
    )

    times = step_times(policy, office("09:00-17:00"), local(6, 5, 16, 55))

    assert times == (local(6, 8, 9, 5), local(6, 8, 9, 25))


def test_the_target_names_the_policy_else_the_intent_else_the_default():
    assert policy_for(SHIPPED, "demo", "warm").slug == "warm"
    assert policy_for(SHIPPED, " Pricing", None).slug == "fast"
    assert policy_for(SHIPPED, "general", None).slug == "standard"
    assert policy_for(SHIPPED, "", "no-such").slug == "standard"


@pytest.mark.parametrize(("score", "slug"), [(None, "standard"), (59, "standard"), (60, "warm"), (99.5, "warm")])
def test_a_reader_with_a_high_score_is_answered_sooner(score, slug):
    assert policy_for(SHIPPED, "content", None, score).slug == slug


def test_the_shipped_ladder_of_five_minutes_and_no_ladder_that_takes_a_lead_away_before_it_is_due():
    fast = [(dump_duration(step.after), step.do) for step in SHIPPED[0].steps]

    assert fast == [("2m30s", "remind"), ("10m", "notify_manager"), ("30m", "reassign")]
    assert all(policy.steps[-1].after > policy.respond_within for policy in SHIPPED)


def test_there_is_always_a_policy():
    assert policy_for((), "demo").slug == "standard"
    assert policy_for([Policy("only", "Only", timedelta(1))], "demo").slug == "only"


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


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)), st.integers(1, 20000))
def test_a_promise_is_never_due_early_and_always_in_working_hours(naive, minutes):
    start = naive.replace(tzinfo=UTC)
    calendar = office("09:00-12:00", "13:00-17:00")

    due = due_at(Policy("p", "P", timedelta(minutes=minutes), clock="team_hours"), calendar, start)

    there = due.astimezone(NEW_YORK)
    assert due - start >= timedelta(minutes=minutes)
    assert there.weekday() < 5
    assert 9 <= there.hour < 12 or 13 <= there.hour < 17
