"""A source may burst, but not flood, and does not use up another's allowance."""

from hypothesis import given
from hypothesis import strategies as st

from leads.limits import Bucket, Limits


def test_a_burst_passes_and_then_the_rate_holds():
    bucket = Bucket(rate=2, burst=3)

    assert [bucket.wait_s(0) for _ in range(4)] == [0, 0, 0, 1]
    assert bucket.wait_s(0.5) == 0
    assert bucket.wait_s(0.5) == 1


def test_sources_do_not_share():
    limits = Limits(rate=1, burst=1)

    assert limits.wait_s(1, 0) == 0
    assert limits.wait_s(1, 0) == 1
    assert limits.wait_s(2, 0) == 0


@given(st.lists(st.floats(0, 3), min_size=1, max_size=200), st.integers(1, 20), st.integers(1, 20))
def test_never_more_than_the_burst_and_what_flowed_in(gaps, rate, burst):
    bucket, now, passed = Bucket(rate, burst), 0.0, 0
    for gap in gaps:
        now += gap
        passed += bucket.wait_s(now) == 0

    assert passed <= burst + rate * (now - gaps[0]) + 1e-6
