"""Spans of time as people say them."""

from datetime import timedelta

import pytest

from reps import spans


@pytest.mark.parametrize(
    ("seconds", "ticking", "exactly", "roughly"),
    [
        (0, "0:00", "0 s", "0 s"),
        (-3, "0:03", "0 s", "0 s"),
        (45.4, "0:45", "45 s", "45 s"),
        (278, "4:38", "4 min 38 s", "4 min"),
        (1800, "30:00", "30 min", "30 min"),
        (7200, "2 h 00", "2 h", "2 h"),
        (12_300, "3 h 25", "3 h 25 min", "3 h 25 min"),
        (86_400 + 300, "1 d 0 h", "1 d", "24 h 5 min"),
        (187_200, "2 d 4 h", "2 d 4 h", "2 days"),
    ],
)
def test_a_span_is_said_on_a_clock_exactly_and_roughly(seconds, ticking, exactly, roughly):
    span = timedelta(seconds=seconds)

    assert (spans.ticking(span), spans.exactly(span), spans.roughly(span)) == (ticking, exactly, roughly)
