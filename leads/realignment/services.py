"""Preparing a change set: draft → scheduled → in force | cancelled | failed; and the draft that would undo one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from leads.configuration import dump
from leads.configuration.read import BadConfiguration
from leads.models import ChangeSet
from leads.realignment import amendments
from leads.realignment.activation import NotThere, check_seen
from leads.realignment.forecast import as_of
from leads.realignment.undo import reverse
from reps.models import User

Status = ChangeSet.Status
LAST = datetime(9999, 1, 1, tzinfo=UTC)


class TooLate(Exception):
    """The instant lies in the past."""


def prepare(
    name: str, document: str, *, note: str = "", by: User | None, now: datetime, reverses: ChangeSet | None = None
) -> ChangeSet:
    """A new draft. Raises BadConfiguration if it could not be applied, neither now nor after all that is scheduled."""
    base = _base(document)

    return ChangeSet.objects.create(
        name=name, note=note, document=document, base=base, prepared_at=now, prepared_by=by, reverses=reverses
    )


@transaction.atomic
def rewrite(
    change_set: ChangeSet, name: str, document: str, *, note: str, by: User | None, now: datetime, seen: str = ""
) -> ChangeSet:
    """Another text for a draft, or for one that failed: it is a draft again, prepared on what is in force now."""
    row = _locked(change_set, (Status.DRAFT, Status.FAILED), seen)

    base = _base(document)

    row.name, row.note, row.document, row.base = name, note, document, base
    row.status, row.problem, row.effective_at, row.ended_at = Status.DRAFT, "", None, None
    row.prepared_at, row.prepared_by = now, by
    row.save()
    return row


@transaction.atomic
def schedule(change_set: ChangeSet, effective_at: datetime, *, by: User, now: datetime, seen: str = "") -> ChangeSet:
    """Let it come into force at an instant. Raises BadConfiguration if it could not be applied to what will be then."""
    if effective_at <= now:
        raise TooLate
    row = _locked(change_set, (Status.DRAFT, Status.FAILED, Status.SCHEDULED), seen)

    amendment = amendments.parse(row.document)
    future = as_of(effective_at, with_accounts="accounts" in amendment.kinds, without=row.pk)
    amendments.applied(amendment, future.configuration)

    row.status, row.effective_at, row.scheduled_by = Status.SCHEDULED, effective_at, by
    row.problem, row.ended_at = "", None
    row.save(update_fields=["status", "effective_at", "scheduled_by", "problem", "ended_at"])
    return row


@transaction.atomic
def cancel(change_set: ChangeSet, *, now: datetime) -> ChangeSet:
    """It will never come into force."""
    row = _locked(change_set, (Status.DRAFT, Status.SCHEDULED, Status.FAILED))

    row.status, row.ended_at = Status.CANCELLED, now
    row.save(update_fields=["status", "ended_at"])
    return row


@transaction.atomic
def reopen(change_set: ChangeSet) -> ChangeSet:
    """Back to a draft: it no longer waits for its instant."""
    row = _locked(change_set, (Status.SCHEDULED,))

    row.status, row.effective_at = Status.DRAFT, None
    row.save(update_fields=["status", "effective_at"])
    return row


def undo(change_set: ChangeSet, *, by: User, now: datetime) -> ChangeSet:
    """A draft that puts back what this one changed. Raises BadConfiguration where that cannot be any more."""
    if change_set.status != Status.ACTIVE or not change_set.applied:
        raise NotThere
    document = amendments.text_of(reverse(change_set.applied, dump.current(with_accounts=False)))
    return prepare(f"Undo: {change_set.name}"[:200], document, by=by, now=now, reverses=change_set)


def _base(document: str) -> dict[str, dict[str, Any]]:
    """What is in force of all that this text speaks of; it may also build on what is scheduled to come before it."""
    amendment = amendments.parse(document)
    current = dump.current(with_accounts="accounts" in amendment.kinds)
    try:
        amendments.applied(amendment, current)
    except BadConfiguration:
        future = as_of(LAST, with_accounts="accounts" in amendment.kinds)
        if not future.is_other:
            raise
        amendments.applied(amendment, future.configuration)
    return amendments.snapshot(amendment, current)


def _locked(change_set: ChangeSet, only: tuple[Status, ...], seen: str = "") -> ChangeSet:
    row = ChangeSet.objects.select_for_update(no_key=True).get(pk=change_set.pk)
    if row.status not in only:
        raise NotThere
    check_seen(row, seen)
    return row
