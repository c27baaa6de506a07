"""A manager or RevOps moves a lead: to one of his reps, or back into the team's queue. The ledger follows."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from leads import handover
from leads.holding import NotPossible, act, given_reason, locked, tell_story
from leads.ladder import telling
from leads.models import Assignment, Lead, TimelineEntry
from leads.record import Ending
from leads.world import Known, known_and_held
from notifications import services as notifications
from notifications.services import Notice
from reps.models import Rep, User
from routing.models import Decision, LedgerLine, Member, Queue

BY_HAND = Decision.Cause.BY_HAND


@act
def reassign(lead: Lead, *, to: Rep, by: User, reason: str, now: datetime, epoch: int | None = None) -> Lead:
    """Somebody else has the lead from now on: he counts it, the other is credited back, and both are told why."""
    reason = given_reason(reason)
    _check_may_move(by)
    if not Rep.objects.overseen_by(by).filter(pk=to.pk).exists():
        raise NotPossible(f"You do not answer for {to}: choose somebody of your own teams.")
    known = known_and_held()
    lead = locked(lead, epoch)
    if lead.status in Lead.CLOSED:
        raise NotPossible("The lead is closed.")
    if lead.is_open and lead.rep_id == to.pk:
        raise NotPossible(f"{to} has this lead already.")
    previous, its_epoch, pool = lead.rep if lead.is_open else None, lead.epoch, latest_pool(lead)
    why = f"{by} gave it to {to}: {reason}"

    email = known.emails[to.pk]
    if not known.world.reps[email].active:
        raise NotPossible(f"{to} is not active.")
    how = Assignment.How.BY_HAND
    handover.give(lead, email, known, how=how, why=why, pool=pool, cause=BY_HAND, now=now, told=True)
    if previous is not None:
        _credit_back(known, pool, previous, lead, now)
        _tell(previous, lead, its_epoch, by, f"{by} gave {lead} to {to}: {reason}", known, now)
    tell_story(lead, TimelineEntry.Kind.REASSIGNED, why, by, now)
    return Lead.objects.get(pk=lead.pk)


@act
def put_back(lead: Lead, *, by: User, reason: str, now: datetime, epoch: int | None = None) -> Lead:
    """The lead leaves whoever holds it for the queue of his team, where it waits until somebody takes it."""
    reason = given_reason(reason)
    _check_may_move(by)
    known = known_and_held()
    lead = locked(lead, epoch)
    previous, its_epoch, pool = lead.rep, lead.epoch, latest_pool(lead)
    if not lead.is_open or previous is None:
        raise NotPossible("Nobody holds the lead, so that there is nobody to take it from.")
    queue = Queue.objects.get(slug=known.queue_of(previous.pk))
    why = f"{by} put it into {queue}: {reason}"

    ending, pools = Ending(Assignment.Ended.BY_HAND, why[:300]), [pool] if pool else []
    handover.put_in_queue(lead, why=why, now=now, cause=BY_HAND, ending=ending, pools=pools, told=True)
    _credit_back(known, pool, previous, lead, now)
    _tell(previous, lead, its_epoch, by, f"{by} put {lead} into {queue}: {reason}", known, now)
    tell_story(lead, TimelineEntry.Kind.REASSIGNED, why, by, now)
    return Lead.objects.get(pk=lead.pk)


def latest_pool(lead: Lead) -> str | None:
    """The pool in whose ledger the lead counts, if it came out of one."""
    return lead.assignments.order_by("-epoch").values_list("pool__slug", flat=True).first()


def _check_may_move(by: User) -> None:
    if not (by.is_revops or by.is_manager):
        raise NotPossible("Only a manager or RevOps can hand a lead to somebody else.")


def _credit_back(known: Known, pool: str | None, rep: Rep, lead: Lead, now: datetime) -> None:
    """The lead no longer counts for the rep it was taken from. The pool is locked by whoever moved the lead."""
    member_id = known.members.get((pool, known.emails[rep.pk])) if pool else None
    if member_id is None:
        return
    Member.objects.filter(pk=member_id).update(level=F("level") - 1)
    moved_by = Lead.objects.values_list("decision_id", flat=True).get(pk=lead.pk)
    kind = LedgerLine.Kind.CREDIT
    LedgerLine.objects.create(member_id=member_id, at=now, amount=-1, kind=kind, decision_id=moved_by)


def _tell(previous: Rep, lead: Lead, epoch: int, by: User, text: str, known: Known, now: datetime) -> None:
    """Whoever had the lead hears who has it and why, unless he moved it himself."""
    if previous.user_id == by.pk:
        return
    context = {**telling.context_of(lead, None, known, why=text), "epoch": epoch}
    key, link = f"taken:{lead.pk}:{epoch}", f"/leads/{lead.pk}/"
    notifications.tell([Notice(previous.user_id, "taken", text, key, link, context)], now=now)
