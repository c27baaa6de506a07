"""Time off that a manager or RevOps gives somebody: from when until when, and taking it back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from reps.models import Change, Rep, TimeOff, User
from reps.services import bump, hold_revision

# The kind of `Change` under which it is kept.
KIND = "time_off"
LONGEST = timedelta(days=730)
# Somebody is ill since the day before yesterday, and his manager hears of it today.
EARLIEST = timedelta(days=7)
NOT_YOURS = "Only the manager of the team or RevOps can give somebody time off."


class BadTimeOff(ValueError):
    """It cannot be, and the message says why; `field` is what would have to be different, "" if nothing helps."""

    def __init__(self, problem: str, field: str = "") -> None:
        super().__init__(problem)
        self.field = field


@transaction.atomic
def give_time_off(
    rep: Rep, *, start: datetime, end: datetime, kind: str = "pto", note: str = "", by: User, now: datetime
) -> TimeOff:
    """The rep gets no lead in `[start, end)`. Promises by his hours are reckoned anew; cover is asked as it begins."""
    _check(start, end, now)
    hold_revision()
    rep = _overseen(rep, by)
    taken = TimeOff.objects.filter(rep=rep, start__lt=end, end__gt=start).order_by("start").first()
    if taken is not None:
        raise BadTimeOff(f"{rep} has time off within that time already: cancel it first.", "start")

    span = TimeOff.objects.create(rep=rep, start=start, end=end, kind=kind[:20], note=_line(note))
    _keep(rep, None, _told(span), by, now)
    return span


@transaction.atomic
def cancel_time_off(span: TimeOff, *, by: User, now: datetime) -> None:
    """What has not begun is gone; what has begun ends now, and stays as what it was."""
    hold_revision()
    rep = _overseen(span.rep, by)
    found = TimeOff.objects.filter(pk=span.pk, rep=rep).first()
    if found is None or found.end <= now:
        raise BadTimeOff("That time off is over, or was cancelled already.")

    before = _told(found)
    if found.start < now:
        found.end = now
        found.save(update_fields=["end"])
        _keep(rep, before, _told(found), by, now)
    else:
        found.delete()
        _keep(rep, before, None, by, now)


def _check(start: datetime, end: datetime, now: datetime) -> None:
    if end <= start:
        raise BadTimeOff("It has to end after it begins.", "end")
    if end <= now:
        raise BadTimeOff("That is over already.", "end")
    if start < now - EARLIEST:
        raise BadTimeOff(f"It can begin {EARLIEST.days} days ago at the earliest.", "start")
    if end > now + LONGEST:
        raise BadTimeOff("It has to end within two years: for ever is not time off.", "end")


def _overseen(rep: Rep, by: User) -> Rep:
    found = Rep.objects.overseen_by(by).select_related("user").filter(pk=rep.pk).first()
    if found is None:
        raise BadTimeOff(NOT_YOURS)
    return found


def _line(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())[:300]


def _told(span: TimeOff) -> dict[str, Any]:
    told = {"start": span.start.isoformat(), "end": span.end.isoformat(), "kind": span.kind}
    return {**told, "note": span.note} if span.note else told


def _keep(rep: Rep, before: object, after: object, by: User, now: datetime) -> None:
    """The line of history, and word to every process."""
    Change.objects.create(at=now, by=by, kind=KIND, subject=rep.user.email[:200], before=before, after=after)
    bump()
