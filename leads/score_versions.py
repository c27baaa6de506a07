"""Writing the score model: each change is a version of its own, and the newest is in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from leads.configuration import score_model
from leads.models import ScoreVersion
from reps import services as people
from reps.models import Change, User
from routing.engine.problems import References
from routing.engine.reader import Reader
from routing.engine.world import World

CHANGE = "scoring"  # kind and subject, as loading a file writes them


class Superseded(Exception):
    """Somebody else published meanwhile: what was looked at is not what is in force."""


class NothingNew(Exception):
    """The model says what the one in force says."""


def add(document: Mapping[str, Any], *, now: datetime, by: User | None, note: str) -> ScoreVersion:
    """The next version. The caller holds the revision and tells the other processes."""
    return ScoreVersion.objects.create(
        number=newest() + 1, document=dict(document), published_at=now, published_by=by, note=note
    )


@transaction.atomic
def publish(
    document: Mapping[str, Any], world: World, *, over: int, by: User, now: datetime, note: str
) -> ScoreVersion:
    """Put this model in force instead of version `over`, which its author saw.

    Raises `BadDocument` if it does not fit the organisation, `Superseded`, or `NothingNew`.
    """
    people.hold_revision()
    live = ScoreVersion.objects.live()
    if (live.number if live else 0) != over:
        raise Superseded
    found = checked(document, world)
    if found == (live.document if live else {}):
        raise NothingNew

    version = add(found, now=now, by=by, note=note)
    before = live.document if live else None
    Change.objects.create(at=now, by=by, kind=CHANGE, subject=CHANGE, before=before or None, after=found)
    people.bump()
    return version


def checked(document: object, world: World) -> dict[str, Any]:
    """The model in its own form, or `BadDocument` with every problem."""
    references = References(
        lists=frozenset(world.lists), territories=frozenset(territory.slug for territory in world.territories)
    )
    reader = Reader(world.vocabulary, references)
    found = score_model.read(document, "", reader)
    reader.finish()
    return found


def newest() -> int:
    """The number of the version in force; 0: there was never any."""
    live = ScoreVersion.objects.live()
    return live.number if live else 0
