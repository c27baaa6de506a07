"""The worked rotations of the contract come out exactly, and the promises of the ledger hold for any history."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.engine.world import Standing
from tests.routing.engine.small_world import EVERYBODY_TO_SALES, NOON, Desk, calendar, days, pool, rep, world

ADA, BOB, CLEO = rep("Ada"), rep("Bob"), rep("Cleo")


def desk(*members, reps=(ADA, BOB, CLEO), **values):
    return Desk(world(EVERYBODY_TO_SALES, reps=reps, pools=[pool("sales", *members, **values)]))


def test_equal_weights_take_turns():
    assert desk("Ada", "Bob", "Cleo").rotation(6) == "A B C A B C"


def test_a_double_weight_is_next_twice_as_often():
    assert desk(("Ada", 2), ("Bob", 1), ("Cleo", 1), strategy="weighted").rotation(8) == "A B C A A B C A"


def test_only_the_ratio_of_weights_counts():
    heavy = desk(("Ada", 200), ("Bob", 100), ("Cleo", 100), strategy="weighted")

    assert Counter(heavy.rotation(60).split()) == {"A": 30, "B": 15, "C": 15}


def test_whoever_was_away_comes_back_at_the_others_pace():
    on_leave = replace(CLEO, calendar=calendar(away=[(NOON, NOON + days(1))]))
    front = desk("Ada", "Bob", "Cleo", reps=(ADA, BOB, on_leave))
    front.at_level("sales", ada=3, bob=3, cleo=3)

    front.rotation(10)

    assert [round(front.standing.levels[("sales", f"{name}@example.com")], 9) for name in ("ada", "bob", "cleo")] == [
        8
    ] * 3
    front.now = NOON + days(1)
    assert front.rotation(6) == "A B C A B C"


def test_with_full_catch_up_whoever_was_away_gets_what_was_missed():
    on_leave = replace(CLEO, calendar=calendar(away=[(NOON, NOON + days(1))]))
    front = desk("Ada", "Bob", "Cleo", reps=(ADA, BOB, on_leave), catch_up="full")
    front.at_level("sales", ada=0, bob=0, cleo=0)

    assert front.rotation(4) == "A B A B"
    front.now = NOON + days(1)
    assert front.rotation(5) == "C C A B C"


@pytest.mark.parametrize("catch_up", ["none", "full"])
def test_a_new_member_starts_at_the_others_pace(catch_up):
    front = desk("Ada", "Bob", "Cleo", catch_up=catch_up)
    front.at_level("sales", ada=10, bob=10)

    assert front.rotation(6) == "A B C A B C"


def test_a_rep_who_starts_later_joins_at_the_others_pace():
    starter = replace(CLEO, starts_on=(NOON + days(2)).date())
    front = desk("Ada", "Bob", "Cleo", reps=(ADA, BOB, starter), catch_up="full")

    assert front.rotation(20) == " ".join("AB" * 10)
    front.now = NOON + days(2)
    assert front.rotation(6) == "A B C A B C"


def test_least_loaded_without_capacities_goes_by_open_leads_per_weight():
    front = desk(("Ada", 2), ("Bob", 1), ("Cleo", 1), strategy="least_loaded")
    front.standing.open = {"ada@example.com": 10, "bob@example.com": 7, "cleo@example.com": 6}

    assert front.rotation(1) == "A"


def test_least_loaded_with_capacities_goes_by_how_full_they_are():
    full = [replace(one, capacity=10) for one in (ADA, BOB, CLEO)]
    front = desk("Ada", "Bob", "Cleo", reps=full, strategy="least_loaded")
    front.standing.open = {"ada@example.com": 10, "bob@example.com": 6, "cleo@example.com": 9}

    outcome = front.arrive()

    assert outcome.rep == "bob@example.com"
    assert outcome.excluded == {"ada@example.com": "at_capacity"}


def test_among_equally_loaded_whoever_waited_longest_is_next():
    front = desk("Ada", "Bob", "Cleo", strategy="least_loaded")
    front.standing.last = {"ada@example.com": NOON, "bob@example.com": NOON - days(1), "cleo@example.com": NOON}

    assert front.rotation(1) == "B"


def test_first_available_takes_the_first_in_order():
    assert desk("Bob", "Ada", strategy="first_available").rotation(3) == "B B B"


def test_weight_0_is_never_picked_and_says_so():
    outcome = desk(("Ada", 0), "Bob", strategy="weighted").arrive()

    assert outcome.rep == "bob@example.com"
    assert outcome.excluded == {"ada@example.com": "no_weight"}


def test_thirds_do_not_break_a_tie():
    front = desk("Ada", "Bob", "Cleo")
    front.at_level("sales", ada=0.1 + 0.2, bob=0.3, cleo=0.3)

    assert front.rotation(3) == "A B C"


@given(st.lists(st.integers(1, 5), min_size=2, max_size=6), st.integers(1, 120))
def test_counts_are_within_one_of_the_ideal_whatever_the_weights(weights, leads):
    people = [rep(f"{chr(97 + index)}rep") for index in range(len(weights))]
    members = [(person.name, weight) for person, weight in zip(people, weights, strict=True)]
    front = desk(*members, reps=people, strategy="weighted")

    given_to = Counter(front.arrive().rep for _ in range(leads))

    for person, weight in zip(people, weights, strict=True):
        assert abs(given_to[person.email] - leads * weight / sum(weights)) < len(weights)


@given(st.integers(2, 6), st.integers(1, 60))
def test_equal_weights_differ_by_at_most_one(members, leads):
    people = [rep(f"{chr(97 + index)}rep") for index in range(members)]
    front = desk(*[person.name for person in people], reps=people)

    given_to = Counter(front.arrive().rep for _ in range(leads))

    assert max(given_to.values()) - min(given_to[person.email] for person in people) <= 1


@given(st.permutations(range(5)), st.integers(1, 40))
def test_the_order_of_the_bench_changes_nothing_but_ties(order, leads):
    people = [rep(f"{chr(97 + index)}rep") for index in range(5)]
    straight = desk(*[person.name for person in people], reps=people)
    shuffled = desk(*[people[index].name for index in order], reps=people)

    counts = [Counter(front.arrive().rep for _ in range(leads * 5)) for front in (straight, shuffled)]

    assert counts[0] == counts[1]


@given(st.lists(st.integers(1, 4), min_size=2, max_size=5), st.integers(1, 60))
def test_nobody_is_given_more_than_they_can_hold(capacities, leads):
    people = [replace(rep(f"{chr(97 + i)}rep"), capacity=most) for i, most in enumerate(capacities)]
    document = {"rules": [], "otherwise": {"kind": "pool", "pool": "sales"}}
    front = Desk(world(document, reps=people, pools=[pool("sales", *[p.name for p in people])]))

    outcomes = [front.arrive() for _ in range(leads)]

    assert all(front.standing.open.get(person.email, 0) <= (person.capacity or 0) for person in people)
    assert sum(outcome.kind == "assigned" for outcome in outcomes) == min(leads, sum(capacities))
    assert all(outcome.queue == "unassigned" for outcome in outcomes[sum(capacities) :])


@given(st.data())
def test_a_level_is_always_the_sum_of_its_lines(data):
    people = [rep(f"{chr(97 + index)}rep") for index in range(4)]
    away = [
        data.draw(st.sampled_from([(), ((NOON, NOON + timedelta(hours=data.draw(st.integers(1, 9)))),)]))
        for _ in people
    ]
    people = [replace(person, calendar=calendar(away=spans)) for person, spans in zip(people, away, strict=True)]
    front = desk(*[(person.name, data.draw(st.integers(1, 3))) for person in people], reps=people, strategy="weighted")
    sums: Counter[tuple[str, str]] = Counter()

    for hour in range(12):
        for line in front.arrive(now=NOON + timedelta(hours=hour)).lines:
            sums[(line.pool, line.rep)] += line.amount

    assert {place: round(level, 9) for place, level in front.standing.levels.items()} == {
        place: round(total, 9) for place, total in sums.items()
    }


def test_deciding_does_not_change_the_standing():
    front = desk("Ada", "Bob")
    before = (dict(front.standing.levels), dict(front.standing.open))
    front.standing, kept = Standing(), front.standing
    front.arrive()

    assert before == (dict(kept.levels), dict(kept.open))
