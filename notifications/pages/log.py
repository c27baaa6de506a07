"""The log of deliveries: what was sent to whom by which channel, how often it was tried, and what is dead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from notifications.kinds import ALL, BY_SLUG
from notifications.models import Attempt, Channel, Delivery
from reps.filters import Filters, search, select
from reps.keyset import Piece, piece
from reps.models import User

MOST_OWN = 20
MOST_TRIES = 50
FAILING = "failing"
State = Delivery.State
STATES = [(State.WAITING, "Waiting"), (FAILING, "Tried in vain so far"), (State.SENT, "Sent"), (State.DEAD, "Dead")]


class LogFilters(Filters):
    q = search("Person")
    state = select("State")
    channel = select("Channel")
    kind = select("About")

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.offer("state", STATES)
        self.offer("channel", Channel.objects.order_by("name").values_list("pk", "name"))
        self.offer("kind", ((kind.slug, kind.label) for kind in ALL))


@dataclass(frozen=True, slots=True)
class Row:
    delivery: Delivery
    about: str


@dataclass(frozen=True, slots=True)
class Dead:
    """Dead messages of one channel."""

    channel: int
    slug: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Row]
    piece: Piece[Delivery]
    dead: Sequence[Dead]


@dataclass(frozen=True, slots=True)
class One:
    """One delivery with its tries, the latest first. `others`: what it stands in for, and what stood in for it."""

    row: Row
    tries: Sequence[Attempt]
    others: Sequence[Delivery]


def page(filters: Mapping[str, Any], *, after: str) -> Page:
    found = piece(_filtered(_deliveries(), filters), by="created_at", after=after)
    return Page([row(delivery) for delivery in found.rows], found, _dead())


def own(user: User) -> Sequence[Row]:
    """The latest that were sent to this user."""
    return [row(delivery) for delivery in _deliveries().filter(user=user).order_by("-created_at", "-pk")[:MOST_OWN]]


def one(delivery: Delivery) -> One:
    tries = delivery.tries.order_by("-at", "-pk")[:MOST_TRIES]
    both = Q(instead_of=delivery.pk) | Q(pk=delivery.instead_of_id)
    others = Delivery.objects.filter(both).select_related("channel").order_by("created_at")
    return One(row(delivery), list(tries), list(others))


def visible_to(user: User) -> QuerySet[Delivery]:
    """RevOps look after all of them; everybody sees what was sent to himself."""
    deliveries = _deliveries()
    return deliveries if user.is_revops else deliveries.filter(user=user)


def row(delivery: Delivery) -> Row:
    kind = BY_SLUG.get(delivery.notification.kind) if delivery.notification else None
    return Row(delivery, kind.label if kind else "")


def _deliveries() -> QuerySet[Delivery]:
    """Of notices. What other systems are told has pages of its own."""
    return Delivery.objects.filter(notification__isnull=False).select_related("channel", "user", "notification")


def _dead() -> list[Dead]:
    dead = Delivery.objects.filter(state=State.DEAD, notification__isnull=False)
    counted = (
        dead.values("channel", "channel__slug", "channel__name")
        .annotate(count=Count("pk"))
        .order_by("-count", "channel")
    )
    return [Dead(one["channel"], one["channel__slug"], one["channel__name"], one["count"]) for one in counted]


def _filtered(deliveries: QuerySet[Delivery], filters: Mapping[str, Any]) -> QuerySet[Delivery]:
    if state := filters.get("state"):
        failing = Q(state=State.WAITING, attempts__gt=0)
        deliveries = deliveries.filter(failing if state == FAILING else Q(state=state))
    if channel := filters.get("channel"):
        deliveries = deliveries.filter(channel=channel)
    if kind := filters.get("kind"):
        deliveries = deliveries.filter(notification__kind=kind)
    for word in filters.get("q", "").split():
        deliveries = deliveries.filter(Q(user__name__icontains=word) | Q(user__email__icontains=word))
    return deliveries
