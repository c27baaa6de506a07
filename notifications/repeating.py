"""Sending something that would not be sent by itself: a dead letter once more, or a test."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from notifications.channels import NotSent
from notifications.models import Channel, Delivery
from notifications.senders import trial_of
from reps.models import Change, User

IS_OFF = "What it goes to is switched off. Switch it on first."


class NotPossible(Exception):
    """It cannot be sent again as things stand; the reason in words."""


@transaction.atomic
def replay(delivery: Delivery, *, by: User, now: datetime) -> Delivery:
    """Send it once more, with the key it always had. Raises `NotPossible`."""
    found = (
        Delivery.objects.select_for_update(of=("self",)).select_related("channel", "subscription").get(pk=delivery.pk)
    )
    receiver = found.channel or found.subscription
    if found.state == Delivery.State.WAITING:
        raise NotPossible("It is on its way already.")
    if receiver is None or not receiver.enabled:
        raise NotPossible(IS_OFF)

    before = {"state": found.state, "problem": found.problem}
    for field, value in _anew(now).items():
        setattr(found, field, value)
    found.save(update_fields=list(_anew(now)))
    Change.objects.create(
        at=now, by=by, kind="delivery", subject=str(found.key), before=before, after={"state": found.state}
    )
    return found


@transaction.atomic
def replay_dead(channel: Channel, *, most: int, by: User, now: datetime) -> int:
    """The same for the dead letters of a channel, the oldest first and so many at most; how many. Raises `NotPossible`.

    In one go: one by one they would keep whoever asked waiting for seconds.
    """
    if not Channel.objects.filter(pk=channel.pk, enabled=True).exists():
        raise NotPossible(IS_OFF)
    dead = Delivery.objects.filter(channel=channel, state=Delivery.State.DEAD).order_by("created_at", "pk")
    oldest = list(dead.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True)[:most])
    Delivery.objects.filter(pk__in=oldest).update(**_anew(now))
    if oldest:
        Change.objects.create(at=now, by=by, kind="delivery", subject=channel.slug, after={"replayed": len(oldest)})
    return len(oldest)


def _anew(now: datetime) -> dict[str, Any]:
    """What its row says then: all its tries and a whole day again, and who was late with it has nothing to say."""
    values = {"state": Delivery.State.WAITING, "attempts": 0, "problem": "", "sent_at": None}
    return {**values, "created_at": now, "due_at": now, "lease_token": None, "lease_until": None}


def test_message(channel: Channel, user: User, *, now: datetime) -> str:
    """Send a test to `user` now, and wait for it: "" if it was taken, else what went wrong. Takes up to ten seconds."""
    try:
        trial_of(channel, user, key=str(uuid.uuid4()), now=now)()
    except NotSent as refused:
        return refused.problem
    return ""
