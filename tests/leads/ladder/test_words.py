"""How the ladder says what happened."""

from datetime import timedelta

from leads.ladder import words
from leads.ladder.words import Had


def test_the_manager_hears_who_had_it_and_for_how_long():
    had = [Had("Ada", timedelta(minutes=30)), Had("Bob", timedelta(minutes=30))]

    assert words.to_the_queue("Marcus Hale", "EMEA", had, "accepted") == (
        "Marcus Hale went to the EMEA queue: Ada had it 30 min, Bob 30 min, nobody accepted."
    )
