"""From a stored delivery to the people in it: parse, map, normalise. Pure, so it can be done again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from leads.bodies import BadBody, parse_body
from leads.mapping import read
from leads.normalise import normalise, person_key, phone_key
from leads.sources import SourceCard
from routing.engine.facts import Value, Vocabulary

LONGEST_ITEM_KEY = 300
NAMES_SOMEBODY = frozenset({"email", "phone", "first_name", "last_name", "company"})
NOBODY = "There is no usable e-mail, phone, name or company in it. Mend the source's mapping and replay it."


@dataclass(frozen=True, slots=True)
class StoredEvent:
    uuid: uuid.UUID
    source: SourceCard
    body: bytes
    content_type: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """One person in one delivery. `key` names the person, `item_key` is the sender's id for it; "" if none.

    `phone` is the name that goes with the phone alone: the same as `key` where there is no e-mail.
    """

    event: uuid.UUID
    source: SourceCard
    item: int
    item_key: str
    key: str
    phone: str
    facts: Mapping[str, Value]
    set_aside: Mapping[str, object]
    at: datetime


@dataclass(frozen=True, slots=True)
class EventRead:
    """What a delivery held: people, and in words why the rest (or all) of it could not become leads."""

    event: StoredEvent
    arrivals: tuple[Arrival, ...] = ()
    problems: tuple[str, ...] = ()


def read_event(event: StoredEvent, vocabulary: Vocabulary) -> EventRead:
    """Everybody in the delivery. Never raises for what a sender may have written."""
    try:
        items = read(event.source.reading, parse_body(event.content_type, event.body))
    except BadBody as bad:
        return EventRead(event, problems=(bad.detail,))
    arrivals, problems = [], []
    for number, item in enumerate(items):
        if item.problem:
            problems.append(_numbered(number, len(items), item.problem))
            continue
        raw = {**item.raw}
        if event.source.intent:
            raw.setdefault("intent", event.source.intent)
        read_values = normalise(raw, vocabulary)
        if not NAMES_SOMEBODY & read_values.facts.keys():
            problems.append(_numbered(number, len(items), NOBODY))
            continue
        arrivals.append(
            Arrival(
                event=event.uuid,
                source=event.source,
                item=number,
                item_key=_item_key(event.source, item.key, person_key(read_values.facts)),
                key=person_key(read_values.facts),
                phone=phone_key(str(read_values.facts.get("phone", ""))),
                facts={**read_values.facts, "source": event.source.slug, "received_at": event.received_at},
                set_aside=read_values.set_aside,
                at=event.received_at,
            )
        )
    if not items:
        problems.append("The delivery holds no lead.")
    return EventRead(event, tuple(arrivals), tuple(problems))


def _numbered(number: int, of: int, problem: str) -> str:
    return problem if of == 1 else f"Item {number + 1}: {problem}"


def _item_key(source: SourceCard, key: str, person: str) -> str:
    """What makes the same item the same. Whoever may send to an open source cannot use up another person's id there."""
    return f"{key} of {person}"[:LONGEST_ITEM_KEY] if key and source.auth == "none" else key
