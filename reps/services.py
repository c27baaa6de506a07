"""Writing about the organisation: the configuration's revision, and who is paused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from reps.models import Change, Rep, Revision, User

# The kind of `Change` under which pausing and coming back are kept.
AVAILABILITY = "availability"

# An advisory lock and not the row's: where a row is shared, more may always join, and the writer's turn never comes.
# The number is our own (leads.people has 7001).
ALONE = "SELECT pg_advisory_xact_lock(7002, 0)"
PAUSES_OVER = """
SELECT id FROM reps_rep WHERE paused AND paused_until <= coalesce(%s::timestamptz, clock_timestamp()) ORDER BY id
"""
TOGETHER = "SELECT pg_advisory_xact_lock_shared(7002, 0); SELECT number FROM reps_revision WHERE id = 1"


def hold_revision() -> int:
    """The configuration's number, locked until the transaction ends: one writer, and nothing is routed meanwhile.

    Every writer of configuration takes this lock first, before the locks of pools and reps, as routing does.
    """
    with connection.cursor() as cursor:
        cursor.execute(ALONE)
    revision, _ = Revision.objects.get_or_create(id=1)
    return revision.number


def share_revision() -> int:
    """The configuration's number, held still until the transaction ends, for all who route at once; 0: none yet."""
    with connection.cursor() as cursor:
        cursor.execute(TOGETHER)
        cursor.nextset()  # The number is read after the lock is had, by a statement of its own.
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def bump() -> int:
    """Tell every process that the configuration changed, in the transaction that holds and changes it."""
    Revision.objects.filter(id=1).update(number=F("number") + 1)
    return Revision.objects.get(id=1).number


@transaction.atomic
def pause(rep: Rep, *, until: datetime | None, as_: str, by: User | None, now: datetime) -> Rep:
    """The rep is given no lead until then (None: until he is back). `as_` is one of `Rep.Paused`; `by` None: by itself.

    Takes the revision's lock for writing, so whoever calls it has not yet shared it, nor locked a lead or a pool.
    """
    hold_revision()
    rep = _locked(rep)
    if (rep.paused, rep.paused_until, rep.paused_as) == (True, until, as_):
        return rep
    return _switch(rep, (True, until, as_), by, now)


@transaction.atomic
def resume(rep: Rep, *, by: User | None, now: datetime) -> Rep:
    """The rep is there again. Twice is once."""
    hold_revision()
    rep = _locked(rep)
    return _switch(rep, (False, None, ""), by, now) if rep.paused else rep


def resume_due(now: datetime | None = None) -> int:
    """Everybody whose pause is over is back (`now`: as if it were that time); how many. The row follows the engine,
    for which a pause ends at its very instant; the new revision makes leads that wait be asked about again.
    """
    with connection.cursor() as cursor:
        cursor.execute(PAUSES_OVER, [now])
        due = [rep_id for (rep_id,) in cursor.fetchall()]
    return _resume_all(due, now) if due else 0


@transaction.atomic
def _resume_all(due: list[int], now: datetime | None) -> int:
    hold_revision()
    with connection.cursor() as cursor:
        cursor.execute(PAUSES_OVER, [now])
        still = {rep_id for (rep_id,) in cursor.fetchall()} & set(due)
    for rep in Rep.objects.select_for_update(of=("self",)).select_related("user").filter(pk__in=still).order_by("pk"):
        assert rep.paused_until is not None
        _switch(rep, (False, None, ""), None, now or rep.paused_until)
    return len(still)


def _locked(rep: Rep) -> Rep:
    return Rep.objects.select_for_update(of=("self",)).select_related("user", "team").get(pk=rep.pk)


def _switch(rep: Rep, to: tuple[bool, datetime | None, str], by: User | None, now: datetime) -> Rep:
    """The rep's own row, the line of history, and word to every process."""
    before = _switched(rep)
    rep.paused, rep.paused_until, rep.paused_as = to
    rep.save(update_fields=["paused", "paused_until", "paused_as"])
    Change.objects.create(
        at=now, by=by, kind=AVAILABILITY, subject=rep.user.email[:200], before=before, after=_switched(rep)
    )
    bump()
    return rep


def _switched(rep: Rep) -> dict[str, Any]:
    until = rep.paused_until.isoformat() if rep.paused_until else None
    return {"paused": rep.paused, "paused_until": until, "paused_as": rep.paused_as}
