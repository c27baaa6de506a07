"""From notices to deliveries: through which channels, not before when, and which of them go out as one message.

The rows are the queue; two planners may run. A notice that cannot be planned is put off, and holds up no other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection, transaction

from notifications import gathering
from notifications.kinds import BY_SLUG
from notifications.models import Channel, Delivery
from notifications.quiet import end_of_quiet
from notifications.ways import Way, Wish, way
from outgoing.crash import crash_point
from reps.database_clock import database_now

log = logging.getLogger(__name__)

BATCH = 500
SECOND_AFTER = timedelta(seconds=60)
PUT_OFF = timedelta(minutes=5)

CLAIM = """
WITH claimed AS MATERIALIZED (
    SELECT id, user_id, kind FROM notifications_notification
    WHERE due_at <= %s ORDER BY due_at, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
)
SELECT claimed.id, claimed.user_id, claimed.kind, person.is_active, wish.id, wish.first_id, wish.second_id,
       habits.quiet_from, habits.quiet_to,
       coalesce(rep.timezone, (SELECT timezone FROM reps_team WHERE manager_id = person.id ORDER BY id LIMIT 1), 'UTC')
FROM claimed JOIN reps_user AS person ON person.id = claimed.user_id
LEFT JOIN notifications_preference AS wish ON wish.user_id = claimed.user_id AND wish.kind = claimed.kind
LEFT JOIN notifications_habits AS habits ON habits.user_id = claimed.user_id
LEFT JOIN reps_rep AS rep ON rep.user_id = claimed.user_id
ORDER BY claimed.id
"""
PLANNED = "UPDATE notifications_notification SET due_at = NULL WHERE id = ANY(%s)"
LATER = "UPDATE notifications_notification SET due_at = %s WHERE due_at <= %s AND id = ANY(%s)"
DUE = "SELECT id FROM notifications_notification WHERE due_at <= %s ORDER BY due_at, id LIMIT %s"
ONE = CLAIM.replace("WHERE due_at", "WHERE id = %s AND due_at")


@dataclass(frozen=True, slots=True)
class Due:
    """One notice that is to be planned, with what its person wants."""

    id: int
    user: int
    kind: str
    active: bool
    wish: Wish | None
    quiet_from: int | None
    quiet_to: int | None
    zone: str


def plan_due(*, now: datetime | None = None, limit: int = BATCH) -> int:
    """Plan up to `limit` notices (`now`: as if it were that time); how many were claimed. 0 means that none is due."""
    try:
        return _plan(now, lambda at: _claimed(CLAIM, [at, limit]))
    except (OperationalError, InterfaceError):
        raise  # It is the database's trouble and no notice's.
    except Exception:  # Whatever one notice does to us, the others must not wait for it.
        log.exception("a batch of notices could not be planned; they are taken one by one")
    with connection.cursor() as cursor:
        cursor.execute(DUE, [now or database_now(), limit])
        due = [pk for (pk,) in cursor.fetchall()]
    return sum(_one(pk, now) for pk in due)


def _one(pk: int, now: datetime | None) -> int:
    try:
        return _plan(now, lambda at: _claimed(ONE, [pk, at, 1]))
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # The notice stays, is put off, and is looked at again and again.
        log.exception("notice %s could not be planned", pk)
        at = now or database_now()
        with connection.cursor() as cursor:
            cursor.execute(LATER, [at + PUT_OFF, at, [pk]])
        return 0


@transaction.atomic
def _plan(now: datetime | None, claim: Callable[[datetime], Sequence[Due]]) -> int:
    at = now or database_now()
    due = claim(at)
    if not due:
        return 0
    ways = _ways(due)

    told = [(one, ways[one.id]) for one in due if one.id in ways]
    starts = {one.id: end_of_quiet(at, one.zone, one.quiet_from, one.quiet_to) for one, _ in told}
    many = [gathering.Piece(one.id, one.user, one.kind) for one, _ in told if _gathers(one)]
    heads = gathering.fold(many, starts, now=at) if many else {}
    here = [gathering.Piece(one.id, one.user, one.kind) for one in due if one.id not in ways and _gathers(one)]
    if here:
        gathering.fold_in_inbox(here, now=at)
    kept = [(one, way) for one, way in told if not _gathers(one) or one.id in heads]
    Delivery.objects.bulk_create(_deliveries(kept, {**starts, **heads}, at), ignore_conflicts=True)
    crash_point("after_deliveries")
    with connection.cursor() as cursor:
        cursor.execute(PLANNED, [[one.id for one in due]])
    crash_point("before_plan_commit")
    return len(due)


def _gathers(one: Due) -> bool:
    return one.kind in BY_SLUG and BY_SLUG[one.kind].gathers


def _claimed(statement: str, values: Sequence[int | datetime]) -> list[Due]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [
            Due(pk, user, kind, active, Wish(first, second) if wish else None, quiet_from, quiet_to, zone)
            for pk, user, kind, active, wish, first, second, quiet_from, quiet_to, zone in cursor.fetchall()
        ]


def _ways(due: Sequence[Due]) -> dict[int, Way]:
    """By notice. Who is not active any more is told nothing; a kind that nobody knows stays in the inbox."""
    channels = list(Channel.objects.filter(enabled=True).order_by("pk").values_list("pk", "kind"))
    enabled = {pk for pk, _ in channels}
    mail = next((pk for pk, kind in channels if kind == Channel.Kind.EMAIL), None)
    found: Mapping[int, Way | None] = {
        one.id: way(one.kind, one.wish, enabled=enabled, mail=mail) for one in due if one.active and one.kind in BY_SLUG
    }
    return {pk: chosen for pk, chosen in found.items() if chosen is not None}


def _deliveries(told: Iterable[tuple[Due, Way]], starts: Mapping[int, datetime], now: datetime) -> list[Delivery]:
    return [
        Delivery(
            lane=lane_of(chosen.first),
            notification_id=one.id,
            user_id=one.user,
            channel_id=chosen.first,
            second_id=chosen.second,
            second_at=starts[one.id] + SECOND_AFTER if chosen.second else None,
            created_at=now,
            due_at=starts[one.id],
        )
        for one, chosen in told
    ]


def lane_of(channel: int) -> str:
    return f"channel:{channel}"
