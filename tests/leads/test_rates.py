"""Win rates: the interval around one, and whether several differ by more than chance."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.demo.crm import SAMPLE, read_crm
from leads.rates import chi_square_tail, compare, wilson

# Won and closed opportunities of the thirty agents of a CRM's public sample data (8,800 rows). Their rates lie between
# 55 and 70 %, which is what chance gives thirty people who all win 63 %.
THIRTY_AGENTS = [
    *((208, 336), (101, 153), (163, 261), (107, 160), (150, 229), (114, 187), (349, 553), (158, 275), (80, 126)),
    *((75, 123), (135, 232), (107, 152), (135, 206), (171, 264), (174, 272), (209, 335), (127, 231), (130, 227)),
    *((122, 194), (149, 213), (129, 195), (105, 175), (155, 237), (72, 110), (78, 121), (176, 264), (221, 347)),
    *((122, 193), (55, 79), (161, 261)),
]
tallies = st.lists(
    st.integers(0, 400).flatmap(lambda closed: st.tuples(st.integers(0, closed), st.just(closed))), max_size=12
)


@pytest.mark.parametrize(
    ("statistic", "freedom", "p"),
    # Tables of the distribution: the statistic that is exceeded with this probability.
    [
        (3.841458820694124, 1, 0.05),
        (6.634896601021213, 1, 0.01),
        (5.991464547107979, 2, 0.05),
        (7.814727903251179, 3, 0.05),
        (18.307038053275146, 10, 0.05),
        (29.58829844507442, 10, 0.001),
        (42.55696780429269, 29, 0.05),
        (124.34211340400408, 100, 0.05),
        (2 * math.log(1e12), 2, 1e-12),
    ],
)
def test_the_tail_is_that_of_the_tables(statistic, freedom, p):
    assert chi_square_tail(statistic, freedom) == pytest.approx(p, rel=1e-9)


@given(st.floats(0, 5000), st.integers(1, 3000))
def test_a_tail_is_a_probability_that_falls_with_the_statistic_and_grows_with_the_degrees(statistic, freedom):
    tail = chi_square_tail(statistic, freedom)

    assert 0 <= tail <= 1
    assert chi_square_tail(statistic + 1, freedom) <= tail + 1e-12
    assert chi_square_tail(statistic, freedom + 1) >= tail - 1e-12


@pytest.mark.parametrize(
    ("won", "closed", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (5, 10, 0.2366, 0.7634)],
)
def test_the_interval_is_wilsons(won, closed, low, high):
    assert wilson(won, closed) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 10_000).flatmap(lambda closed: st.tuples(st.integers(0, closed), st.just(closed))))
def test_an_interval_holds_its_rate_and_narrows_with_more_of_the_same(tally):
    won, closed = tally

    low, high = wilson(won, closed)
    closer = wilson(2 * won, 2 * closed)

    assert 0 <= low <= won / closed + 1e-12
    assert won / closed - 1e-12 <= high <= 1
    assert closer[1] - closer[0] < high - low


def test_nothing_is_known_of_somebody_who_closed_nothing():
    assert wilson(0, 0) == (0.0, 1.0)


def test_thirty_agents_who_win_between_55_and_70_percent_do_not_differ():
    found = compare(THIRTY_AGENTS)

    assert found is not None
    assert (round(found.statistic, 2), found.freedom, round(found.p, 2)) == (33.35, 29, 0.26)
    assert found.reliable
    assert not found.significant


def test_the_records_that_ship_do_not_differ_either():
    closed = [(one.agent, one.stage == "Won") for one in read_crm(SAMPLE).opportunities if one.closed]
    agents = sorted({agent for agent, _ in closed})
    won = [
        (sum(win for who, win in closed if who == agent), sum(who == agent for who, _ in closed)) for agent in agents
    ]

    found = compare(won)

    assert found is not None
    assert (round(found.statistic, 2), found.freedom, round(found.p, 2)) == (14.51, 10, 0.15)
    assert not found.significant


def test_a_real_difference_is_found():
    found = compare([(80, 100), (50, 100), (52, 100)])

    assert found is not None
    assert found.significant
    assert found.statistic == pytest.approx(562.667 / 23.8622, abs=1e-3)  # by hand


def test_a_difference_between_a_handful_of_leads_is_not_believed():
    found = compare([(3, 3), (0, 3), (1, 2)])

    assert found is not None
    assert not found.reliable
    assert not found.significant


@pytest.mark.parametrize("nothing", [[], [(5, 9)], [(5, 9), (0, 0)], [(4, 4), (9, 9)], [(0, 4), (0, 9)]])
def test_where_there_is_nothing_to_compare_nothing_is_said(nothing):
    assert compare(nothing) is None


@given(tallies, st.randoms())
def test_the_order_of_people_does_not_matter_and_equal_rates_never_differ(people, random):
    shuffled = list(people)
    random.shuffle(shuffled)

    found, again = compare(people), compare(shuffled)

    assert (found is None) == (again is None)
    if found is not None and again is not None:
        assert found.statistic == pytest.approx(again.statistic)
        assert found.p == pytest.approx(again.p)


@given(st.integers(1, 50), st.integers(1, 50), st.lists(st.integers(1, 20), min_size=2, max_size=10))
def test_people_with_one_rate_are_no_different_whatever_each_has_closed(won, lost, sizes):
    found = compare([(won * size, (won + lost) * size) for size in sizes])

    assert found is not None
    assert found.statistic == pytest.approx(0, abs=1e-9)
    assert found.p == pytest.approx(1)
