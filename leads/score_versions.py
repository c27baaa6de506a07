"""Writing the score model: each change is a version of its own, and the newest is in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leads.models import ScoreVersion
from reps.models import User


def add(document: Mapping[str, Any], *, now: datetime, by: User | None, note: str) -> ScoreVersion:
    """The next version. The caller holds the revision and tells the other processes."""
    live = ScoreVersion.objects.live()
    number = live.number + 1 if live else 1
    return ScoreVersion.objects.create(
        number=number, document=dict(document), published_at=now, published_by=by, note=note
    )
