"""How numbers, times and names are told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from reps.templatetags.page import HUES, hue, initials
from reps.templatetags.words import aloud, brief, duration, milliseconds, minutes, moment

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0:00"),
        (9, "0:09"),
        (278, "4:38"),
        (-130, "2:10"),
        (3599, "59:59"),
        (3600, "1 h 00"),
        (12_300, "3 h 25"),
        (86_400, "1 d 0 h"),
        (187_200, "2 d 4 h"),
    ],
)
def test_a_duration_is_as_short_as_it_is_clear(seconds: int, words: str) -> None:
    assert duration(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(278, "4:38"), (12_300, "3 h 25"), (-187_200, "2 d"), (1_260_000, "14 d")]
)
def test_inside_a_ring_a_duration_has_seven_letters_at_most(seconds: int, words: str) -> None:
    assert brief(timedelta(seconds=seconds)) == words


def test_no_duration_is_a_dash_and_not_a_zero() -> None:
    assert duration(None) == "–"


@pytest.mark.parametrize(("seconds", "words"), [(60, "1 minute"), (61, "2 minutes"), (900, "15 minutes")])
def test_minutes_are_rounded_up_so_that_waiting_them_is_enough(seconds: int, words: str) -> None:
    assert minutes(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOON - timedelta(minutes=3), "11:57"),
        (NOON - timedelta(days=1), "Sun 12:00"),
        (NOON - timedelta(days=6), "Tue 12:00"),
        (NOON - timedelta(days=7), "23 Feb 12:00"),
        (NOON - timedelta(days=365), "2 Mar 2025"),
    ],
)
def test_a_moment_is_as_short_as_it_is_clear(at: datetime, words: str) -> None:
    assert moment(at, NOON) == words


def test_a_moment_is_told_by_the_readers_own_day() -> None:
    with timezone.override("Asia/Tokyo"):
        assert moment(datetime(2026, 3, 2, 23, 30, tzinfo=UTC), datetime(2026, 3, 3, 1, tzinfo=UTC)) == "08:30"


@pytest.mark.parametrize(("microseconds", "words"), [(140, "0.1 ms"), (9_900, "9.9 ms"), (12_400, "12 ms")])
def test_how_long_a_decision_took_is_told_in_milliseconds(microseconds: int, words: str) -> None:
    assert milliseconds(microseconds) == words


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Dana Okafor", "DO"),
        ("Łukasz Żółć", "ŁŻ"),
        ("Ludwig van Beethoven", "LB"),
        ("plato", "P"),
        ("ada@example.com", "AE"),
        ("", "?"),
        ("***", "?"),
    ],
)
def test_initials_are_of_the_first_and_the_last_name(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_name_always_has_the_same_colour() -> None:
    assert hue("Dana Okafor") == hue(" dana okafor ")
    assert {hue(f"Name {number}") for number in range(200)} == set(range(HUES))


def test_a_share_is_read_out_in_words() -> None:
    assert [aloud(part) for part in (0.2168, 1.0, 0.0)] == ["21.7 percent", "100.0 percent", "0.0 percent"]
