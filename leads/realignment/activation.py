"""A change set comes into force: in one transaction under the revision's lock, through all checks of the configuration.

The row is the queue: whoever looks finds what is due, and of two who look only one puts it in force. What cannot be
applied is kept as failed, with the reason, and RevOps are told.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from leads import trouble
from leads.configuration import differences, dump, retention, store
from leads.configuration.read import BadConfiguration
from leads.configuration.store import Plan
from leads.crash import crash_point
from leads.models import ChangeSet
from leads.realignment import amendments
from leads.realignment.amendments import Amendment
from leads.sources import revision_now
from notifications import services as notices
from reps import services as people
from reps.database_clock import database_now
from reps.models import User

log = logging.getLogger(__name__)

WAITING = (ChangeSet.Status.DRAFT, ChangeSet.Status.SCHEDULED, ChangeSet.Status.FAILED)
LONGEST_REASON = 4_000


class NotThere(Exception):
    """The change set is in force already, or was cancelled: somebody was quicker."""


class Rewritten(NotThere):
    """It has another text than the one that was looked at."""


def check_seen(change_set: ChangeSet, seen: str) -> None:
    """Raises `Rewritten` if it was prepared anew since its page was drawn; `seen` "": whatever it says."""
    if seen and change_set.prepared_at.isoformat() != seen:
        raise Rewritten


def planned(amendment: Amendment) -> Plan:
    """What putting this in force now would do; raises BadConfiguration with every problem."""
    revision = revision_now()
    before = dump.current(with_accounts="accounts" in amendment.kinds)
    after = retention.with_history(amendments.applied(amendment, before), before, amendment.kinds)
    return Plan(revision, before, after, differences.between(before, after, amendment.kinds))


def activate_due() -> int:
    """Put in force whatever is due, the earliest first; how many were tried. Nothing is due: one small query."""
    done = 0
    due = ChangeSet.objects.filter(status=ChangeSet.Status.SCHEDULED, effective_at__lte=Now())
    while (change_set := due.select_related("scheduled_by").order_by("effective_at", "pk").first()) is not None:
        done += 1
        try:
            activate(change_set, by=change_set.scheduled_by, now=database_now(), only=(ChangeSet.Status.SCHEDULED,))
        except NotThere:
            continue
        except BadConfiguration as bad:
            _fail(change_set, "\n".join(str(problem) for problem in bad.problems), database_now())
        except Exception as failure:  # Whatever one set does to us, the others and the leads must not wait for it.
            if trouble.is_of_the_server(failure) or trouble.is_passing(failure):
                raise
            log.exception("change set %s failed", change_set.pk)
            _fail(change_set, f"It could not be written ({type(failure).__name__}).", database_now())
    return done


def activate(
    change_set: ChangeSet,
    *,
    by: User | None,
    now: datetime,
    only: tuple[ChangeSet.Status, ...] = WAITING,
    seen: str = "",
) -> ChangeSet:
    """Put one in force now. Raises BadConfiguration with all that forbids it, or NotThere; then nothing is written."""
    while True:
        change_set = ChangeSet.objects.get(pk=change_set.pk)
        if change_set.status not in only:
            raise NotThere
        check_seen(change_set, seen)
        plan = planned(amendments.parse(change_set.document))
        crash_point("change_set_planned")
        with transaction.atomic():
            if people.hold_revision() != plan.revision:
                continue
            row = ChangeSet.objects.select_for_update(no_key=True).get(pk=change_set.pk)
            if row.status not in only:
                raise NotThere
            if row.document != change_set.document:
                continue
            store.write(plan, now=now, by=by)
            crash_point("change_set_written")
            _in_force(row, plan, now)
            crash_point("before_change_set_commit")
        crash_point("after_change_set_commit")
        return row


def _in_force(row: ChangeSet, plan: Plan, now: datetime) -> None:
    row.status, row.ended_at, row.problem = ChangeSet.Status.ACTIVE, now, ""
    row.applied = []
    for one in plan.differences:
        before, after = one.values()
        row.applied.append({"kind": one.kind, "name": one.name, "before": before, "after": after})
    if row.effective_at is None or row.effective_at > now:
        row.effective_at = now
    row.save(update_fields=["status", "ended_at", "problem", "applied", "effective_at"])


@transaction.atomic
def _fail(change_set: ChangeSet, reason: str, now: datetime) -> None:
    """It failed, unless somebody cancelled or changed it meanwhile."""
    as_it_was = ChangeSet.objects.filter(
        pk=change_set.pk, status=ChangeSet.Status.SCHEDULED, document=change_set.document
    )
    if not as_it_was.update(status=ChangeSet.Status.FAILED, problem=reason[:LONGEST_REASON], ended_at=now):
        return
    text = f"The change set {change_set.name} could not be put in force. Nothing was changed."
    key, link = f"change-set:{change_set.pk}:{now.timestamp():.0f}", f"/change-sets/{change_set.pk}/"
    notices.tell_revops("change_set", text, key=key, link=link, now=now)
