from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.quiet import end_of_quiet
from reps.wall_clock import zone_of

EVENING, MORNING = 22 * 60, 7 * 60


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "zone", "begins", "ends", "then"),
    [
        (utc(2026, 6, 3, 12), "Europe/Berlin", EVENING, MORNING, utc(2026, 6, 3, 12)),
        (utc(2026, 6, 3, 20), "Europe/Berlin", EVENING, MORNING, utc(2026, 6, 4, 5)),  # 22:00 to 07:00 there
        (utc(2026, 6, 4, 4, 59), "Europe/Berlin", EVENING, MORNING, utc(2026, 6, 4, 5)),
        (utc(2026, 6, 4, 5), "Europe/Berlin", EVENING, MORNING, utc(2026, 6, 4, 5)),
        (utc(2026, 6, 3, 20), "America/New_York", EVENING, MORNING, utc(2026, 6, 3, 20)),
        (utc(2026, 6, 3, 11), "UTC", 10 * 60, 12 * 60, utc(2026, 6, 3, 12)),  # within a day
        (utc(2026, 6, 3, 11), "UTC", 600, 600, utc(2026, 6, 3, 11)),  # no hours at all
        (utc(2026, 6, 3, 11), "UTC", None, None, utc(2026, 6, 3, 11)),
        (utc(2026, 6, 3, 23), "Nowhere/Land", EVENING, MORNING, utc(2026, 6, 4, 7)),
        # The night of 28 to 29 March is an hour shorter in Berlin, that of 24 to 25 October an hour longer.
        (utc(2026, 3, 28, 21), "Europe/Berlin", EVENING, MORNING, utc(2026, 3, 29, 5)),
        (utc(2026, 10, 24, 20), "Europe/Berlin", EVENING, MORNING, utc(2026, 10, 25, 6)),
        # 02:30 does not exist that night: it is over when the clock leaps.
        (utc(2026, 3, 29, 0, 30), "Europe/Berlin", 0, 150, utc(2026, 3, 29, 1)),
    ],
)
def test_quiet_hours_end_on_the_persons_own_wall(now, zone, begins, ends, then):
    assert end_of_quiet(now, zone, begins, ends) == then


@given(
    at=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
    begins=st.integers(0, 1439),
    ends=st.integers(0, 1439),
)
def test_what_is_put_off_is_sent_within_a_day_and_at_no_quiet_time(at, zone, begins, ends):
    then = end_of_quiet(at, zone, begins, ends)

    assert at <= then <= at + timedelta(hours=25)
    assert end_of_quiet(then, zone, begins, ends) == then or begins == ends
    if then > at:
        local = then.astimezone(zone_of(zone))
        assert local.hour * 60 + local.minute >= ends or ends - begins < 60
