"""Days are counted from their decisions, as often as they may still change, and never otherwise than by counting."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from leads.builder.traffic import rollup
from routing.models import Decision, Traffic, TrafficDay
from tests.leads.builder.arrivals import arrived, branch, document, is_in, rule
from tests.organisation import NOON, publish_tree

pytestmark = pytest.mark.django_db

TREE = document(branch("emea", is_in("DE"), rule("big")), rule("spam"))
TODAY = NOON.date()


def recounted() -> Counter[tuple[object, ...]]:
    """The same figures without SQL's help."""
    return Counter(
        (one.at.astimezone(UTC).date(), one.version.tree_id, one.version.number, (*one.rules,), one.path, one.fallback)
        for one in Decision.objects.select_related("version")
        if one.version is not None and one.cause in ("arrived", "returned")
    )


def counted() -> Counter[tuple[object, ...]]:
    return Counter(
        {
            (one.day, one.tree_id, one.version, (*one.rules,), one.path, one.fallback): one.leads
            for one in Traffic.objects.all()
        }
    )


def test_what_was_counted_is_what_a_recount_of_all_decisions_gives() -> None:
    first, other = publish_tree(document=TREE), publish_tree(document=document(), slug="other", default=False)
    second = publish_tree(document=TREE)
    for number in range(40):
        way = [("emea", "big"), ("emea",), ("spam",), ()][number % 4]
        version = [first, second, other][number % 3]
        cause = ["arrived", "returned", "declined", "sla", "by_hand"][number % 5]
        arrived(version, way, at=NOON - timedelta(hours=7 * number), cause=cause)
    arrived(second, path="sticky", sticky=True, fallback=False)
    arrived(second, path="gate", outcome="nurture", fallback=False)

    rollup.count_all(now=NOON)
    rollup.count_all(now=NOON + timedelta(minutes=1))

    assert counted() == recounted()
    assert sum(counted().values()) == 40 - 3 * 8 + 2


@pytest.mark.parametrize("offset", [timedelta(0), timedelta(microseconds=-1)])
def test_a_day_begins_at_midnight_utc(offset: timedelta) -> None:
    midnight = datetime(2026, 6, 3, tzinfo=UTC)
    arrived(publish_tree(document=TREE), ("spam",), at=midnight + offset)

    rollup.count_all(now=NOON)

    assert Traffic.objects.get().day == (midnight + offset).date()


def test_a_day_is_counted_again_until_it_has_been_over_for_a_while() -> None:
    version = publish_tree(document=TREE)
    midnight = datetime(2026, 6, 4, tzinfo=UTC)
    rollup.count_all(now=midnight + timedelta(minutes=5))
    arrived(version, ("spam",), at=midnight - timedelta(seconds=1))  # written late

    assert TODAY in rollup.days_to_count(midnight + timedelta(minutes=6))
    rollup.count_all(now=midnight + timedelta(minutes=16))

    assert Traffic.objects.get().leads == 1
    assert rollup.days_to_count(midnight + timedelta(minutes=17)) == [date(2026, 6, 4)]


def test_after_decisions_were_written_into_days_that_are_over_everything_is_counted_anew() -> None:
    version = publish_tree(document=TREE)
    rollup.count_all(now=NOON)
    arrived(version, ("spam",), at=NOON - timedelta(days=10))

    rollup.forget()
    rollup.count_all(now=NOON)

    assert counted() == recounted()
    assert Traffic.objects.get().leads == 1


def test_a_turn_counts_older_days_one_after_another_and_then_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    turn = rollup.Turn()
    monkeypatch.setattr(rollup, "LONGEST_S", -1.0)  # one day at a time

    first = [turn.take(NOON) for _ in range(3)]
    monkeypatch.setattr(rollup, "LONGEST_S", 600.0)
    rest = turn.take(NOON)

    assert (first, rest, turn.take(NOON)) == ([1, 1, 1], rollup.KEPT_DAYS - 2, 0)
    assert TrafficDay.objects.count() == rollup.KEPT_DAYS


@pytest.mark.django_db(transaction=True)
def test_two_who_count_the_same_day_at_once_count_it_once() -> None:
    arrived(publish_tree(document=TREE), ("spam",), count=3)
    begun = threading.Barrier(4)

    def count() -> None:
        begun.wait()
        for _ in range(5):
            rollup.count(TODAY, now=NOON)
        connection.close()

    hands = [threading.Thread(target=count) for _ in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()

    assert [one.leads for one in Traffic.objects.all()] == [3]
