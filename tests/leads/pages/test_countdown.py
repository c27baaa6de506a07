"""The ring and the chip: pure arithmetic on times."""

from datetime import UTC, date, datetime, timedelta

import pytest

from leads.pages.availability import closes_at
from leads.pages.promises import Countdown
from reps.hours import ALWAYS, Calendar, Week

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday


def left(seconds: float, total: float = 300) -> Countdown:
    return Countdown(NOON + timedelta(seconds=seconds), timedelta(seconds=total), timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("seconds", "tone", "share"),
    [
        (300, "", 100),
        (150, "", 50),
        (105, "", 35),
        (104, "warn", 35),
        (60, "warn", 20),
        (59, "bad", 20),
        (-5, "bad", 100),
    ],
)
def test_a_ring_tells_by_colour_and_by_arc_how_much_time_is_left(seconds: int, tone: str, share: int) -> None:
    assert (left(seconds).tone, left(seconds).share) == (tone, share)


@pytest.mark.parametrize(("seconds", "small"), [(3599, False), (3600, True), (-599, False), (-600, True)])
def test_more_than_five_letters_are_small(seconds: int, small: bool) -> None:
    assert left(seconds).is_long is small


def test_a_promise_is_broken_after_its_time_and_not_at_it() -> None:
    assert not left(0).is_overdue
    assert left(-0.1).is_overdue


def test_the_browser_is_told_the_instant_and_not_a_duration() -> None:
    assert left(90).due_ms == 1_772_452_890_000


def week(zone: str = "UTC", *days: tuple[tuple[int, int], ...]) -> Calendar:
    return Calendar(Week(zone, tuple(days) + ((),) * (7 - len(days))), frozenset())


@pytest.mark.parametrize(
    ("calendar", "closes"),
    [
        (week("UTC", ((540, 1020),)), "17:00"),
        (week("UTC", ((540, 720), (780, 1020))), None),  # noon is not in [9, 12)
        (week("UTC", ((540, 1440),)), None),
        (week("Europe/Berlin", ((540, 1020),)), "16:00"),
        (ALWAYS, None),
        (Calendar(Week("UTC", None), frozenset(), ((NOON + timedelta(hours=2), NOON + timedelta(days=9)),)), "14:00"),
        (Calendar(Week("UTC", None), {date(2026, 12, 25)}), None),
    ],
)
def test_working_time_ends_at_closing_time_or_when_time_off_begins(calendar: Calendar, closes: str | None) -> None:
    found = closes_at(calendar, NOON)

    assert (found and f"{found.astimezone(UTC):%H:%M}") == closes
