"""What arrived at the demo's sources, as rows: the visitors' forms, some of them twice, and some that name nobody."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from leads.arrivals import StoredEvent
from leads.copying import copy_rows
from leads.demo.story import facts_of
from leads.demo.visitors import Visitor
from leads.demo.words import number
from leads.models import InboundEvent
from leads.sources import SourceCard

SPACE = uuid.UUID("6f7a1c52-6a0e-4d5b-9a37-d3a4a3f0c9ad")  # of the demo's event ids
CONTENT_TYPE = "application/json"
EVENT = (
    "uuid", "source_id", "key", "body", "body_hash", "content_type", "headers", "received_at", "status", "due_at",
    "attempts", "copies", "problem", "finished_at",
)  # fmt: skip
ONE_IN_TWICE, ONE_IN_RESENT = 60, 40
# (source, hours ago, body): a lead cannot be found in any of these, each for another reason.
NOBODY = (
    ("website", 3, {"utm_source": "newsletter", "intent": "demo"}),
    ("hubspot-form", 26, [{"objectId": 512, "subscriptionType": "contact.creation", "occurredAt": 1700000000000}]),
    ("partner", 50, {"message": "Please call me", "budget": "n/a"}),
    (
        "meta-lead",
        75,
        {"object": "page", "entry": [{"changes": [{"field": "leadgen", "value": {"leadgen_id": "44"}}]}]},
    ),
    ("calendly", 120, {"event": "invitee.created", "payload": {}}),
)


@dataclass(frozen=True, slots=True)
class Delivered:
    """One delivery, and the visitor it is of; None if it names nobody."""

    event: StoredEvent
    visitor: Visitor | None
    copies: int = 0
    is_repeat: bool = False


def deliveries(visitors: Iterable[Visitor], sources: Mapping[str, SourceCard], now: datetime) -> Iterator[Delivered]:
    """Everything that arrived. Now and then a sender repeats himself: the same delivery, or the same form once more."""
    for visitor in visitors:
        form = {**facts_of(visitor), "lead_id": visitor.id}
        resent = number("resent", visitor.id, below=ONE_IN_RESENT) == 0
        yield Delivered(_event(visitor.id, sources[visitor.source], form, visitor.at), visitor, copies=int(resent))
        if number("twice", visitor.id, below=ONE_IN_TWICE) == 0 and not visitor.is_fresh:
            later = visitor.at + timedelta(minutes=2)
            again = _event(f"{visitor.id} again", sources[visitor.source], {**form, "retry": 1}, later)
            yield Delivered(again, visitor, is_repeat=True)
    for source, hours, body in NOBODY:
        event = _event(f"nobody {source}", sources[source], body, now - timedelta(hours=hours))
        yield Delivered(event, None)


def store(delivered: Iterable[Delivered], *, status: str, finished_at: datetime | None = None) -> None:
    """Write them as they stand: waiting for routing to finish them in the same transaction, or finished already."""
    copy_rows(InboundEvent, EVENT, (_row(one, status, finished_at) for one in delivered))


def _event(name: str, source: SourceCard, body: object, at: datetime) -> StoredEvent:
    return StoredEvent(uuid.uuid5(SPACE, name), source, json.dumps(body).encode(), CONTENT_TYPE, at)


def _row(one: Delivered, status: str, finished_at: datetime | None) -> tuple[object, ...]:
    event = one.event
    digest = hashlib.sha256(event.body).hexdigest()
    headers = json.dumps({"user-agent": "switchyard-demo"})
    return (
        event.uuid, event.source.id, f"body:{digest}", event.body, digest, event.content_type, headers,
        event.received_at, status, event.received_at, 0, one.copies, "", finished_at,
    )  # fmt: skip
