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
LEASED = """
SELECT lane, count(*) FROM notifications_delivery
WHERE lease_token IS NOT NULL AND lane = ANY(%s) AND state = 'waiting' AND lease_until > %s GROUP BY lane
"""
# How many of its calls of this minute each lane with a limit has left.
LEFT = """
SELECT limited.lane, limited.most - (
    SELECT count(*) FROM notifications_attempt AS attempt JOIN notifications_delivery AS delivery
        ON delivery.id = attempt.delivery_id
    WHERE attempt.at > %s AND delivery.lane = limited.lane
) FROM (
    SELECT 'channel:' || id AS lane, per_minute AS most FROM notifications_channel WHERE per_minute IS NOT NULL
    UNION ALL
    SELECT 'subscription:' || id, per_minute FROM notifications_subscription WHERE per_minute IS NOT NULL
) AS limited WHERE limited.lane = ANY(%s)
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
        names = list(ready)
        cursor.execute(LEASED, [names, now])
        leased = dict(cursor.fetchall())
        cursor.execute(LEFT, [now - MINUTE, names])
        left = dict(cursor.fetchall())
        free = {name: _places(name, on_trial, leased, left, busy) for name, on_trial in ready.items()}
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


def _places(
    name: str, on_trial: bool, leased: Mapping[str, int], left: Mapping[str, int], busy: Mapping[str, int]
) -> int:
    under_way = leased.get(name, 0)
    most = 1 if on_trial else AT_ONCE
    places = most - under_way - busy.get(name, 0)
    return min(places, left[name] - under_way) if name in left else places


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
