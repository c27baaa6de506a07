"""Notices as something that happened has written them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from notifications.models import Notification
from tests.office import person


def tell(email: str, text: str = "Priya Raman is yours.", *, kind: str = "assigned", **values: Any) -> Notification:
    return Notification.objects.create(
        user=person(email),
        kind=kind,
        text=text,
        dedupe_key=f"told:{Notification.objects.count() + 1}",
        **{"created_at": timezone.now(), "link": "/queue/", "due_at": None, **values},
    )


def gather(email: str, count: int, *, at: datetime) -> Notification:
    """Many of a kind that came as one message."""
    head = tell(email, "Ada waits for 20 minutes.", kind="unacknowledged", created_at=at)
    for number in range(count - 1):
        earlier = at - timedelta(seconds=number + 1)
        text = f"Lead {number} waits."
        tell(email, text, kind="unacknowledged", created_at=earlier, folded_into=head, link=f"/leads/{number}/")
    return head
