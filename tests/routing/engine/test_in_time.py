"""Among equals, whoever can still keep the promise in his shift goes first; whose turn it is decides before that."""

from datetime import timedelta

import pytest

from routing.engine.promises import Promise
from routing.engine.world import Standing
from tests.routing.engine.small_world import EVERYBODY_TO_SALES, NOON, OFFICE, Desk, calendar, pool, rep, world

LATE = {"wed": ["09:00-20:00"]}
HOUR = timedelta(hours=1)
OWN_TIME = Promise("own", HOUR, in_rep_hours=True, is_default=True)


def desk(*members, promise=OWN_TIME, hour=16, minute=30, target=EVERYBODY_TO_SALES, **values):
    """Ada leaves at 17:00, Bob at 20:00, and Cleo is always there."""
    reps = [
        rep("Ada", calendar=calendar(OFFICE), skills={"german": 1}),
        rep("Bob", calendar=calendar(LATE), skills={"german": 1}),
        rep("Cleo", skills={"german": 1}),
    ]
    seats = pool("sales", *(members or ("Ada", "Bob", "Cleo")), **values)
    here = world(target, reps=reps, pools=[seats], promises=(promise,) if promise else ())
    return Desk(here, now=NOON.replace(hour=hour, minute=minute))


def test_whoever_leaves_too_soon_comes_after_his_equals():
    assert desk().rotation(3) == "B C A"


def test_the_decision_says_so():
    reason = desk().arrive().reason

    assert reason.endswith("(3 could take it). Of equals, Bob can still make it before 20:00; Ada cannot.")


def test_of_somebody_who_is_always_there_no_hour_is_said():
    assert "Cleo can still make it; Ada cannot." in desk("Ada", "Cleo").arrive().reason


def test_whose_turn_it_is_goes_before_that():
    front = desk()
    front.at_level("sales", ada=1, bob=2, cleo=2)

    outcome = front.arrive()

    assert (outcome.rep, "make it" in outcome.reason) == ("ada@example.com", False)


def test_while_everybody_has_time_it_is_the_order_of_the_pool():
    assert desk(hour=12).rotation(6) == "A B C A B C"


def test_a_promise_that_is_due_as_the_shift_ends_cannot_be_kept_in_it():
    assert desk(hour=15, minute=59).rotation(1) == "A"
    assert desk(hour=16, minute=0).rotation(1) == "B"


def test_when_nobody_can_make_it_nobody_is_preferred():
    assert desk("Ada", "Bob", hour=16, promise=Promise("own", 5 * HOUR, in_rep_hours=True)).rotation(2) == "A B"


@pytest.mark.parametrize("promise", [None, Promise("real", HOUR, is_default=True)])
def test_it_matters_only_where_his_own_time_counts(promise):
    assert desk(promise=promise).rotation(3) == "A B C"


def test_the_promise_is_the_one_of_the_lead():
    front = desk(promise=Promise("demos", HOUR, in_rep_hours=True, for_intents=("demo",), min_score=50))
    other = Promise("other", timedelta(minutes=5), is_default=True)
    front.world = world(
        EVERYBODY_TO_SALES,
        reps=front.world.reps.values(),
        pools=front.world.pools.values(),
        promises=(*front.world.promises, other),
    )

    assert front.arrive(intent="content", score=90).rep == "ada@example.com"
    front.standing = Standing()
    assert front.arrive(intent="Demo", score=90).rep == "bob@example.com"
    front.standing = Standing()
    assert front.arrive(intent="demo", score=10).rep == "ada@example.com"


def test_a_lunch_break_ends_a_shift():
    front = desk("Ada", "Bob", hour=11, minute=30)
    lunch = rep("Ada", calendar=calendar({"wed": ["09:00-12:00", "13:00-17:00"]}))
    front.world = world(
        EVERYBODY_TO_SALES,
        reps=[lunch, front.world.reps["bob@example.com"]],
        pools=front.world.pools.values(),
        promises=(OWN_TIME,),
    )

    assert front.rotation(2) == "B A"


@pytest.mark.parametrize(
    ("strategy", "first"),
    [
        ("weighted", "B"),
        ("least_loaded", "B"),
        ("best_skilled", "B"),
        ("best_converting", "B"),
        ("first_available", "A"),
    ],
)
def test_every_strategy_that_knows_equals_prefers_him(strategy, first):
    assert desk(strategy=strategy).rotation(1) == first


def test_with_the_lowest_load_it_goes_before_who_has_waited_longest():
    front = desk(strategy="least_loaded")
    front.standing.last["bob@example.com"] = NOON

    assert front.arrive().rep == "cleo@example.com"
    front.standing.open["cleo@example.com"] = 5
    assert front.arrive().rep == "bob@example.com"
