"""Best converting: smoothed win rates on leads of the same segment, and a floor that starves nobody."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.engine.bench import Candidate
from routing.engine.converting import shortfalls, win_rates
from routing.engine.simulate import Arrival, fold
from tests.routing.engine.small_world import EVERYBODY_TO_SALES, NOON, Desk, pool, rep, world

ADA, BOB, CLEO = rep("Ada"), rep("Bob"), rep("Cleo")
REPS = (ADA, BOB, CLEO)


def floor(*people, strategy="best_converting", **values) -> Desk:
    seats = pool("sales", *[person.name for person in people], strategy=strategy)
    return Desk(world(EVERYBODY_TO_SALES, reps=people, pools=[seats], converting=True, **values))


def records(desk: Desk, segment: str = "", **tallies: tuple[int, int]) -> None:
    for name, tally in tallies.items():
        desk.standing.closed[f"{name.lower()}@example.com", segment] = tally


@pytest.mark.parametrize(
    ("closed", "rates"),
    [
        ({}, (0.5, 0.5)),
        ({"a": (10, 10)}, (1.0, 1.0)),
        ({"a": (30, 40), "b": (10, 40)}, ((30 + 10) / 60, (10 + 10) / 60)),
        ({"a": (3, 3), "b": (40, 80)}, ((3 + 20 * 43 / 83) / 23, (40 + 20 * 43 / 83) / 100)),
    ],
)
def test_a_rate_is_drawn_towards_the_pools_own_by_twenty_leads(closed, rates):
    assert tuple(win_rates(["a", "b"], closed).values()) == pytest.approx(rates)


def test_the_highest_smoothed_rate_on_leads_of_the_segment_takes_it():
    desk = floor(ADA, BOB)
    records(desk, "smb", Ada=(30, 40), Bob=(10, 40))
    records(desk, "enterprise", Ada=(1, 40), Bob=(30, 40))

    small, large, other = (desk.arrive(segment=segment) for segment in ("SMB ", "enterprise", "unheard of"))

    assert (small.rep, large.rep, other.rep) == (ADA.email, BOB.email, ADA.email)
    assert small.reason == "No rule held: Ada, best win rate of Sales (2 could take it)."
    assert {one.rep: round(one.rate, 3) for one in small.candidates} == {ADA.email: 0.667, BOB.email: 0.333}


def test_equal_evidence_is_a_rotation_by_level():
    assert floor(*REPS).rotation(6) == "A B C A B C"


def test_whoever_has_less_than_half_of_his_fair_share_goes_first_the_furthest_below_before_the_others():
    desk = floor(*REPS)
    records(desk, Ada=(90, 100), Bob=(10, 100), Cleo=(10, 100))
    desk.standing.given |= {("sales", ADA.email): 90, ("sales", BOB.email): 8, ("sales", CLEO.email): 2}

    first = desk.arrive()

    assert first.rep == CLEO.email
    assert "furthest below the fair share of Sales" in first.reason


def test_nobody_is_below_a_floor_before_the_first_lead():
    assert shortfalls([Candidate("a"), Candidate("b")], {}) == {}


def test_whoever_is_away_competes_for_nothing_and_whoever_has_left_has_no_fair_share():
    bench = [Candidate("a"), Candidate("b", code="away"), Candidate("c", code="inactive"), Candidate("d")]

    assert shortfalls(bench, {"a": 100}) == {"d": pytest.approx(1 / 3)}


tallies = st.integers(0, 200).flatmap(lambda closed: st.tuples(st.integers(0, closed), st.just(closed)))


@given(st.dictionaries(st.sampled_from("abcdef"), tallies), st.sampled_from("abcdef"))
def test_one_more_win_never_lowers_a_rate_and_rates_are_parts_of_one(closed, rep):
    before = win_rates("abcdef", closed)
    won, total = closed.get(rep, (0, 0))
    after = win_rates("abcdef", {**closed, rep: (won + 1, total + 1)})

    assert all(0 <= rate <= 1 for rate in before.values())
    assert after[rep] >= before[rep] - 1e-12


@given(
    st.lists(tallies, min_size=3, max_size=3),
    st.lists(st.sampled_from((1.0, 2.0, 3.0)), min_size=3, max_size=3),
    st.integers(30, 120),
)
def test_nobody_is_starved_however_badly_he_converts(closed, weights, leads):
    seats = pool("sales", *zip(("Ada", "Bob", "Cleo"), weights, strict=True), strategy="best_converting")
    desk = Desk(world(EVERYBODY_TO_SALES, reps=REPS, pools=[seats], converting=True))
    records(desk, **dict(zip(("Ada", "Bob", "Cleo"), closed, strict=True)))

    for _ in range(leads):
        desk.arrive()

    for person, weight in zip(REPS, weights, strict=True):
        given = desk.standing.given.get(("sales", person.email), 0)
        assert given >= leads * weight / sum(weights) / 2 - 2


def test_a_simulation_learns_from_what_was_closed_and_forgets_it_after_180_days():
    organisation = floor(ADA, BOB).world
    arrivals = [
        Arrival(f"p{n}", {}, NOON + timedelta(hours=n), NOON + timedelta(hours=n, minutes=30), closed_as=closed_as)
        for n, closed_as in enumerate(["won", "lost"] * 20)
    ]
    soon, late = NOON + timedelta(days=60), NOON + timedelta(days=300)
    arrivals += [Arrival("soon", {}, soon), Arrival("late", {}, late)]

    decided = {arrival.key: outcome for arrival, outcome in fold(arrivals, organisation)}

    rates = {key: {one.rep: one.rate for one in decided[key].candidates} for key in ("soon", "late")}
    won = sum(1 for n in range(0, 40, 2) if decided[f"p{n}"].rep == ADA.email)
    held = sum(1 for n in range(40) if decided[f"p{n}"].rep == ADA.email)
    assert 0 < held < 40
    assert rates["soon"][ADA.email] == pytest.approx((won + 10) / (held + 20))
    assert rates["late"] == {ADA.email: 0.5, BOB.email: 0.5}
