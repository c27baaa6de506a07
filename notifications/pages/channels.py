"""Channels with how they are doing: what they sent in a week, what failed, and what hangs on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q

from notifications.models import Address, Channel, Delivery, Lane, Preference

DAYS = 7
State = Delivery.State


@dataclass(frozen=True, slots=True)
class Health:
    """`state`: off, resting, failing, waiting (late), fine, quiet. Times and problem only where there are any."""

    channel: Channel
    state: str
    problem: str
    until: datetime | None
    failures: int
    sent: int
    waiting: int
    dead: int
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Hanging:
    """What there is besides the channel itself that goes, or goes elsewhere, when it is taken out."""

    people: int
    addresses: int
    waiting: int
    deliveries: int


def healths(now: datetime) -> Sequence[Health]:
    channels = list(Channel.objects.order_by("name", "pk"))
    lanes = {lane.name: lane for lane in Lane.objects.filter(name__in=[channel.lane for channel in channels])}
    figures = _figures(now)
    return [_health(channel, lanes.get(channel.lane), figures.get(channel.pk, {}), now) for channel in channels]


def health(channel: Channel, now: datetime) -> Health:
    lane = Lane.objects.filter(name=channel.lane).first()
    return _health(channel, lane, _figures(now, channel).get(channel.pk, {}), now)


def hanging(channel: Channel) -> Hanging:
    chosen = Preference.objects.filter(Q(first=channel) | Q(second=channel))
    deliveries = Delivery.objects.filter(channel=channel)
    return Hanging(
        people=chosen.values("user").distinct().count(),
        addresses=Address.objects.filter(channel=channel).count(),
        waiting=deliveries.filter(state=State.WAITING).count(),
        deliveries=deliveries.count(),
    )


def _figures(now: datetime, channel: Channel | None = None) -> dict[int, Mapping[str, Any]]:
    lately = Delivery.objects.filter(created_at__gte=now - timedelta(days=DAYS), channel__isnull=False)
    found = (lately.filter(channel=channel) if channel else lately).values("channel")
    counted = found.annotate(
        sent=Count("pk", filter=Q(state=State.SENT)),
        waiting=Count("pk", filter=Q(state=State.WAITING, due_at__lte=now)),
        dead=Count("pk", filter=Q(state=State.DEAD)),
        last=Max("sent_at"),
    )
    return {one["channel"]: one for one in counted}


def _health(channel: Channel, lane: Lane | None, figures: Mapping[str, Any], now: datetime) -> Health:
    until = lane.open_until if lane and lane.open_until and lane.open_until > now else None
    failures = lane.failures if lane else 0
    return Health(
        channel=channel,
        state=_state(channel, until, failures, figures),
        problem=channel.off_reason or (lane.problem if lane else ""),
        until=until,
        failures=failures,
        sent=figures.get("sent", 0),
        waiting=figures.get("waiting", 0),
        dead=figures.get("dead", 0),
        last=figures.get("last"),
    )


def _state(channel: Channel, until: datetime | None, failures: int, figures: Mapping[str, Any]) -> str:
    if not channel.enabled:
        return "off"
    if until:
        return "resting"
    if failures:
        return "failing"
    return "fine" if figures.get("last") else "quiet"
