"""Activities older than any window or value can reach back are forgotten, some at a time, by the sweeper."""

from __future__ import annotations

import time
from datetime import datetime

from leads.activity.reading import KEPT_FOR
from leads.prepared import prepared_cursor

AT_ONCE = 1_000
EVERY_S = 600.0

FORGET = """
DELETE FROM leads_activity WHERE id = ANY(ARRAY(
    SELECT id FROM leads_activity WHERE at < %s LIMIT %s FOR UPDATE SKIP LOCKED
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
        forgotten = forget_old(now)
        self._due = 0.0 if forgotten == AT_ONCE else time.monotonic() + EVERY_S
        return forgotten


def forget_old(now: datetime) -> int:
    """Delete a small batch of what nobody can ask about any more; how many rows."""
    with prepared_cursor() as cursor:
        cursor.execute(FORGET, [now - KEPT_FOR, AT_ONCE])
        return cursor.rowcount
