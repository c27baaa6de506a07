"""Which steps are due, and acting on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from leads.crash import crash_point
from leads.ladder import parking, silent, steadiness, taking, telling
from leads.ladder.batches import claim, together
from leads.ladder.step import MOVES, Step, steps_of
from leads.world import known, known_and_held

BATCH = 200  # leads in one transaction
LOOKED_AT = 4  # times as many are looked at, so that two who sweep find something beside each other

# The time as a value of its own: compared with a function that never stands still, no index could be used.
DUE = """
SELECT lead_id, steps -> next_step ->> 'do' FROM leads_slaclock
WHERE state = 'running' AND next_at <= (SELECT coalesce(%s::timestamptz, clock_timestamp()))
AND NOT (%s AND steps -> next_step ->> 'do' IN ('reassign', 'queue'))
ORDER BY next_at LIMIT %s
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


def enforce_due(*, now: datetime | None = None, limit: int = BATCH) -> int:
    """Act on up to `limit` due steps of each sort (`now`: as if it were that time), at most one of each lead.

    How many were looked at; 0 means none is due, or others are at those that are. Who has to be told is told before
    leads are moved: that needs fewer locks, and waits for nobody who changes the configuration.
    """
    is_held = now is None and steadiness.is_held()
    with connection.cursor() as cursor:
        cursor.execute(DUE, [now, is_held, limit * LOOKED_AT])
        due = cursor.fetchall()
    moves = dict.fromkeys(lead for lead, do in due if do in MOVES)
    tells = dict.fromkeys(lead for lead, do in due if do not in MOVES)
    acted = together(list(tells), _tell, PUT_OFF, now=now, limit=limit)
    moved = together(list(moves), _move, PUT_OFF, now=now, limit=limit)
    acted += silent.ask_and_return(is_held=is_held, now=now, limit=limit)
    if moved:
        parking.park_lapsed(now=now)
    return acted + moved


@transaction.atomic
def _tell(leads: Sequence[int], limit: int, now: datetime | None) -> int:
    """Remind, and tell managers."""
    claimed, at = claim(leads, limit, now)
    steps = steps_of(claimed, at)
    telling.tell([step for step in steps if step.is_needed and not step.moves], known(), now=at)
    return _done([step for step in steps if not step.moves])


@transaction.atomic
def _move(leads: Sequence[int], limit: int, now: datetime | None) -> int:
    """Take leads from those who did not do what they should have."""
    organisation = known_and_held()
    claimed, at = claim(leads, limit, now)
    if now is None and steadiness.is_held(at):
        return 0
    steps = steps_of(claimed, at)
    taking.take_away([step for step in steps if step.is_needed and step.moves], organisation, now=at)
    return _done([step for step in steps if step.moves])


def _done(steps: Sequence[Step]) -> int:
    crash_point("after_step")
    with connection.cursor() as cursor:
        cursor.execute(MOVE_ON, [[step.clock.pk for step in steps], [step.number for step in steps]])
    crash_point("before_step_commit")
    return len(steps)
