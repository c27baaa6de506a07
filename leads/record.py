"""Writing what was decided: decision, assignment, promise, ledger, story and message, in the same transaction.

Rows are gathered for the whole batch and copied in at once: the commit, not the lead, is what costs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.changing import change
from leads.clocks import breaches, waiting
from leads.copying import copy_rows
from leads.crash import crash_point
from leads.deciding import Decided
from leads.models import Assignment, Lead, SlaClock, TimelineEntry, Touch
from leads.outgoing_events import EVENT
from leads.people import NEXT_IDS
from leads.prepared import ask_together, prepared_cursor
from leads.promises import Promises
from leads.rows import Writer
from leads.tables import (
    ASSIGNMENT,
    CLOCK,
    DECISION,
    LEDGER,
    NEW_LEAD,
    NOTICE,
    STORY,
    TOUCH,
    Row,
    Rows,
)
from leads.world import Known
from notifications.models import Notification, OutgoingEvent
from routing.models import Decision, LedgerLine

END_ASSIGNMENTS = """
UPDATE leads_assignment SET ended_at = %s, ended_as = %s, end_reason = %s WHERE lead_id = ANY(%s) AND ended_at IS NULL
"""
STOP_CLOCKS = """
UPDATE leads_slaclock SET state = 'stopped', finished_at = %s, next_at = NULL
WHERE lead_id = ANY(%s) AND state = 'running'
"""
ADD_LEVELS = """
UPDATE routing_member AS member SET level = member.level + v.amount, opened = member.opened OR v.opened
FROM unnest(%s::bigint[], %s::float8[], %s::bool[]) AS v (id, amount, opened) WHERE member.id = v.id
"""


@dataclass(frozen=True, slots=True)
class Ending:
    """How assignments end that these decisions take away: the code, and why in words."""

    code: str
    reason: str


def write(
    decided: Sequence[Decided], known: Known, *, now: datetime, cause: str, ending: Ending, told: bool = False
) -> None:
    """Write these decisions and all that follows from them; `ending` is said of assignments that end by it.

    `told`: the caller writes the line of the story himself, with who did it.
    """
    rows = Rows()
    promises, since = Promises(known, now), waiting.since_when(decided, now)
    decision_ids, assignment_ids = ask_together(
        (NEXT_IDS, ["routing_decision", len(decided)]), (NEXT_IDS, ["leads_assignment", len(decided)])
    )

    def decisions() -> Iterator[Row]:
        for one, (decision_id,), (assignment_id,) in zip(decided, decision_ids, assignment_ids, strict=True):
            Writer(one, known, rows, promises, since, now, told).write(decision_id, assignment_id, cause)
            yield rows.decisions.pop()

    # The server takes in the decisions, the largest rows of all, while what follows from the next ones is worked out.
    copy_rows(Decision, DECISION, decisions())
    flush(rows, now=now, ending=ending)


def flush(rows: Rows, *, now: datetime, ending: Ending) -> None:
    """Write all rows of a batch; `now` and `ending` are said of the assignments that end by it."""
    if rows.left:
        breaches.note_ending(rows.left, now)
    with prepared_cursor() as cursor:
        if rows.left:
            cursor.execute(END_ASSIGNMENTS, [now, ending.code, ending.reason, rows.left])
            cursor.execute(STOP_CLOCKS, [now, rows.left])
        if rows.amounts:
            ids = list(rows.amounts)
            cursor.execute(ADD_LEVELS, [ids, list(rows.amounts.values()), [one in rows.opened for one in ids]])
    crash_point("after_levels")
    copy_rows(Decision, DECISION, rows.decisions)
    crash_point("after_decisions")
    copy_rows(Lead, NEW_LEAD, rows.new_leads)
    if rows.changed_leads:
        change(rows.changed_leads)
    crash_point("after_leads")
    copy_rows(Assignment, ASSIGNMENT, rows.assignments)
    crash_point("after_assignments")
    copy_rows(SlaClock, CLOCK, rows.clocks)
    crash_point("after_clocks")
    copy_rows(Touch, TOUCH, rows.touches)
    copy_rows(TimelineEntry, STORY, rows.story)
    crash_point("after_story")
    copy_rows(LedgerLine, LEDGER, rows.ledger)
    copy_rows(Notification, NOTICE, rows.notices)
    copy_rows(OutgoingEvent, EVENT, rows.events)
