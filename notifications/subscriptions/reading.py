"""What the pages about subscriptions show: how each receiver is doing, and the log of what was sent to it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q

from notifications.models import Attempt, Delivery, Lane, Subscription
from notifications.subscriptions.catalogue import utc
from reps.keyset import Piece, piece

WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Health:
    """How one receiver is doing: what arrived and what failed for good within a day, and what is on its way."""

    subscription: Subscription
    arrived: int
    dead: int
    waiting: int
    last_at: datetime | None
    lane: Lane | None
    now: datetime

    @property
    def rests_until(self) -> datetime | None:
        """After failures in a row nothing is tried until then."""
        until = self.lane.open_until if self.lane else None
        return until if until and until > self.now else None

    @property
    def state(self) -> str:
        if not self.subscription.enabled:
            return "broken" if self.subscription.off_reason else "off"
        if self.rests_until:
            return "resting"
        return "unsteady" if self.lane and self.lane.failures else "on"

    @property
    def problem(self) -> str:
        if self.subscription.off_reason:
            return self.subscription.off_reason
        return self.lane.problem if self.lane and self.lane.failures else ""


@dataclass(frozen=True, slots=True)
class Log:
    """`is_moving`: something on it is about to change."""

    piece: Piece[Delivery]
    rows: Sequence[Row]
    is_moving: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery, and which lead it is about; `lead` 0: none."""

    delivery: Delivery
    type: str
    lead: int
    name: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery with its tries, and what was sent as people read it."""

    row: Row
    tries: Sequence[Attempt]
    body: str


def healths(subscriptions: Sequence[Subscription], *, now: datetime) -> list[Health]:
    """Of each, in the order given."""
    sent = Delivery.State.SENT
    counted = (
        Delivery.objects.filter(subscription__in=subscriptions)
        .values("subscription")
        .annotate(
            arrived=Count("pk", filter=Q(state=sent, sent_at__gt=now - WITHIN)),
            dead=Count("pk", filter=Q(state=Delivery.State.DEAD, created_at__gt=now - WITHIN)),
            waiting=Count("pk", filter=Q(state=Delivery.State.WAITING)),
            last_at=Max("sent_at"),
        )
    )
    figures = {each.pop("subscription"): each for each in counted}
    lanes = Lane.objects.in_bulk([one.lane for one in subscriptions])
    nothing: Mapping[str, Any] = {"arrived": 0, "dead": 0, "waiting": 0, "last_at": None}
    return [
        Health(subscription=one, lane=lanes.get(one.lane), now=now, **figures.get(one.pk, nothing))
        for one in subscriptions
    ]


def log(subscription: Subscription, chosen: Mapping[str, Any], *, after: str, now: datetime) -> Log:
    """What was sent to it, newest first."""
    deliveries = Delivery.objects.filter(subscription=subscription).select_related("event")
    if state := chosen.get("state"):
        deliveries = deliveries.filter(state=state)
    if kind := chosen.get("type"):
        deliveries = deliveries.filter(event__type=kind)
    found = piece(deliveries, by="created_at", after=after)
    waits = any(one.state == Delivery.State.WAITING for one in found.rows)
    return Log(found, [_row(one) for one in found.rows], waits and subscription.enabled)


def letter(delivery: Delivery) -> Letter:
    event = delivery.event
    assert event is not None
    whole = {"type": event.type, "timestamp": utc(event.at), "data": event.payload}
    tries = list(delivery.tries.order_by("-at", "-pk"))
    return Letter(_row(delivery), tries, json.dumps(whole, indent=2, ensure_ascii=False))


def _row(delivery: Delivery) -> Row:
    event = delivery.event
    assert event is not None
    about = event.payload.get("lead") or {}
    name = about.get("name") or about.get("email") or about.get("company") or f"lead {event.lead_id}"
    return Row(delivery, event.type, event.lead_id, name if event.lead_id else "")
