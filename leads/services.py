"""What a rep does with a lead: accept, contact, close; and what RevOps does with an event: replay.

One function, one transaction; the lead's row is locked first. An act names the `epoch` it was shown; if the lead has
moved on since, it raises `AlreadyTaken` instead of touching what is somebody else's by now. Handing over is in
`leads.handover`.
"""

from __future__ import annotations

from datetime import datetime

from leads import handover, outgoing_events
from leads.clocks import silence
from leads.holding import AlreadyTaken, NotPossible, act, check_holder, finish_clock, locked, tell_story
from leads.models import Assignment, InboundEvent, Lead, SlaClock, TimelineEntry
from leads.world import known_and_held
from notifications.subscriptions import catalogue
from reps.models import User


@act
def accept(lead: Lead, *, by: User, now: datetime, epoch: int | None = None) -> Lead:
    """The holder takes the lead on; a rep of the team takes one that waits in the team's queue. Twice is once."""
    if lead.status == Lead.Status.QUEUED:
        known_and_held()  # before the lead, as everywhere
    lead = locked(lead, epoch)
    if lead.status == Lead.Status.QUEUED:
        return handover.claim(lead, by=by, now=now)
    check_holder(lead, by)
    if lead.status in (Lead.Status.ACCEPTED, Lead.Status.CONTACTED):
        return lead

    lead.status = Lead.Status.ACCEPTED
    lead.changed_at = now
    lead.save(update_fields=["status", "changed_at"])
    lead.assignments.filter(ended_at=None).update(accepted_at=now)
    silence.begin(lead, at=now)
    tell_story(lead, TimelineEntry.Kind.ACCEPTED, f"{by} accepted the lead.", by, now)
    outgoing_events.tell(lead, catalogue.ACCEPTED, now=now)
    return lead


@act
def still_working(lead: Lead, *, by: User, now: datetime, epoch: int | None = None) -> Lead:
    """The holder says that he still works on what he accepted: the time in which he must be heard of begins anew."""
    lead = locked(lead, epoch)
    check_holder(lead, by)
    if lead.status != Lead.Status.ACCEPTED:
        return lead

    silence.begin(lead, at=now)
    tell_story(lead, TimelineEntry.Kind.ACCEPTED, f"{by} still works on it.", by, now)
    return lead


@act
def contact(lead: Lead, *, by: User, now: datetime, epoch: int | None = None) -> Lead:
    """The holder has spoken to the lead: the promise is kept, or its lateness known. Twice is once."""
    lead = locked(lead, epoch)
    check_holder(lead, by)
    if lead.status == Lead.Status.CONTACTED:
        return lead

    lead.status = Lead.Status.CONTACTED
    lead.contacted_at = now
    lead.changed_at = now
    lead.save(update_fields=["status", "contacted_at", "changed_at"])
    current = lead.assignments.get(ended_at=None)
    current.accepted_at = current.accepted_at or now
    current.contacted_at = now
    current.save(update_fields=["accepted_at", "contacted_at"])
    finish_clock(lead, SlaClock.State.FINISHED, now)
    tell_story(lead, TimelineEntry.Kind.CONTACTED, f"{by} contacted the lead.", by, now)
    outgoing_events.tell(lead, catalogue.CONTACTED, now=now)
    return lead


@act
def close(lead: Lead, *, by: User, status: str, now: datetime, epoch: int | None = None) -> Lead:
    """The lead is won, lost or disqualified: its rep's place is free from this very instant."""
    if status not in Lead.CLOSED:
        raise NotPossible(f"A lead is closed as one of {', '.join(Lead.CLOSED)}, not as {status!r}.")
    lead = locked(lead, epoch)
    if not (by.is_revops or by.is_manager):
        check_holder(lead, by)
    if not lead.is_open:
        raise AlreadyTaken(f"The lead is not open: {lead.get_status_display().lower()}.")

    lead.status = status
    lead.closed_at = now
    lead.changed_at = now
    lead.save(update_fields=["status", "closed_at", "changed_at"])
    lead.assignments.filter(ended_at=None).update(ended_at=now, ended_as=Assignment.Ended.CLOSED, outcome=status)
    finish_clock(lead, SlaClock.State.STOPPED, now)
    tell_story(lead, TimelineEntry.Kind.CLOSED, f"{by} closed the lead: {lead.get_status_display().lower()}.", by, now)
    outgoing_events.tell(lead, catalogue.CLOSED, now=now)
    return lead


@act
def replay(event: InboundEvent, *, now: datetime) -> InboundEvent:
    """Read a stored delivery again, say after its mapping was mended. What it brought in before stays once."""
    event = InboundEvent.objects.select_for_update().get(pk=event.pk)
    if event.status not in InboundEvent.OPEN:
        event.status = InboundEvent.Status.WAITING
        event.due_at = now
        event.attempts = 0
        event.problem = ""
        event.finished_at = None
        event.save(update_fields=["status", "due_at", "attempts", "problem", "finished_at"])
    return event
