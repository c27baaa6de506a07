"""The ladder of a promise: each step that is due is acted on once, in the order of the ladder, and never early.

Whatever runs this (the sweeper, a Celery task, `enforce_slas`), two may run at once. The lead's row is locked first,
so an acceptance that was committed before always wins.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import connection, transaction

from leads import handover, standing, trouble
from leads.crash import crash_point
from leads.database_clock import database_now
from leads.models import Assignment, Lead, SlaClock, TimelineEntry
from leads.record import Ending
from leads.world import Known, known, known_and_held
from notifications.models import Notification
from routing.engine.bench import Needs, Presence, exclusion
from routing.engine.seat import MOST_BACKUPS
from routing.engine.world import Standing
from routing.models import Decision

log = logging.getLogger(__name__)

BATCH = 100

DUE = """
SELECT lead_id FROM leads_slaclock
WHERE state = 'running' AND next_at <= coalesce(%s::timestamptz, clock_timestamp()) ORDER BY next_at LIMIT %s
"""
PUT_OFF = """
UPDATE leads_slaclock SET next_at = greatest(%s::timestamptz, clock_timestamp()) + interval '30 s'
WHERE lead_id = %s AND state = 'running' AND next_at <= coalesce(%s::timestamptz, clock_timestamp())
"""
STILL_UNTOUCHED = {
    "accepted": (Lead.Status.ASSIGNED, Lead.Status.QUEUED),
    "contacted": (Lead.Status.ASSIGNED, Lead.Status.ACCEPTED, Lead.Status.QUEUED),
}


def enforce_due(*, now: datetime | None = None, limit: int = BATCH) -> int:
    """Act on up to `limit` due steps (`now`: as if it were that time); how many were looked at. 0 means none is due."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, [now, limit])
        due = [row[0] for row in cursor.fetchall()]
    return sum(_enforce_apart(lead_id, now) for lead_id in due)


def _enforce_apart(lead_id: int, now: datetime | None) -> int:
    """Whatever fails about one lead, the others' promises do not wait for it; its own is tried again a little later."""
    try:
        acted = _enforce(lead_id, now)
    except Exception as failure:  # Loud in the log, and tried again and again; only the others go on.
        if trouble.is_of_the_server(failure):
            raise
        if trouble.is_passing(failure):
            return 0
        log.exception("the step of lead %s failed", lead_id)
        with connection.cursor() as cursor:
            cursor.execute(PUT_OFF, [now, lead_id, now])
        return 1
    crash_point("after_step_commit")
    return acted


@transaction.atomic
def _enforce(lead_id: int, now: datetime | None) -> int:
    """The next due step of one lead, if nobody else is at it."""
    lead = Lead.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=lead_id).first()
    if lead is None:
        return 0
    at = now or database_now()
    clock = SlaClock.objects.filter(lead=lead, state=SlaClock.State.RUNNING, next_at__lte=at).first()
    if clock is None:
        return 0

    step = clock.steps[clock.next_step]
    if lead.status in STILL_UNTOUCHED[step["unless"]]:
        _act(lead, clock, step["do"], at)
        crash_point("after_step")
    _move_on(clock)
    crash_point("before_step_commit")
    return 1


def _move_on(clock: SlaClock) -> None:
    """The ladder's next step, or none: measuring goes on until the lead is contacted or leaves."""
    following = clock.next_step + 1
    next_at = clock.steps[following]["at"] if following < len(clock.steps) else None
    SlaClock.objects.filter(pk=clock.pk, next_step=clock.next_step, state=SlaClock.State.RUNNING).update(
        next_step=following, next_at=next_at
    )


def _act(lead: Lead, clock: SlaClock, do: str, now: datetime) -> None:
    """One step, written into the lead's story; the story's unique (lead, epoch, step) is a second net."""
    holder = str(lead.rep) if lead.rep else "the queue"
    words = {
        "remind": f"Reminded {holder}: not {clock.steps[clock.next_step]['unless']} yet.",
        "notify_manager": f"Told the manager: {holder} has not {_verb(clock)} the lead.",
        "reassign": f"Taken from {holder}: the lead was not {clock.steps[clock.next_step]['unless']} in time.",
        "queue": f"Taken from {holder} to the team's queue: the lead was not {_verb(clock)} in time.",
    }[do]
    TimelineEntry.objects.create(
        lead=lead, at=now, kind=TimelineEntry.Kind.SLA, text=words, epoch=lead.epoch, step=clock.next_step
    )
    if do == "remind" and lead.rep is not None:
        _tell(lead, clock, lead.rep.user_id, f"Still waiting for you: {lead}.", now)
    elif do == "notify_manager":
        _tell_manager(lead, clock, f"{lead} waits: {holder} has not {_verb(clock)} the lead.", now)
    elif do == "reassign":
        _take_over(lead, clock, words, now)
    elif do == "queue":
        _to_queue(lead, clock, words, now)


def _verb(clock: SlaClock) -> str:
    return str(clock.steps[clock.next_step]["unless"])


def _take_over(lead: Lead, clock: SlaClock, why: str, now: datetime) -> None:
    """To the backup, else to the next candidate of the same rules; after too many moves, to the queue."""
    moved = lead.assignments.filter(ended_as=Assignment.Ended.SLA).count()
    if moved >= clock.policy["max_reassignments"]:
        _to_queue(lead, clock, f"{why} It was moved {moved} times already.", now)
        return
    organisation = known_and_held()
    ending = Ending(Assignment.Ended.SLA, why)
    pool = lead.assignments.order_by("-epoch").values_list("pool__slug", flat=True).first()
    backup = _free_backup(lead, pool, organisation, now)
    if backup is None:
        handover.route_again(lead, now=now, cause=Decision.Cause.SLA, ending=ending)
        return
    handover.give(
        lead,
        backup,
        organisation,
        how=Assignment.How.SLA,
        why=f"{why} {organisation.world.reps[backup].name} is the backup.",
        pool=pool,
        cause=Decision.Cause.SLA,
        now=now,
        ending=ending,
    )


def _free_backup(lead: Lead, pool: str | None, organisation: Known, now: datetime) -> str | None:
    """The holder's first backup who could take a lead now and never had this one, asked under his lock."""
    reps = organisation.world.reps
    presence = Presence(now)
    held = handover.past_reps(lead)
    holder = organisation.emails.get(lead.rep_id) if lead.rep_id is not None else None
    email = reps[holder].backup if holder is not None else None
    chain: list[str] = []
    while email is not None and email in reps and email not in chain and len(chain) < MOST_BACKUPS:
        chain.append(email)
        email = reps[email].backup
    needs = Needs(held_before=frozenset(held))

    def first_free(asked: Standing) -> str | None:
        return next((email for email in chain if not exclusion(reps[email], needs, asked, presence)), None)

    if first_free(standing.read(organisation, [], chain, presence)) is None:
        return None  # Without a lock: the rules are asked next, and they lock pools before reps.
    pools = [pool] if pool is not None and pool in organisation.pools else []
    return first_free(standing.lock_and_read(organisation, pools, held | set(chain), presence))


def _to_queue(lead: Lead, clock: SlaClock, why: str, now: datetime) -> None:
    """To the queue of the holder's team (or the built-in one), and the manager is told."""
    _tell_manager(lead, clock, f"{lead} is back in the queue. {why}", now)
    handover.put_in_queue(lead, why=why, now=now, cause=Decision.Cause.SLA, ending=Ending(Assignment.Ended.SLA, why))


def _tell(lead: Lead, clock: SlaClock, user_id: int, text: str, now: datetime) -> None:
    Notification.objects.create(
        user_id=user_id,
        kind="sla",
        text=text,
        link=f"/leads/{lead.pk}/",
        dedupe_key=f"sla:{lead.pk}:{lead.epoch}:{clock.next_step}:{user_id}",
        created_at=now,
    )


def _tell_manager(lead: Lead, clock: SlaClock, text: str, now: datetime) -> None:
    """The manager of the holder's team; where there is none, everybody who oversees routing."""
    organisation = known()
    manager = organisation.reps[organisation.emails[lead.rep_id]].manager_id if lead.rep_id else None
    for user_id in [manager] if manager else organisation.overseers:
        _tell(lead, clock, user_id, text, now)
