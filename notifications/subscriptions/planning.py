"""From what happened to what is to be sent: a delivery for each subscription that wants it, and again if asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from notifications.models import OutgoingEvent, Subscription
from notifications.subscriptions.services import KIND
from reps.models import Change, User

AT_ONCE = 500
MOST_REPLAYED = 10_000  # at once

# Claimed from one table with one condition; of two who plan each takes what the other has not.
PLAN = """
WITH due AS MATERIALIZED (
    SELECT id, type FROM notifications_outgoingevent
    WHERE due_at <= coalesce(%(at)s::timestamptz, clock_timestamp())
    ORDER BY due_at LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED
), planned AS (
    INSERT INTO notifications_delivery
        (key, lane, event_id, subscription_id, state, created_at, due_at, attempts, problem)
    SELECT gen_random_uuid(), 'subscription:' || wanting.id, due.id, wanting.id, 'waiting', at, at, 0, ''
    FROM (SELECT coalesce(%(at)s::timestamptz, clock_timestamp()) AS at) AS clock
    CROSS JOIN due JOIN notifications_subscription AS wanting ON wanting.enabled AND wanting.types ? due.type
    ON CONFLICT (event_id, subscription_id) DO NOTHING
)
UPDATE notifications_outgoingevent AS event SET due_at = NULL FROM due WHERE event.id = due.id
"""
# What is not planned yet is sent in any case; and so a replay and a plan never write about the same event.
SINCE = """
SELECT event.id, event.at FROM notifications_outgoingevent AS event
LEFT JOIN notifications_delivery AS sent ON sent.event_id = event.id AND sent.subscription_id = %(subscription)s
WHERE event.at >= %(since)s AND event.type = ANY(%(types)s) AND event.due_at IS NULL
AND (sent.id IS NULL OR sent.state = 'dead' OR (sent.state = 'sent' AND %(all)s))
"""
# Of two who send the same again at once, the second finds it on its way. Our own among the locks of applications.
ALONE = "SELECT pg_advisory_xact_lock(%s, %s)"
REPLAYS = 0x0B0D
COUNT = f"SELECT count(*) FROM ({SINCE} LIMIT %(most)s) AS found"
REPLAY = f"""
WITH found AS ({SINCE} ORDER BY event.at, event.id LIMIT %(most)s)
INSERT INTO notifications_delivery AS delivery
    (key, lane, event_id, subscription_id, state, created_at, due_at, attempts, problem)
SELECT gen_random_uuid(), 'subscription:' || %(subscription)s, found.id, %(subscription)s, 'waiting', %(now)s, %(now)s,
    0, ''
FROM found ORDER BY found.at, found.id
ON CONFLICT (event_id, subscription_id) DO UPDATE SET
    state = 'waiting', created_at = excluded.created_at, due_at = excluded.due_at, attempts = 0, problem = '',
    lease_until = NULL, lease_token = NULL, sent_at = NULL
WHERE delivery.state <> 'waiting'
"""


class IsOff(Exception):
    """The subscription is switched off: nothing can be sent to it."""


def plan_events(*, now: datetime | None = None, limit: int = AT_ONCE) -> int:
    """Make the deliveries of events that have none yet (`now`: as if it were that time); how many events."""
    if not OutgoingEvent.objects.filter(due_at__isnull=False).exists():
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PLAN, {"at": now, "limit": limit})
        return cursor.rowcount


def replayable(subscription: Subscription, *, since: datetime, everything: bool) -> int:
    """How many events since then would be sent again; with `everything` also those that arrived. It stops counting."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {**_asked(subscription, since, everything), "most": MOST_REPLAYED + 1})
        return int(cursor.fetchone()[0])


@transaction.atomic
def replay_since(subscription: Subscription, *, since: datetime, everything: bool, by: User, now: datetime) -> int:
    """Send them again, the oldest first and at most ten thousand at once; how many. Their ids stay the same."""
    _check_on(subscription.pk)
    with connection.cursor() as cursor:
        cursor.execute(ALONE, [REPLAYS, subscription.pk % 2**31])
        asked = {**_asked(subscription, since, everything), "most": MOST_REPLAYED, "now": now}
        cursor.execute(REPLAY, asked)
        count = cursor.rowcount
    told = {"replayed": count, "since": since.isoformat(), "everything": everything}
    Change.objects.create(at=now, by=by, kind=KIND, subject=subscription.name, before=None, after=told)
    return count


def _check_on(subscription: int) -> None:
    """Should it be switched off a moment later, what then waits is given up like all the rest."""
    if not Subscription.objects.filter(pk=subscription, enabled=True).exists():
        raise IsOff


def _asked(subscription: Subscription, since: datetime, everything: bool) -> dict[str, Any]:
    return {"subscription": subscription.pk, "since": since, "types": list(subscription.types), "all": everything}
