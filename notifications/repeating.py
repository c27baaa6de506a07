"""Sending something that would not be sent by itself: a dead letter once more, or a test."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from notifications.channels import NotSent
from notifications.models import Channel, Delivery
from notifications.senders import trial_of
from reps.models import Change, User


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
        raise NotPossible("What it goes to is switched off. Switch it on first.")

    before = {"state": found.state, "problem": found.problem}
    found.state, found.attempts, found.problem, found.sent_at = Delivery.State.WAITING, 0, "", None
    found.created_at = found.due_at = now  # it has a whole day again
    found.lease_token = found.lease_until = None  # who was late with it has nothing to say any more
    found.save(
        update_fields=["state", "attempts", "problem", "sent_at", "created_at", "due_at", "lease_token", "lease_until"]
    )
    Change.objects.create(
        at=now, by=by, kind="delivery", subject=str(found.key), before=before, after={"state": found.state}
    )
    return found


def test_message(channel: Channel, user: User, *, now: datetime) -> str:
    """Send a test to `user` now, and wait for it: "" if it was taken, else what went wrong. Takes up to ten seconds."""
    try:
        trial_of(channel, user, key=str(uuid.uuid4()), now=now)()
    except NotSent as refused:
        return refused.problem
    return ""
