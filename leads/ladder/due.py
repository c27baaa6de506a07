"""Which steps are due, and acting on them: many leads in one transaction, and where that fails, one lead at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import connection, transaction

from leads import trouble
from leads.crash import crash_point
from leads.database_clock import database_now
from leads.ladder import taking, telling
from leads.ladder.step import MOVES, Step, steps_of
from leads.world import known, known_and_held

log = logging.getLogger(__name__)

BATCH = 200  # leads in one transaction
LOOKED_AT = 4  # times as many are looked at, so that two who sweep find something beside each other

# The time as a value of its own: compared with a function that never stands still, no index could be used.
DUE = """
SELECT lead_id, steps -> next_step ->> 'do' FROM leads_slaclock
WHERE state = 'running' AND next_at <= (SELECT coalesce(%s::timestamptz, clock_timestamp()))
ORDER BY next_at LIMIT %s
"""
CLAIM = """
SELECT lead.id FROM unnest(%s::bigint[]) WITH ORDINALITY AS due (id, place) JOIN leads_lead AS lead USING (id)
ORDER BY due.place LIMIT %s FOR UPDATE OF lead SKIP LOCKED
"""
# The ladder's next step, or none: measuring goes on until the lead is contacted or leaves.
MOVE_ON = """
UPDATE leads_slaclock AS clock
SET next_step = clock.next_step + 1, next_at = (clock.steps -> (clock.next_step + 1) ->> 'at')::timestamptz
FROM unnest(%s::bigint[], %s::int[]) AS acted (id, step)
WHERE clock.id = acted.id AND clock.next_step = acted.step AND clock.state = 'running'
"""
PUT_OFF = """
UPDATE leads_slaclock SET next_at = greatest(%s::timestamptz, clock_timestamp()) + interval '30 s'
WHERE lead_id = %s AND state = 'running' AND next_at <= coalesce(%s::timestamptz, clock_timestamp())
"""

Act = Callable[[Sequence[int], int, datetime | None], int]


def enforce_due(*, now: datetime | None = None, limit: int = BATCH) -> int:
    """Act on up to `limit` due steps of either sort (`now`: as if it were that time), at most one of each lead.

    How many were looked at; 0 means none is due, or others are at those that are. Who has to be told is told before
    leads are moved: that needs fewer locks, and waits for nobody who changes the configuration.
    """
    with connection.cursor() as cursor:
        cursor.execute(DUE, [now, limit * LOOKED_AT])
        due = cursor.fetchall()
    moves = dict.fromkeys(lead for lead, do in due if do in MOVES)
    tells = dict.fromkeys(lead for lead, do in due if do not in MOVES)
    return together(list(tells), limit, now, _tell) + together(list(moves), limit, now, _move)


def together(leads: Sequence[int], limit: int, now: datetime | None, act: Act) -> int:
    """All in one transaction. If that fails, each in its own: what fails about one lead delays no other."""
    if not leads:
        return 0
    try:
        acted = act(leads, limit, now)
    except Exception as failure:  # Found again below, in the one lead whose doing it is.
        if trouble.is_of_the_server(failure):
            raise
        return sum(_apart(lead, now, act) for lead in leads[:limit])
    crash_point("after_step_commit")
    return acted


def _apart(lead: int, now: datetime | None, act: Act) -> int:
    """Whatever fails about one lead, the others' promises do not wait for it; its own is tried again a little later."""
    try:
        acted = act([lead], 1, now)
    except Exception as failure:  # Loud in the log, and tried again and again; only the others go on.
        if trouble.is_of_the_server(failure):
            raise
        if trouble.is_passing(failure):
            return 0
        log.exception("the step of lead %s failed", lead)
        with connection.cursor() as cursor:
            cursor.execute(PUT_OFF, [now, lead, now])
        return 1
    crash_point("after_step_commit")
    return acted


@transaction.atomic
def _tell(leads: Sequence[int], limit: int, now: datetime | None) -> int:
    """Remind, and tell managers."""
    steps, at = _claim(leads, limit, now)
    telling.tell([step for step in steps if step.is_needed and not step.moves], known(), now=at)
    return _done([step for step in steps if not step.moves])


@transaction.atomic
def _move(leads: Sequence[int], limit: int, now: datetime | None) -> int:
    """Take leads from those who did not do what they should have."""
    organisation = known_and_held()
    steps, at = _claim(leads, limit, now)
    taking.take_away([step for step in steps if step.is_needed and step.moves], organisation, now=at)
    return _done([step for step in steps if step.moves])


def _claim(leads: Sequence[int], limit: int, now: datetime | None) -> tuple[list[Step], datetime]:
    """The due steps of these leads, as they are now that nobody else is at them."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [list(leads), limit])
        claimed = [lead for (lead,) in cursor.fetchall()]
    at = now or database_now()
    return steps_of(claimed, at), at


def _done(steps: Sequence[Step]) -> int:
    crash_point("after_step")
    with connection.cursor() as cursor:
        cursor.execute(MOVE_ON, [[step.clock.pk for step in steps], [step.number for step in steps]])
    crash_point("before_step_commit")
    return len(steps)
