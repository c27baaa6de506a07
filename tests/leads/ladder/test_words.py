"""How the ladder says what happened."""

from datetime import timedelta

import pytest

from leads.ladder import words
from leads.ladder.words import Had


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=40), "40 s"),
        (timedelta(minutes=30), "30 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=2, minutes=5), "2 h 5 min"),
        (timedelta(days=3, hours=4), "3 days"),
        (-timedelta(seconds=1), "0 s"),
    ],
)
def test_a_span_is_said_in_the_unit_that_fits(length, said):
    assert words.span(length) == said


def test_the_manager_hears_who_had_it_and_for_how_long():
    had = [Had("Ada", timedelta(minutes=30)), Had("Bob", timedelta(minutes=30))]

    assert words.to_the_queue("Marcus Hale", "EMEA", had, "accepted") == (
        "Marcus Hale went to the EMEA queue: Ada had it 30 min, Bob 30 min, nobody accepted."
    )
