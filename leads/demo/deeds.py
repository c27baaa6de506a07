"""What became of each lead: when its rep accepted, called and closed it. Written for many leads at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from leads.copying import copy_rows
from leads.demo.visitors import FRESH
from leads.demo.words import number
from leads.models import Lead, TimelineEntry
from reps import hours
from reps.hours import Calendar

ASSIGNMENTS = """
UPDATE leads_assignment AS assignment
SET accepted_at = v.accepted_at, contacted_at = v.contacted_at, ended_at = v.closed_at,
    ended_as = CASE WHEN v.closed_at IS NULL THEN '' ELSE 'closed' END,
    outcome = CASE WHEN v.closed_at IS NULL THEN '' ELSE v.status END
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::text[])
    AS v (lead_id, accepted_at, contacted_at, closed_at, status)
WHERE assignment.lead_id = v.lead_id AND assignment.ended_at IS NULL
"""
CLOCKS = """
UPDATE leads_slaclock AS clock
SET state = CASE WHEN v.contacted_at IS NULL THEN 'stopped' ELSE 'finished' END,
    finished_at = coalesce(v.contacted_at, v.closed_at), next_at = NULL
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS v (lead_id, contacted_at, closed_at)
WHERE clock.lead_id = v.lead_id AND clock.state = 'running' AND coalesce(v.contacted_at, v.closed_at) IS NOT NULL
"""
LEADS = """
UPDATE leads_lead AS lead
SET status = v.status, contacted_at = v.contacted_at, closed_at = v.closed_at, changed_at = v.changed_at
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
    AS v (lead_id, status, contacted_at, closed_at, changed_at)
WHERE lead.id = v.lead_id
"""
STORY = ("lead_id", "at", "kind", "text", "by_id", "epoch")


@dataclass(slots=True)
class Held:
    """A lead in a rep's hands."""

    lead: int
    key: str  # of the visitor, for what looks like chance
    rep: str
    user: int
    calendar: Calendar
    epoch: int
    since: datetime
    stage: str
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """What a rep did about a lead, each None if he did not (yet)."""

    held: Held
    accepted_at: datetime | None
    contacted_at: datetime | None
    closed_at: datetime | None

    @property
    def status(self) -> str:
        if self.closed_at:
            return str(Lead.Status.WON if self.held.stage == "Won" else Lead.Status.LOST)
        if self.contacted_at:
            return str(Lead.Status.CONTACTED)
        return str(Lead.Status.ACCEPTED if self.accepted_at else Lead.Status.ASSIGNED)


def deed_of(held: Held, closed_at: datetime | None, now: datetime) -> Deed:
    """Most are quick, some are late, and who is only just assigned has done nothing yet."""
    if held.stage == FRESH:
        return Deed(held, None, None, None)
    begin = hours.next_open(held.calendar, held.since) or held.since
    late = number("late", held.key, below=100) >= 88
    accepted = begin + timedelta(seconds=20 + number("accept", held.key, below=140 if not late else 1200))
    talk = 60 + number("talk", held.key, below=150) if not late else 600 + number("talk", held.key, below=4 * 3600)
    contacted: datetime | None = accepted + timedelta(seconds=talk)
    if held.stage == "Prospecting" and number("silent", held.key, below=8) == 0:
        contacted = None
    end = closed_at or now
    accepted_at = min(accepted, end - timedelta(minutes=2))
    contacted_at = min(contacted, end - timedelta(minutes=1)) if contacted else None
    return Deed(held, max(accepted_at, held.since), contacted_at and max(contacted_at, held.since), closed_at)


def write(deeds: Sequence[Deed], names: dict[int, str]) -> None:
    """All of them in four statements. `names` are users' names, for the story."""
    leads = [deed.held.lead for deed in deeds]
    accepted, contacted = [deed.accepted_at for deed in deeds], [deed.contacted_at for deed in deeds]
    closed = [deed.closed_at for deed in deeds]
    statuses = [deed.status for deed in deeds]
    changed = [deed.closed_at or deed.contacted_at or deed.accepted_at or deed.held.since for deed in deeds]
    with connection.cursor() as cursor:
        cursor.execute(ASSIGNMENTS, [leads, accepted, contacted, closed, statuses])
        cursor.execute(CLOCKS, [leads, contacted, closed])
        cursor.execute(LEADS, [leads, statuses, contacted, closed, changed])
    copy_rows(TimelineEntry, STORY, (row for deed in deeds for row in _story(deed, names[deed.held.user])))


def _story(deed: Deed, name: str) -> Iterable[tuple[object, ...]]:
    lead, user, epoch = deed.held.lead, deed.held.user, deed.held.epoch
    if deed.accepted_at:
        yield (lead, deed.accepted_at, "accepted", f"{name} accepted the lead.", user, epoch)
    if deed.contacted_at:
        yield (lead, deed.contacted_at, "contacted", f"{name} contacted the lead.", user, epoch)
    if deed.closed_at:
        yield (lead, deed.closed_at, "closed", f"{name} closed the lead: {deed.status}.", user, epoch)
