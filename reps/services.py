"""Writing about the organisation: the configuration's revision."""

from __future__ import annotations

from django.db import connection
from django.db.models import F

from reps.models import Revision

# An advisory lock and not the row's: where a row is shared, more may always join, and the writer's turn never comes.
# The number is our own (leads.people has 7001).
ALONE = "SELECT pg_advisory_xact_lock(7002, 0)"
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
