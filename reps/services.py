"""Writing about the organisation: the configuration's revision, and who changed what."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F

from reps.models import Change, Revision

BATCH = 5_000


def hold_revision() -> int:
    """The configuration's number, locked until the transaction ends: one writer, and nothing is routed meanwhile.

    Every writer of configuration takes this lock first, before the locks of pools and reps, as routing does.
    """
    Revision.objects.get_or_create(id=1)
    return Revision.objects.select_for_update().get(id=1).number


def bump() -> int:
    """Tell every process that the configuration changed, in the transaction that holds and changes it."""
    Revision.objects.filter(id=1).update(number=F("number") + 1)
    return Revision.objects.get(id=1).number


def record(changes: Iterable[Change]) -> None:
    """Append to the history of the organisation."""
    Change.objects.bulk_create(changes, batch_size=BATCH)
