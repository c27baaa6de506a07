"""The people of a batch: each found by e-mail or phone or new, locked so that nobody else decides meanwhile."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leads.arrivals import Arrival, EventRead
from leads.models import Lead
from leads.prepared import ask_together, prepared_cursor
from routing.engine.facts import Value, Vocabulary, from_json
from routing.engine.route import Holder

# The second half of the advisory lock's key says what is locked; any fixed number of our own will do.
LOCK_PEOPLE = """
SELECT pg_advisory_xact_lock(7001, hash) FROM (SELECT unnest(%s::int[]) AS hash ORDER BY 1) AS ordered
"""
SAME_EVENTS = "SELECT event_id, item FROM leads_touch WHERE event_id = ANY(%s::uuid[])"
SAME_ITEMS = """
SELECT source_id, item_key FROM leads_touch
WHERE source_id = ANY(%s::bigint[]) AND item_key = ANY(%s::text[]) AND item_key <> ''
"""
KNOWN_PEOPLE = "SELECT id FROM leads_lead WHERE person_key = ANY(%s::text[]) ORDER BY id FOR UPDATE"
# Where the ids of a table come from is looked up once, not for each.
NEXT_IDS = """
SELECT nextval(numbers.place)
FROM (SELECT pg_get_serial_sequence(%s::text, 'id')::regclass AS place OFFSET 0) AS numbers, generate_series(1, %s::int)
"""


@dataclass(slots=True)
class Person:
    """One lead of the batch: what was known (nothing, if `lead` is None), and all that arrived about it just now."""

    arrivals: list[Arrival] = field(default_factory=list)
    lead: Lead | None = None
    id: int = 0
    facts: dict[str, Value] = field(default_factory=dict)
    set_aside: dict[str, object] = field(default_factory=dict)
    holder: Holder | None = None

    @property
    def key(self) -> str:
        """What names the person for stickiness and splits: e-mail, else phone, else the lead itself."""
        known = (self.lead.person_key if self.lead else self.first.key) or ""
        return known or f"lead:{self.id}"

    @property
    def first(self) -> Arrival:
        return self.arrivals[0]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everybody of a batch, and the events whose people an earlier run had already brought in."""

    people: list[Person]
    done_before: frozenset[uuid.UUID]


def gather(read: Sequence[EventRead], emails: Mapping[int, str], vocabulary: Vocabulary) -> Gathered:
    """Lock and find everybody in these deliveries, new ones with fresh ids, without whatever was brought in before."""
    arrivals = [arrival for event in read for arrival in event.arrivals]
    keys = sorted({arrival.key for arrival in arrivals if arrival.key})
    fresh, done_before, known = _locked_and_unseen(keys, arrivals)
    people = _grouped(fresh)
    leads = {lead.person_key: lead for lead in Lead.objects.filter(pk__in=known)} if known else {}
    for person in people:
        person.lead = leads.get(person.first.key) if person.first.key else None
        _remember(person, emails, vocabulary)
    _number([person for person in people if person.lead is None])
    return Gathered(people, done_before)


def _locked_and_unseen(
    keys: Sequence[str], arrivals: Sequence[Arrival]
) -> tuple[list[Arrival], frozenset[uuid.UUID], list[int]]:
    """Without those that an earlier run of the same event, or another delivery of the same item, already brought.

    With the events of those, and the ids of the leads that are there, locked.

    The people are locked first: what another worker brought in is looked for only when it can bring no more. So are the
    senders' own ids, under which the same lead may come with another e-mail.
    """
    by_name = [arrival for arrival in arrivals if arrival.item_key]
    names = {*keys, *(f"{arrival.source.id}:{arrival.item_key}" for arrival in by_name)}
    hashes = [zlib.crc32(name.encode("utf-8", "surrogatepass")) - 2**31 for name in names]
    sources = list({arrival.source.id for arrival in by_name})
    _, same_events, same_items, known = ask_together(
        (LOCK_PEOPLE, [hashes]),
        (SAME_EVENTS, [list({arrival.event for arrival in arrivals})]),
        (SAME_ITEMS, [sources, [arrival.item_key for arrival in by_name]]),
        (KNOWN_PEOPLE, [keys]),
    )
    items, named = set(same_events), set(same_items)
    fresh = []
    for arrival in arrivals:
        name = (arrival.source.id, arrival.item_key)
        if (arrival.event, arrival.item) in items or (arrival.item_key and name in named):
            continue
        if arrival.item_key:
            named.add(name)
        fresh.append(arrival)
    return fresh, frozenset(event for event, _ in items), [lead for (lead,) in known]


def _grouped(arrivals: Sequence[Arrival]) -> list[Person]:
    """One person for each key; without a key each arrival is somebody new."""
    people: list[Person] = []
    by_key: dict[str, Person] = {}
    for arrival in arrivals:
        if arrival.key and arrival.key in by_key:
            by_key[arrival.key].arrivals.append(arrival)
            continue
        person = Person([arrival])
        people.append(person)
        if arrival.key:
            by_key[arrival.key] = person
    return people


def person_of(lead: Lead, emails: Mapping[int, str], vocabulary: Vocabulary) -> Person:
    """A lead that is decided about again although nothing arrived: declined, taken away, moved."""
    person = Person(lead=lead)
    _remember(person, emails, vocabulary)
    return person


def _remember(person: Person, emails: Mapping[int, str], vocabulary: Vocabulary) -> None:
    """Join what was known with what arrived: the newer value wins."""
    lead = person.lead
    if lead is not None:
        person.id = lead.pk
        person.facts = from_json(lead.facts, vocabulary)
        person.set_aside = dict(lead.set_aside)
        holder = emails.get(lead.rep_id) if lead.rep_id is not None else None
        if holder is not None and lead.assigned_at is not None:
            person.holder = Holder(holder, lead.assigned_at, lead.is_open)
    for arrival in person.arrivals:
        person.facts.update(arrival.facts)
        for name in arrival.facts:
            person.set_aside.pop(name, None)  # what did not fit then has come as it should by now
        person.set_aside.update(arrival.set_aside)


def _number(people: Sequence[Person]) -> None:
    """Ids for the new ones, so that all their rows can be written at once."""
    for person, fresh in zip(people, new_ids("leads_lead", len(people)), strict=True):
        person.id = fresh


def new_ids(table: str, count: int) -> list[int]:
    """`count` fresh ids of a table; gaps after a rollback are harmless."""
    if not count:
        return []
    with prepared_cursor() as cursor:
        cursor.execute(NEXT_IDS, [table, count])
        return [row[0] for row in cursor.fetchall()]
