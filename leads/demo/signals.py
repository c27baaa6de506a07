"""What people in the demo did besides writing: who tries the product in earnest goes on, and owners hear of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from leads.activity import looking
from leads.arrivals import StoredEvent
from leads.demo import deliveries
from leads.demo.deliveries import CONTENT_TYPE, SPACE, Delivered
from leads.demo.words import number, pick
from leads.models import InboundEvent, Lead
from leads.pipeline import route_events
from leads.sources import SourceCard
from leads.world import Known

MOVED = 3  # leads in nurture that try the product in earnest
WARMING = 8  # and that only begin to
FOLLOWED = 24  # leads of reps whose pages show what they did
LATELY = timedelta(days=28)
MINUTES_AGO = (4, 11, 17)  # when each of the moved had done enough
READS = ("Pricing Viewed", "Docs Read", "Case Study Read")

Call = tuple[str, datetime, float | None]  # the event, when, and its value


def tell(known: Known, now: datetime) -> None:
    """Calls of Segment, a delivery for each person, in the caller's transaction."""
    source = known.sources.by_slug["segment"]
    for lead, calls in _calls(now):
        _deliver(lead, calls, source, known)


def _calls(now: datetime) -> Iterator[tuple[Lead, Sequence[Call]]]:
    waiting = Lead.objects.filter(status=Lead.Status.NURTURE, received_at__gt=now - LATELY).exclude(email="")
    nurtured = list(waiting.order_by("-received_at", "id")[: MOVED + WARMING])
    held = Lead.objects.open().filter(received_at__gt=now - LATELY).exclude(email="")
    for lead in [*held.order_by("-received_at", "id")[:FOLLOWED], *nurtured[MOVED:]]:
        yield lead, _reading(lead, now - timedelta(hours=1))
    for lead, minutes in zip(nurtured, MINUTES_AGO, strict=False):
        yield lead, [*_reading(lead, now - timedelta(hours=1)), *_trying(now - timedelta(minutes=minutes))]


def _reading(lead: Lead, until: datetime) -> list[Call]:
    """A few pages, more of them lately."""
    span = until - lead.received_at
    if span <= timedelta(0):
        return []
    count = 2 + number("reads", lead.email, below=9)
    parts = [number("read", lead.email, each, below=1000) / 1000 for each in range(count)]
    return [(pick(READS, lead.email, each), until - span * part**2, None) for each, part in enumerate(parts)]


def _trying(until: datetime) -> list[Call]:
    """Three steps of the trial within a quarter of an hour, and the first seats."""
    steps = [("Trial Step", until - timedelta(minutes=5 * step), float(3 - step)) for step in range(3)]
    return [("Seats Used", until - timedelta(minutes=2), 6.0), *reversed(steps)]


def _deliver(lead: Lead, calls: Sequence[Call], source: SourceCard, known: Known) -> None:
    if not calls:
        return
    at = max(call[1] for call in calls)
    body = [
        {
            "type": "track",
            "event": event,
            "messageId": f"demo-{lead.pk}-{place}",
            "timestamp": when.isoformat(),
            "context": {"traits": {"email": lead.email, "name": lead.name}},
            "properties": {} if value is None else {"value": value},
        }
        for place, (event, when, value) in enumerate(calls)
    ]
    name = uuid.uuid5(SPACE, f"did {lead.pk}")
    stored = StoredEvent(name, source, json.dumps(body).encode(), CONTENT_TYPE, at)
    deliveries.store([Delivered(stored, None)], status=InboundEvent.Status.WAITING)
    route_events([stored], known, now=at)
    looking.look_again(now=at)
