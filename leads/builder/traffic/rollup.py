"""Counting arrivals by the way they went, one UTC day at a time: what drawn trees show without asking every decision.

A day is counted whole, never added to, so counting twice changes nothing. It is counted again until it has been over
for long enough that every transaction begun in it has ended.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction

from routing.models import TrafficDay

KEPT_DAYS = 90  # as far back as anybody asks
EVERY_S = 60.0
LONGEST_S = 0.5  # of one turn: whoever is to be routed waits meanwhile
SETTLED_AFTER = timedelta(minutes=15)  # no transaction takes as long, so none is still to write into the day

HOLD_DAY = """
INSERT INTO routing_trafficday (day, counted_at) VALUES (%(day)s, %(now)s)
ON CONFLICT (day) DO UPDATE SET counted_at = excluded.counted_at
"""
FORGET_DAY = "DELETE FROM routing_traffic WHERE day = %(day)s"
COUNT_DAY = """
INSERT INTO routing_traffic (day, tree_id, version, rules, path, fallback, leads)
SELECT %(day)s, version.tree_id, version.number, decision.rules, decision.path, decision.fallback, count(*)
FROM routing_decision AS decision JOIN routing_version AS version ON version.id = decision.version_id
WHERE decision.at >= %(begins)s AND decision.at < %(ends)s AND decision.cause IN ('arrived', 'returned')
GROUP BY version.tree_id, version.number, decision.rules, decision.path, decision.fallback
"""


class Turn:
    """Whose turn it is every minute; at once again while older days are still to be counted."""

    def __init__(self) -> None:
        self._due = 0.0

    def take(self, now: datetime) -> int:
        """Count what is to be counted, if it is time to; how many days."""
        if time.monotonic() < self._due:
            return 0
        until = time.monotonic() + LONGEST_S
        days = days_to_count(now)
        counted = 0
        for day in days:
            count(day, now=now)
            counted += 1
            if time.monotonic() > until:
                break
        self._due = 0.0 if counted < len(days) else time.monotonic() + EVERY_S
        return counted


def count_all(*, now: datetime) -> int:
    """Count every day that is not settled yet; how many."""
    days = days_to_count(now)
    for day in days:
        count(day, now=now)
    return len(days)


def days_to_count(now: datetime) -> list[date]:
    """The days that may have changed since they were counted: those never counted come first, newest first."""
    today = now.astimezone(UTC).date()
    counted = dict(TrafficDay.objects.values_list("day", "counted_at"))
    days = [today - timedelta(days=back) for back in range(KEPT_DAYS)]
    open_days = [day for day in days if day not in counted or not _is_settled(day, counted[day])]
    return sorted(open_days, key=lambda day: (day in counted, -day.toordinal()))


def _is_settled(day: date, counted_at: datetime) -> bool:
    return counted_at >= _begin(day + timedelta(days=1)) + SETTLED_AFTER


@transaction.atomic
def count(day: date, *, now: datetime) -> None:
    """Count one day from its decisions. Whoever counts the same day at the same time comes after this."""
    begins = _begin(day)
    values = {"day": day, "now": now, "begins": begins, "ends": begins + timedelta(days=1)}

    with connection.cursor() as cursor:
        cursor.execute(HOLD_DAY, values)
        cursor.execute(FORGET_DAY, values)
        cursor.execute(COUNT_DAY, values)


def forget() -> None:
    """Have every day counted anew: decisions were written into days that were over."""
    TrafficDay.objects.all().delete()


def _begin(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
