"""What was told is personal data: it is kept for as long as somebody may want it sent again, and then it is gone.

Events that arrived everywhere go after seven days, others after thirty. Of a notice the named values go after seven,
the notice itself, with its deliveries and their tries, after thirty.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from notifications.models import Notification, OutgoingEvent

AT_ONCE = 1_000
ARRIVED, KEPT = timedelta(days=7), timedelta(days=30)
LINKS = timedelta(days=8)  # a link is good for seven

OLD_EVENTS = """
SELECT id FROM notifications_outgoingevent AS event
WHERE at < %(kept)s OR (at < %(arrived)s
    AND EXISTS (SELECT FROM notifications_delivery WHERE event_id = event.id)
    AND NOT EXISTS (SELECT FROM notifications_delivery WHERE event_id = event.id AND state <> 'sent'))
ORDER BY at LIMIT %(most)s FOR UPDATE SKIP LOCKED
"""
# Numbers rise with time, so the oldest are the first ones, and nothing else need be read.
OLD_NOTICES = """
SELECT id FROM (SELECT id, created_at FROM notifications_notification ORDER BY id LIMIT %s) AS oldest
WHERE created_at < %s
"""
OLD_VALUES = """
UPDATE notifications_notification SET context = '{}' WHERE id = ANY(ARRAY(
    SELECT id FROM notifications_notification AS notice WHERE created_at < %s AND context <> '{}'
    AND NOT EXISTS (SELECT FROM notifications_delivery WHERE notification_id = notice.id AND state = 'waiting')
    LIMIT %s FOR UPDATE SKIP LOCKED
))
"""
OLD_LINKS = """
DELETE FROM notifications_usedlink WHERE digest = ANY(ARRAY(
    SELECT digest FROM notifications_usedlink WHERE at < %s LIMIT %s FOR UPDATE SKIP LOCKED
))
"""


def forget(now: datetime) -> tuple[int, ...]:
    """Forget a small batch of each; how many of each."""
    return forget_events(now), forget_notices(now), forget_values(now), forget_links(now)


@transaction.atomic
def forget_events(now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(OLD_EVENTS, {"kept": now - KEPT, "arrived": now - ARRIVED, "most": AT_ONCE})
        ids = [pk for (pk,) in cursor.fetchall()]
    OutgoingEvent.objects.filter(pk__in=ids).delete()
    return len(ids)


@transaction.atomic
def forget_notices(now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(OLD_NOTICES, [AT_ONCE, now - KEPT])
        ids = [pk for (pk,) in cursor.fetchall()]
    Notification.objects.filter(pk__in=ids).delete()
    return len(ids)


def forget_values(now: datetime) -> int:
    """What wordings could name: who, which company, why. The sentence in the inbox stays."""
    return _written(OLD_VALUES, now - ARRIVED)


def forget_links(now: datetime) -> int:
    return _written(OLD_LINKS, now - LINKS)


def _written(statement: str, before: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, [before, AT_ONCE])
        return cursor.rowcount
