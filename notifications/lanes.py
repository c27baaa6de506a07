"""Each receiver (a channel or a subscription) has a lane of its own, so that a slow or dead one delays nobody else.

In a lane at most two calls are under way, no more a minute than it may, and after failures in a row none for a while;
then one call tries whether it is back. All of that is in rows: two deliverers may run.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

AT_ONCE = 2  # calls in one lane
LEASE = timedelta(seconds=20)  # longer than the longest call
OPENS_AFTER = 5  # failures in a row
FIRST_REST, LONGEST_REST = timedelta(seconds=15), timedelta(minutes=10)
TRIAL = timedelta(seconds=20)  # meanwhile nobody else tries
MINUTE = timedelta(minutes=1)

MAKE = """
INSERT INTO notifications_lane (name, failures, problem, changed_at)
SELECT name, 0, '', %s FROM (
    SELECT 'channel:' || id AS name FROM notifications_channel
    UNION ALL
    SELECT 'subscription:' || id FROM notifications_subscription
) AS receiver WHERE NOT EXISTS (SELECT FROM notifications_lane AS lane WHERE lane.name = receiver.name)
ORDER BY name ON CONFLICT DO NOTHING
"""
READY = """
SELECT name, open_until IS NOT NULL FROM notifications_lane AS lane
WHERE (open_until IS NULL OR open_until <= %s) AND EXISTS (
    SELECT FROM notifications_delivery AS delivery
    WHERE delivery.lane = lane.name AND delivery.state = 'waiting' AND delivery.due_at <= %s
) ORDER BY name FOR UPDATE SKIP LOCKED
"""
# How many calls of each lane are under way, and how many of this minute's it has left (NULL: there is no limit).
COUNTS = """
SELECT asked.name, (
    SELECT count(*) FROM notifications_delivery
    WHERE lease_token IS NOT NULL AND lane = asked.name AND state = 'waiting' AND lease_until > %s
), coalesce(channel.per_minute, subscription.per_minute) - CASE
    WHEN coalesce(channel.per_minute, subscription.per_minute) IS NULL THEN NULL ELSE (
        SELECT count(*) FROM notifications_attempt AS attempt
        JOIN notifications_delivery AS delivery ON delivery.id = attempt.delivery_id
        WHERE attempt.at > %s AND delivery.lane = asked.name
    ) END
FROM unnest(%s::text[]) AS asked (name)
LEFT JOIN notifications_channel AS channel ON 'channel:' || channel.id = asked.name
LEFT JOIN notifications_subscription AS subscription ON 'subscription:' || subscription.id = asked.name
"""
LEASING = """
WITH picked AS MATERIALIZED (
    SELECT due.id FROM unnest(%s::text[], %s::int[]) AS free (lane, places) CROSS JOIN LATERAL (
        SELECT id FROM notifications_delivery AS delivery
        WHERE delivery.lane = free.lane AND state = 'waiting' AND due_at <= %s
        ORDER BY due_at, id LIMIT free.places FOR UPDATE SKIP LOCKED
    ) AS due
)
UPDATE notifications_delivery AS delivery
SET lease_token = gen_random_uuid(), lease_until = %s, due_at = %s, attempts = attempts + 1
FROM picked WHERE delivery.id = picked.id
RETURNING delivery.id, delivery.lane, delivery.lease_token, delivery.attempts
"""
TRY = "UPDATE notifications_lane SET open_until = %s, changed_at = %s WHERE name = ANY(%s)"
CLOSE = """
UPDATE notifications_lane SET failures = 0, open_until = NULL, problem = '', changed_at = %s
WHERE name = ANY(%s) AND (failures > 0 OR open_until IS NOT NULL)
"""
COUNT = """
UPDATE notifications_lane SET failures = failures + %s, problem = %s, changed_at = %s WHERE name = %s RETURNING failures
"""
REST = (
    "UPDATE notifications_lane SET open_until = greatest(open_until, %s), problem = %s, changed_at = %s WHERE name = %s"
)


@dataclass(frozen=True, slots=True)
class Leased:
    """A delivery that is ours until its lease is over, and no longer."""

    delivery: int
    lane: str
    token: uuid.UUID
    attempts: int


def make(now: datetime) -> None:
    """A lane for each receiver that has none."""
    with connection.cursor() as cursor:
        cursor.execute(MAKE, [now])


def lease(now: datetime, busy: Mapping[str, int]) -> list[Leased]:
    """Take what is due, in the caller's transaction; `busy` counts calls of ours that are over but hang on."""
    with connection.cursor() as cursor:
        cursor.execute(READY, [now, now])
        ready: dict[str, bool] = dict(cursor.fetchall())
        if not ready:
            return []
        # After the locks: who held them before has committed what he leased.
        cursor.execute(COUNTS, [now, now - MINUTE, list(ready)])
        counts = cursor.fetchall()
        free = {name: _places(ready[name], leased + busy.get(name, 0), leased, left) for name, leased, left in counts}
        free = {name: places for name, places in free.items() if places > 0}
        if not free:
            return []
        until = now + LEASE
        cursor.execute(LEASING, [list(free), list(free.values()), now, until, until])
        taken = [Leased(*row) for row in cursor.fetchall()]
        tried = sorted({one.lane for one in taken if ready[one.lane]})
        if tried:
            cursor.execute(TRY, [now + TRIAL, now, tried])
    return taken


def _places(on_trial: bool, taken: int, leased: int, left: int | None) -> int:
    places = (1 if on_trial else AT_ONCE) - taken
    return places if left is None else min(places, left - leased)


def took(names: Sequence[str], now: datetime) -> None:
    """These receivers took something: they are well."""
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, [now, list(names)])


def failed(name: str, times: int, problem: str, now: datetime) -> None:
    """Count failures in a row; after five the lane rests, longer each time."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [times, problem[:200], now, name])
        row = cursor.fetchone()
        pause = rest_after(row[0]) if row else None
        if pause is not None:
            cursor.execute(REST, [now + pause, problem[:200], now, name])


def asked_to_rest(name: str, until: datetime, problem: str, now: datetime) -> None:
    """The receiver said when it wants to hear of us again; that is no failure."""
    with connection.cursor() as cursor:
        cursor.execute(REST, [until, problem[:200], now, name])


def rest_after(failures: int) -> timedelta | None:
    """How long nobody calls after so many failures in a row; None: calls go on."""
    if failures < OPENS_AFTER:
        return None
    return min(LONGEST_REST, FIRST_REST * 2 ** min(failures - OPENS_AFTER, 10))


def wait_after(attempts: int) -> timedelta:
    """Full jitter: anything up to a bound that doubles, so that those who failed together do not come back together."""
    bound = min(600.0, 2.0**attempts)
    return timedelta(seconds=1 + random.random() * (bound - 1))
