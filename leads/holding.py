"""Who holds a lead right now, locked: how every act on a lead begins, and the line it leaves in its story."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

from leads.clocks import breaches
from leads.crash import crash_point
from leads.models import Assignment, Lead, SlaClock, TimelineEntry
from reps.models import User

Given = ParamSpec("Given")
Made = TypeVar("Made")


class NotPossible(Exception):
    """The act does not fit the lead as it is now; the message says what would."""


class AlreadyTaken(NotPossible):
    """Somebody, or the promise's ladder, was quicker: the lead has moved on since it was shown."""


def act(function: Callable[Given, Made]) -> Callable[Given, Made]:
    """One act, one transaction, with a crash point on either side of its commit that bears the act's name."""

    @wraps(function)
    def done(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        with transaction.atomic():
            made = function(*args, **kwargs)
            crash_point(f"before_{function.__name__}_commit")
        crash_point(f"after_{function.__name__}_commit")
        return made

    return done


def locked(lead: Lead, epoch: int | None) -> Lead:
    """The lead's row, locked until the transaction ends, if it is still the one that was shown (`epoch`; None: any)."""
    # Locked alone, read afterwards: what is joined to a row that had to be waited for is as old as the waiting.
    Lead.objects.select_for_update().only("pk").get(pk=lead.pk)
    lead = Lead.objects.select_related("rep__user", "queue").get(pk=lead.pk)
    if epoch is not None and lead.epoch != epoch:
        raise AlreadyTaken(_moved_on(lead))
    return lead


def _moved_on(lead: Lead) -> str:
    if _was_claimed(lead):
        return f"{lead.rep} was quicker."
    return f"The lead has moved on: {lead.rep or lead.queue or lead.get_status_display()} has it now."


def _was_claimed(lead: Lead) -> bool:
    """Whether its holder has it because he took it from a queue."""
    return lead.assignments.filter(ended_at=None, how=Assignment.How.CLAIMED).exists()


def check_holder(lead: Lead, by: User) -> None:
    """Only whoever holds an open lead can act on it as its rep."""
    if not lead.is_open:
        raise AlreadyTaken(f"The lead is not open: {lead.get_status_display().lower()}.")
    if lead.rep is None or lead.rep.user_id != by.pk:
        raise AlreadyTaken(f"{lead.rep} was quicker." if _was_claimed(lead) else f"The lead is with {lead.rep}.")


def finish_clock(lead: Lead, state: str, now: datetime) -> None:
    """The running promise of this lead ends; whether it was kept is in its times."""
    breaches.note_ending([lead.pk], now)
    SlaClock.objects.filter(lead=lead, state=SlaClock.State.RUNNING).update(state=state, finished_at=now, next_at=None)


def tell_story(lead: Lead, kind: str, text: str, by: User | None, now: datetime) -> None:
    TimelineEntry.objects.create(lead=lead, at=now, kind=kind, text=text, by=by, epoch=lead.epoch)


def given_reason(reason: str) -> str:
    """The reason in one line; giving none is refused."""
    words = " ".join(reason.replace("\x00", "").split())
    if not words:
        raise NotPossible("Say why: the next person reads it.")
    return words[:300]
