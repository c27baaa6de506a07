"""Many notices of a kind to one person become one message a minute: "137 leads unacknowledged".

The first goes at once. What comes after it is folded into the next one, which goes a minute later, for as long as
nobody has begun to send that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

APART = timedelta(seconds=60)
OUTBOX = 0x0B0C  # our own among the locks that applications take

# Whose messages are gathered is settled by one planner at a time.
ALONE = "SELECT pg_advisory_xact_lock(%s, person) FROM (SELECT unnest(%s::int[]) AS person ORDER BY 1) AS people"
# Locked, so that none of them is being sent while more is folded into it.
LATEST = """
SELECT delivery.user_id, notice.kind, delivery.notification_id, delivery.due_at,
       delivery.state = 'waiting' AND delivery.lease_token IS NULL AND delivery.attempts = 0
FROM notifications_delivery AS delivery JOIN notifications_notification AS notice ON notice.id = notification_id
WHERE delivery.user_id = ANY(%s) AND delivery.instead_of_id IS NULL AND notice.kind = ANY(%s)
  AND (delivery.due_at > %s OR delivery.state = 'waiting')
ORDER BY delivery.due_at, delivery.id FOR NO KEY UPDATE OF delivery
"""
FOLD = """
UPDATE notifications_notification AS notice SET folded_into_id = v.head
FROM unnest(%s::bigint[], %s::bigint[]) AS v (id, head) WHERE notice.id = v.id
"""
# Of those who hear of it here alone: the line to which what comes now is added, for as long as nobody has read it.
UNREAD = """
SELECT DISTINCT ON (user_id, kind) user_id, kind, id FROM notifications_notification
WHERE user_id = ANY(%s) AND kind = ANY(%s) AND seen_at IS NULL AND folded_into_id IS NULL AND due_at IS NULL
  AND created_at > %s
ORDER BY user_id, kind, created_at DESC, id DESC
"""

Group = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """One notice of a kind that gathers."""

    id: int
    user: int
    kind: str


def fold(pieces: Sequence[Piece], starts: Mapping[int, datetime], *, now: datetime) -> dict[int, datetime]:
    """Fold these notices, in the caller's transaction; those that become messages of their own, and when they go."""
    groups: dict[Group, list[Piece]] = {}
    for one in pieces:
        groups.setdefault((one.user, one.kind), []).append(one)
    open_heads, last = _latest(groups, now)

    heads: dict[int, datetime] = {}
    folded: dict[int, int] = {}
    for group, members in groups.items():
        head = open_heads.get(group)
        if head is None:
            head = members[0].id
            soonest = last[group] + APART if group in last else now
            heads[head] = max(starts[head], soonest)
        folded |= {one.id: head for one in members if one.id != head}
    if folded:
        with connection.cursor() as cursor:
            cursor.execute(FOLD, [list(folded), list(folded.values())])
    return heads


def fold_in_inbox(pieces: Sequence[Piece], *, now: datetime) -> None:
    """The same for notices that no channel carries: in the inbox, too, they are one line a minute."""
    users, kinds = sorted({one.user for one in pieces}), sorted({one.kind for one in pieces})
    with connection.cursor() as cursor:
        cursor.execute(UNREAD, [users, kinds, now - APART])
        heads: dict[Group, int] = {(user, kind): head for user, kind, head in cursor.fetchall()}
        folded = {one.id: head for one in pieces if (head := heads.setdefault((one.user, one.kind), one.id)) != one.id}
        cursor.execute(FOLD, [list(folded), list(folded.values())])


def _latest(groups: Mapping[Group, object], now: datetime) -> tuple[dict[Group, int], dict[Group, datetime]]:
    """By person and kind: the message that nobody has begun to send, and when the last one was to go."""
    users, kinds = sorted({user for user, _ in groups}), sorted({kind for _, kind in groups})
    with connection.cursor() as cursor:
        cursor.execute(ALONE, [OUTBOX, [user % 2**31 for user in users]])
        cursor.execute(LATEST, [users, kinds, now - APART])
        found = cursor.fetchall()
    open_heads = {(user, kind): head for user, kind, head, _, is_open in found if is_open}
    # One that is tried again later was begun by now: what is new does not wait for that.
    last = {(user, kind): min(due_at, now) for user, kind, _, due_at, _ in found if due_at > now - APART}
    return open_heads, last
