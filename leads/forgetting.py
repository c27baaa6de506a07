"""What nobody can ask about any more is forgotten, some at a time: activities, answers of providers, what was told."""

from __future__ import annotations

import time
from datetime import datetime

from leads.activity.reading import KEPT_FOR
from leads.enrichment.figures import LOOKED_BACK
from leads.prepared import prepared_cursor
from notifications import forgetting as told

AT_ONCE = 1_000
EVERY_S = 600.0

OLD_ACTIVITIES = """
DELETE FROM leads_activity WHERE id = ANY(ARRAY(
    SELECT id FROM leads_activity WHERE at < %s LIMIT %s FOR UPDATE SKIP LOCKED
))
"""
# One that is kept for longer than the figures look back still answers for its provider.
OLD_ANSWERS = """
DELETE FROM leads_answer WHERE id = ANY(ARRAY(
    SELECT id FROM leads_answer WHERE at < %s AND (keep_until IS NULL OR keep_until <= %s)
    LIMIT %s FOR UPDATE SKIP LOCKED
))
"""


class Turn:
    """Whose turn it is not more often than every ten minutes, unless there was more than could be forgotten at once."""

    def __init__(self) -> None:
        self._due = 0.0

    def take(self, now: datetime) -> int:
        """Forget what is too old, if it is time to; how many."""
        if time.monotonic() < self._due:
            return 0
        forgotten = (forget_activities(now), forget_answers(now), *told.forget(now))
        self._due = 0.0 if AT_ONCE in forgotten else time.monotonic() + EVERY_S
        return sum(forgotten)


def forget_activities(now: datetime) -> int:
    """Delete a small batch of those that no window or value reaches back to; how many rows."""
    with prepared_cursor() as cursor:
        cursor.execute(OLD_ACTIVITIES, [now - KEPT_FOR, AT_ONCE])
        return cursor.rowcount


def forget_answers(now: datetime) -> int:
    """Delete a small batch of those that are neither good any more nor in the figures; how many rows."""
    with prepared_cursor() as cursor:
        cursor.execute(OLD_ANSWERS, [now - LOOKED_BACK, now, AT_ONCE])
        return cursor.rowcount
