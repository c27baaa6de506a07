"""Still working it? Who accepted a lead and is not heard of again is asked at half of the time, and then loses it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import connection, transaction

from leads.clocks import silence
from leads.copying import copy_rows
from leads.crash import crash_point
from leads.ladder import steadiness, telling
from leads.ladder.batches import claim, together
from leads.ladder.moving import Leaving
from leads.ladder.taking import carry_out, team_queues
from leads.ladder.telling import STORY
from leads.models import Assignment, Lead, SlaClock, TimelineEntry
from leads.record import Ending
from leads.world import Known, known_and_held
from notifications import services as notifications
from notifications.services import Notice
from reps.spans import roughly

SILENT = """
SELECT lead_id FROM leads_slaclock
WHERE state = 'running' AND silent_at <= (SELECT coalesce(%s::timestamptz, clock_timestamp()))
AND NOT (%s AND asked_at IS NOT NULL)
ORDER BY silent_at LIMIT %s
"""
PUT_OFF = """
UPDATE leads_slaclock SET silent_at = greatest(%s::timestamptz, clock_timestamp()) + interval '30 s'
WHERE lead_id = %s AND state = 'running' AND silent_at <= coalesce(%s::timestamptz, clock_timestamp())
"""
RETURNED = Ending(Assignment.Ended.SILENT, "Accepted, and then nothing more was heard.")


def ask_and_return(*, is_held: bool, now: datetime | None, limit: int) -> int:
    """Ask whom it is time to ask, and take back what nobody was heard of; how many leads were looked at."""
    with connection.cursor() as cursor:
        cursor.execute(SILENT, [now, is_held, limit])
        due = [lead for (lead,) in cursor.fetchall()]
    return together(due, _act, PUT_OFF, now=now, limit=limit)


@transaction.atomic
def _act(leads: Sequence[int], limit: int, now: datetime | None) -> int:
    organisation = known_and_held()
    claimed, at = claim(leads, limit, now)
    running = SlaClock.objects.filter(lead__in=claimed, state=SlaClock.State.RUNNING, silent_at__lte=at)
    clocks = list(running.select_related("lead", "assignment"))
    silent = [clock for clock in clocks if clock.lead.status == Lead.Status.ACCEPTED]
    over = [clock for clock in silent if clock.asked_at is not None]

    _ask([clock for clock in silent if clock.asked_at is None], organisation, at)
    if now is None and steadiness.is_held(at):
        return len(silent) - len(over)
    _take_back(over, organisation, at)
    # Somebody was heard of: nothing is asked of him any more.
    SlaClock.objects.filter(pk__in={clock.pk for clock in clocks} - {clock.pk for clock in silent}).update(
        silent_at=None
    )
    crash_point("before_silence_commit")
    return len(clocks)


def _ask(clocks: Sequence[SlaClock], known: Known, now: datetime) -> None:
    """He has at least the other half of the time for his answer, also if he is asked late."""
    lines, notices = [], []
    for clock in clocks:
        lead = clock.lead
        holder = telling.holder_of(lead, known)
        clock.asked_at = now
        clock.silent_at = silence.ends_at(clock, known)
        lines.append((lead.pk, now, TimelineEntry.Kind.SLA, f"Asked {holder}: still working it?", lead.epoch, None))
        said = f"Still working on {lead}? Without an answer it goes to somebody else."
        user = known.reps[known.emails[lead.rep_id or 0]].user_id
        key = f"still_working:{clock.pk}:{int(now.timestamp())}"
        # What is left is his time to answer: that of the promise is no news to him.
        answer_by = {"due_at": clock.silent_at.astimezone(UTC).isoformat()} if clock.silent_at else {}
        context = telling.context_of(lead, clock, known, **answer_by)
        notices.append(Notice(user, "still_working", said, key, f"/leads/{lead.pk}/", context))
    SlaClock.objects.bulk_update(clocks, ["asked_at", "silent_at"])
    copy_rows(TimelineEntry, STORY, lines)
    notifications.tell(notices, now=now)


def _take_back(clocks: Sequence[SlaClock], known: Known, now: datetime) -> None:
    """To the backup or the next candidate, as a lead that was never accepted."""
    if not clocks:
        return
    queues = team_queues({clock.lead.rep_id for clock in clocks}, known)
    leaving, lines = [], []
    for clock in clocks:
        lead, since = clock.lead, clock.silent_since or clock.started_at
        why = f"it was accepted, and nothing more was heard for {roughly(now - since)}"
        text = f"Taken from {telling.holder_of(lead, known)}: {why}."
        lines.append((lead.pk, now, TimelineEntry.Kind.SLA, text, lead.epoch, None))
        leaving.append(
            Leaving(
                lead=lead,
                ending=RETURNED,
                why=why,
                queue=queues[lead.rep_id or 0],
                sla=str(clock.policy["slug"]),
                did="contacted",
                most=clock.policy["max_reassignments"],
            )
        )
    copy_rows(TimelineEntry, STORY, lines)
    carry_out(leaving, {clock.lead_id: clock for clock in clocks}, known, now=now)
