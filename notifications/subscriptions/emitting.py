"""Something happened that another system may want to know: a row, in the transaction in which it happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from notifications.models import OutgoingEvent

# Events go on being written for one that was switched off by itself: they can be replayed once it is mended.
WANTED = """
SELECT DISTINCT jsonb_array_elements_text(types) FROM notifications_subscription WHERE enabled OR off_reason <> ''
"""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to which lead; `data` is as the catalogue says."""

    type: str
    lead: int
    data: Mapping[str, Any]


def wanted() -> frozenset[str]:
    """The types that anybody subscribed to: one small query."""
    with connection.cursor() as cursor:
        cursor.execute(WANTED)
        return frozenset(name for (name,) in cursor.fetchall())


def emit(events: Sequence[Event], *, now: datetime) -> None:
    """Write these, all in one go. Whether anybody wants them has been asked before they were made."""
    OutgoingEvent.objects.bulk_create(
        OutgoingEvent(type=one.type, at=now, lead_id=one.lead, payload=one.data) for one in events
    )
