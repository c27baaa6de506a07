"""A promise whose time has passed without contact is noted once: on its clock, and in the story of its lead.

Whether it was kept follows from its times alone, whenever anybody looks; this is only how people hear of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from leads import outgoing_events
from leads.copying import copy_rows
from leads.crash import crash_point
from leads.models import SlaClock, TimelineEntry
from leads.prepared import prepared_cursor
from leads.sla import dump_duration

BATCH = 1000
STORY = ("lead_id", "at", "kind", "text", "epoch")

# Leads first, as everybody else does; whoever is at one of them just now notes it himself, or it is for the next round.
LOCK_DUE = """
SELECT clock.id FROM leads_slaclock AS clock JOIN leads_lead AS lead ON lead.id = clock.lead_id
WHERE clock.state = 'running' AND clock.breach_noted_at IS NULL AND clock.due_at < %s
ORDER BY clock.due_at LIMIT %s FOR NO KEY UPDATE OF lead SKIP LOCKED
"""
NOTE = """
UPDATE leads_slaclock AS clock SET breach_noted_at = %s
FROM leads_lead AS lead
LEFT JOIN reps_rep AS rep ON rep.id = lead.rep_id LEFT JOIN reps_user AS person ON person.id = rep.user_id
LEFT JOIN routing_queue AS queue ON queue.id = lead.queue_id
WHERE lead.id = clock.lead_id AND clock.state = 'running' AND clock.breach_noted_at IS NULL AND clock.due_at < %s
"""
NOTED = """
RETURNING clock.id, clock.lead_id, clock.due_at, lead.epoch, clock.policy ->> 'name',
    (clock.policy ->> 'respond_within_s')::float8, person.name, queue.name
"""
NOTE_DUE = f"{NOTE} AND clock.id = ANY(%s::bigint[]) {NOTED}"
NOTE_ENDING = f"{NOTE} AND clock.lead_id = ANY(%s::bigint[]) {NOTED}"


def note_due(now: datetime | None = None) -> int:
    """Note the promises that are past due (`now`: as if it were that time), in one batch; how many. 0: none is left."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(%s::timestamptz, clock_timestamp())", [now])
            ((at,),) = cursor.fetchall()
            cursor.execute(LOCK_DUE, [at, BATCH])
            due = [clock for (clock,) in cursor.fetchall()]
        noted = _note(NOTE_DUE, due, at) if due else 0
        crash_point("before_breaches_commit")
    return noted


def note_ending(leads: Sequence[int], now: datetime) -> None:
    """Of promises that end now: those that are late already, should no sweep have come by. The leads are locked."""
    _note(NOTE_ENDING, leads, now)


def _note(statement: str, which: Sequence[int], now: datetime) -> int:
    """The line stands where the promise was broken, whenever that was seen."""
    with prepared_cursor() as cursor:
        broken = cursor.execute(statement, [now, now, list(which)]).fetchall()
    story = ((lead, due, TimelineEntry.Kind.SLA, _in_words(*words), epoch) for _, lead, due, epoch, *words in broken)
    copy_rows(TimelineEntry, STORY, story)
    if broken:
        outgoing_events.breached(SlaClock.objects.filter(pk__in=[clock for clock, *_ in broken]), now=now)
    return len(broken)


def _in_words(policy: str | None, seconds: float | None, rep: str | None, queue: str | None) -> str:
    span = f" within {dump_duration(timedelta(seconds=seconds))}" if seconds else " in time"
    named = f" ({policy})" if policy else ""
    who = f"{rep} has not contacted the lead" if rep else f"nobody has taken the lead from {queue or 'the queue'}"
    return f"Promise missed: {who}{span}{named}."
