"""Turning the switch: who goes away is given nothing more, and what he has not touched yet goes to whoever covers."""

from __future__ import annotations

from datetime import datetime, timedelta

from leads.holding import NotPossible
from leads.ladder.away import hand_over_untouched
from leads.models import Lead, LeadQuerySet
from reps import services as people
from reps.models import Rep, User

# Who is away for longer has time off, which plans and covers for it.
LONGEST = timedelta(days=30)


def go_away(rep: Rep, *, until: datetime | None, by: User, now: datetime) -> int:
    """No new leads until then (None: until he is back); how many untouched ones went to somebody else."""
    _check(rep, by)
    if until is not None and not now < until <= now + LONGEST:
        raise NotPossible(f"That has to be a time within the next {LONGEST.days} days.")
    people.pause(rep, until=until, as_=Rep.Paused.BY_HAND, by=by, now=now)
    return hand_over_untouched(rep, why=f"{rep} is away", now=now)


def come_back(rep: Rep, *, by: User, now: datetime) -> None:
    """New leads come again, at once."""
    _check(rep, by)
    people.resume(rep, by=by, now=now)


def untouched(rep: Rep) -> LeadQuerySet:
    """What was given to him and he has not accepted: it goes to somebody else when he goes away."""
    return Lead.objects.of(rep).filter(status=Lead.Status.ASSIGNED)


def may_turn(rep: Rep, by: User) -> bool:
    """His own switch, his manager's, or RevOps'."""
    return rep.user_id == by.pk or Rep.objects.overseen_by(by).filter(pk=rep.pk).exists()


def _check(rep: Rep, by: User) -> None:
    if not may_turn(rep, by):
        raise NotPossible("Only the rep, the manager of the team or RevOps can say who is away.")
    if not rep.active:
        raise NotPossible(f"{rep} is not active and gets no leads anyway.")
