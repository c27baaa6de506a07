"""Many leads in one transaction, and where that fails, one lead at a time: what is wrong with one delays no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import connection

from leads import trouble
from leads.crash import crash_point
from reps.database_clock import database_now

log = logging.getLogger(__name__)

CLAIM = """
SELECT lead.id FROM unnest(%s::bigint[]) WITH ORDINALITY AS due (id, place) JOIN leads_lead AS lead USING (id)
ORDER BY due.place LIMIT %s FOR UPDATE OF lead SKIP LOCKED
"""

# In a transaction of its own: these leads, at most so many, as if it were that time; how many were looked at.
Act = Callable[[Sequence[int], int, datetime | None], int]


def together(leads: Sequence[int], act: Act, put_off: str, *, now: datetime | None, limit: int) -> int:
    """Act on them all at once; if that fails, on each alone. `put_off` is the statement that lets one wait a little."""
    if not leads:
        return 0
    try:
        acted = act(leads, limit, now)
    except Exception as failure:  # Found again below, in the one lead whose doing it is.
        if trouble.is_of_the_server(failure):
            raise
        if trouble.is_passing(failure):
            return 0
        return sum(_alone(lead, act, put_off, now) for lead in leads[:limit])
    crash_point("after_step_commit")
    return acted


def claim(leads: Sequence[int], limit: int, now: datetime | None) -> tuple[list[int], datetime]:
    """Those of these leads that nobody else is at, locked, longest due first; and the time since they are."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [list(leads), limit])
        claimed = [lead for (lead,) in cursor.fetchall()]
    return claimed, now or database_now()


def _alone(lead: int, act: Act, put_off: str, now: datetime | None) -> int:
    try:
        acted = act([lead], 1, now)
    except Exception as failure:  # Loud in the log, and tried again and again; only the others go on.
        if trouble.is_of_the_server(failure):
            raise
        if trouble.is_passing(failure):
            return 0
        log.exception("the step of lead %s failed", lead)
        with connection.cursor() as cursor:
            cursor.execute(put_off, [now, lead, now])
        return 1
    crash_point("after_step_commit")
    return acted
