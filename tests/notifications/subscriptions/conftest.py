"""Events that happened, and a company that hears of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from notifications.models import OutgoingEvent
from reps.models import User
from tests.organisation import NOON, make_revops


@pytest.fixture
def olivia(db) -> User:
    return make_revops()


@pytest.fixture
def happens(db) -> Callable[..., OutgoingEvent]:
    """An event of this type, minutes after noon, that waits to be planned."""

    def _happens(kind: str = "lead.closed", *, minutes: float = 0, at: datetime = NOON) -> OutgoingEvent:
        payload = {"version": 1, "lead": {"id": 7, "name": "Zoë"}}
        at = at + timedelta(minutes=minutes)
        return OutgoingEvent.objects.create(type=kind, at=at, lead_id=7, payload=payload, due_at=at)

    return _happens
