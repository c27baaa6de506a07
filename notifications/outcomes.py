"""What became of calls, written for all that ended together: attempts, states, the lanes, and who is told instead.

Only who still holds a lease may say how its delivery stands; whoever comes late leaves his attempt and nothing else.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from notifications import lanes
from notifications.models import Channel, Delivery, Subscription
from notifications.services import tell_revops

MOST_ATTEMPTS = 8
LONGEST_REST = timedelta(hours=1)  # that a receiver may ask for
OLD, VERY_OLD = timedelta(hours=24), timedelta(hours=48)
TOO_OLD = "It could not be sent within a day."
LONGEST_PROBLEM = 200

MARK = """
UPDATE notifications_delivery AS delivery
SET state = CASE WHEN v.state = 'waiting' AND created_at <= %s THEN 'dead' ELSE v.state END,
    due_at = v.due_at, sent_at = v.sent_at, problem = v.problem, attempts = attempts - v.free,
    lease_token = NULL, lease_until = NULL
FROM unnest(%s::bigint[], %s::uuid[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::int[])
    AS v (id, token, state, due_at, sent_at, problem, free)
WHERE delivery.id = v.id AND delivery.lease_token = v.token AND delivery.state = 'waiting'
RETURNING delivery.id, delivery.state
"""
PUT_OFF = """
UPDATE notifications_delivery SET due_at = %s, attempts = attempts - 1, lease_token = NULL, lease_until = NULL
WHERE id = %s AND lease_token = %s AND state = 'waiting'
"""
# Of deliveries that are still there: what is told of may be erased meanwhile.
TRIED = """
INSERT INTO notifications_attempt (delivery_id, at, took_ms, ok, status, problem)
SELECT v.* FROM unnest(%s::bigint[], %s::timestamptz[], %s::int[], %s::bool[], %s::smallint[], %s::text[])
    AS v (id, at, took_ms, ok, status, problem) JOIN notifications_delivery AS delivery USING (id)
"""
# A message for the second channel: of what has not arrived in time, or never will.
INSTEAD = """
WITH late AS (
    UPDATE notifications_delivery SET second_at = NULL WHERE id IN (
        SELECT id FROM notifications_delivery WHERE {} ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED
    ) RETURNING id, notification_id, user_id, second_id
)
INSERT INTO notifications_delivery
    (key, lane, notification_id, user_id, channel_id, instead_of_id, state, created_at, due_at, attempts, problem)
SELECT gen_random_uuid(), 'channel:' || channel.id, notification_id, user_id, channel.id, late.id, 'waiting', %s, %s, 0,
       ''
FROM late JOIN notifications_channel AS channel ON channel.id = late.second_id AND channel.enabled
ORDER BY late.id ON CONFLICT DO NOTHING
"""
INSTEAD_OF_LATE = INSTEAD.format("state = 'waiting' AND second_at <= %s")
INSTEAD_OF_DEAD = INSTEAD.format("id = ANY(%s) AND second_at IS NOT NULL")
# Of lanes that are switched off, with the reason.
SWITCHED_OFF = """
UPDATE notifications_delivery AS delivery
SET state = 'dead', lease_token = NULL, lease_until = NULL, problem = left(coalesce(nullif(off.reason, ''), %s), 200)
FROM (
    SELECT 'channel:' || id AS lane, off_reason AS reason FROM notifications_channel WHERE NOT enabled
    UNION ALL
    SELECT 'subscription:' || id, off_reason FROM notifications_subscription WHERE NOT enabled
) AS off WHERE delivery.lane = off.lane AND delivery.state = 'waiting' RETURNING delivery.id
"""
EXPIRED = """
UPDATE notifications_delivery
SET state = 'dead', lease_token = NULL, lease_until = NULL, problem = CASE WHEN problem = '' THEN %s ELSE problem END
WHERE state = 'waiting' AND due_at <= %s AND created_at <= CASE WHEN attempts > 0 THEN %s ELSE %s END RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Result:
    """How one call ended. `counts`: whether it says anything about how its receiver is doing."""

    leased: lanes.Leased
    at: datetime
    took_ms: int
    ok: bool
    status: int | None = None
    problem: str = ""
    permanent: bool = False
    retry_after_s: float | None = None
    gone: bool = False
    counts: bool = True


def mark(results: Sequence[Result], *, now: datetime) -> None:
    """Write how these calls ended, in the caller's transaction."""
    rows = [_row(one, now) for one in results]
    with connection.cursor() as cursor:
        cursor.execute(MARK, [now - OLD, *map(list, zip(*rows, strict=True))])
        dead = [pk for pk, state in cursor.fetchall() if state == Delivery.State.DEAD]
        said = [(one.leased.delivery, one.at, one.took_ms, one.ok, one.status, _said(one)) for one in results]
        cursor.execute(TRIED, list(map(list, zip(*said, strict=True))))
    _tell_lanes(results, now)
    for one in results:
        if one.gone:
            _switch_off(one.leased.lane, _said(one), now)
    take_over(dead, now=now)


def put_off(leased: lanes.Leased, until: datetime) -> None:
    """Nobody was called, and nobody is to be until then: that was no try."""
    with connection.cursor() as cursor:
        cursor.execute(PUT_OFF, [until, leased.delivery, leased.token])


def _row(one: Result, now: datetime) -> tuple[int, uuid.UUID, str, datetime, datetime | None, str, int]:
    leased, problem = one.leased, _said(one)
    if one.ok:
        return leased.delivery, leased.token, Delivery.State.SENT, now, now, "", 0
    is_asked = one.retry_after_s is not None
    if one.permanent or one.gone or (leased.attempts >= MOST_ATTEMPTS and not is_asked):
        return leased.delivery, leased.token, Delivery.State.DEAD, now, None, problem, 0
    wait = lanes.wait_after(leased.attempts)
    if one.retry_after_s is not None:
        wait += min(LONGEST_REST, timedelta(seconds=one.retry_after_s))
    # Being asked to come back later is no try that failed.
    return leased.delivery, leased.token, Delivery.State.WAITING, now + wait, None, problem, int(is_asked)


def _said(one: Result) -> str:
    return one.problem.replace("\x00", "")[:LONGEST_PROBLEM]


def _tell_lanes(results: Sequence[Result], now: datetime) -> None:
    names = sorted({one.leased.lane for one in results})
    took = [name for name in names if any(_is_well(one) for one in results if one.leased.lane == name)]
    if took:
        lanes.took(took, now)
    for name in names:
        mine = [one for one in results if one.leased.lane == name and one.counts]
        for one in mine:
            if one.retry_after_s is not None:
                until = now + min(LONGEST_REST, timedelta(seconds=one.retry_after_s))
                lanes.asked_to_rest(name, until, _said(one), now)
        bad = [one for one in mine if not (one.ok or one.permanent or one.gone)]
        bad = [one for one in bad if one.retry_after_s is None]
        if bad and name not in took:
            lanes.failed(name, len(bad), _said(bad[-1]), now)


def _is_well(one: Result) -> bool:
    """A receiver that takes a message, or says of one message that it will not, is at work."""
    return one.counts and (one.ok or (one.permanent and one.status is not None and not one.gone))


def _switch_off(lane: str, problem: str, now: datetime) -> None:
    """Nothing will ever be taken there again: it is switched off, with the reason, and RevOps is told."""
    kind, _, number = lane.partition(":")
    model: type[Channel] | type[Subscription] = Channel if kind == "channel" else Subscription
    row = model.objects.select_for_update(no_key=True).filter(pk=number, enabled=True).first()
    if row is None:
        return
    row.enabled, row.off_reason, row.changed_at = False, problem, now
    row.save(update_fields=["enabled", "off_reason", "changed_at"])
    text = f"{row.name} was switched off: {problem}"
    link = f"/channels/{row.slug}/" if isinstance(row, Channel) else f"/webhooks/{row.pk}/"
    tell_revops("trouble", text, key=f"off:{lane}:{now.timestamp():.0f}", link=link, now=now)
    end_switched_off(now=now)


def end_switched_off(*, now: datetime) -> None:
    """What waits for a receiver that is switched off is dead, and says why."""
    with connection.cursor() as cursor:
        cursor.execute(SWITCHED_OFF, ["It was switched off."])
        dead = [pk for (pk,) in cursor.fetchall()]
    take_over(dead, now=now)


def end_expired(*, now: datetime) -> None:
    """What could not be sent for a day is dead; if it was never its turn, after two (quiet hours are not its fault)."""
    with connection.cursor() as cursor:
        cursor.execute(EXPIRED, [TOO_OLD, now, now - OLD, now - VERY_OLD])
        dead = [pk for (pk,) in cursor.fetchall()]
    take_over(dead, now=now)


def take_over(dead: Sequence[int], *, now: datetime) -> None:
    """The second channel at once, for what will never arrive by the first."""
    if dead:
        with connection.cursor() as cursor:
            cursor.execute(INSTEAD_OF_DEAD, [list(dead), now, now])


def take_over_late(*, now: datetime) -> None:
    """The second channel, for what has not arrived by the first in its time; that goes on trying."""
    with connection.cursor() as cursor:
        cursor.execute(INSTEAD_OF_LATE, [now, now, now])
