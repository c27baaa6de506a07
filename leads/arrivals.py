"""From a stored delivery to the people in it: parse, map, normalise. Pure, so it can be done again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from leads.activity import reading
from leads.activity.reading import Signal
from leads.bodies import BadBody, parse_body
from leads.mapping import Item, read
from leads.normalise import normalise, person_key, phone_key
from leads.provenance import Origin, worked_out
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

    `phone` is the name that goes with the phone alone: the same as `key` where there is no e-mail. `provenance` is of
    the facts that the sender did not say himself.
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
    provenance: Mapping[str, Origin] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One activity in one delivery. `item_key` is the sender's id for it; "" if none."""

    event: uuid.UUID
    source: SourceCard
    item: int
    item_key: str
    signal: Signal


@dataclass(frozen=True, slots=True)
class EventRead:
    """What a delivery held: people, what people did, and in words why the rest (or all) of it is neither."""

    event: StoredEvent
    arrivals: tuple[Arrival, ...] = ()
    problems: tuple[str, ...] = ()
    sightings: tuple[Sighting, ...] = ()


def read_event(event: StoredEvent, vocabulary: Vocabulary) -> EventRead:
    """Everybody in the delivery, and what they did. Never raises for what a sender may have written."""
    try:
        items = read(event.source.reading, parse_body(event.content_type, event.body))
    except BadBody as bad:
        return EventRead(event, problems=(bad.detail,))
    arrivals, problems, sightings = [], [], []
    for number, item in enumerate(items):
        troubles: Sequence[str] = ()
        if item.problem:
            troubles = (item.problem,)
        elif item.activity is not None:
            sighting, troubles = _sighting(event, number, item, item.activity, vocabulary)
            sightings += [sighting] if sighting else []
        elif (arrival := _arrival(event, number, item, vocabulary)) is not None:
            arrivals.append(arrival)
        else:
            troubles = (NOBODY,)
        problems += [_numbered(number, len(items), trouble) for trouble in troubles]
    if not items:
        problems.append("The delivery holds no lead.")
    return EventRead(event, tuple(arrivals), tuple(problems), tuple(sightings))


def _arrival(event: StoredEvent, number: int, item: Item, vocabulary: Vocabulary) -> Arrival | None:
    """The person of an item; None if it names nobody."""
    raw = {**item.raw}
    if event.source.intent:
        raw.setdefault("intent", event.source.intent)
    read_values = normalise(raw, vocabulary)
    if not NAMES_SOMEBODY & read_values.facts.keys():
        return None
    return Arrival(
        event=event.uuid,
        source=event.source,
        item=number,
        item_key=_item_key(event.source, item.key, person_key(read_values.facts)),
        key=person_key(read_values.facts),
        phone=phone_key(str(read_values.facts.get("phone", ""))),
        facts={**read_values.facts, "source": event.source.slug, "received_at": event.received_at},
        set_aside=read_values.set_aside,
        at=event.received_at,
        provenance={name: worked_out(origin, event.received_at) for name, origin in read_values.origins.items()},
    )


def _sighting(
    event: StoredEvent, number: int, item: Item, said: Mapping[str, object], vocabulary: Vocabulary
) -> tuple[Sighting | None, Sequence[str]]:
    """The activity of an item, or None; and in words what of it could not be used."""
    try:
        signal = reading.read_signal(said, item.raw, vocabulary, received_at=event.received_at)
    except reading.Unusable as unusable:
        return None, (str(unusable),)
    key = _item_key(event.source, item.key, signal.person_key or str(signal.facts.get("company", "")))
    return Sighting(event.uuid, event.source, number, key, signal), signal.flags


def _numbered(number: int, of: int, problem: str) -> str:
    return problem if of == 1 else f"Item {number + 1}: {problem}"


def _item_key(source: SourceCard, key: str, person: str) -> str:
    """What makes the same item the same. Whoever may send to an open source cannot use up another person's id there."""
    return f"{key} of {person}"[:LONGEST_ITEM_KEY] if key and source.auth == "none" else key
