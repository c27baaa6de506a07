"""The people of a batch: each found by e-mail or phone or new, locked so that nobody else decides meanwhile.

An e-mail names a person; who leaves only a phone is the one who has this phone. The first e-mail that comes with a
phone takes over whoever was known by this phone alone.
"""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from leads.arrivals import Arrival, EventRead
from leads.models import Lead
from leads.prepared import Question, ask_together, prepared_cursor
from leads.provenance import Origin, outranks
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
# Of several who share a phone it is whose lead is open, and of those, or if none is, the newest.
KNOWN_BY_PHONE = """
SELECT id FROM leads_lead WHERE person_key = ANY(%s::text[]) OR id = ANY(ARRAY(
    SELECT found.id FROM unnest(%s::text[]) AS asked (phone) CROSS JOIN LATERAL (
        SELECT id FROM leads_lead WHERE phone = asked.phone AND phone <> ''
        ORDER BY status IN ('assigned', 'accepted', 'contacted') DESC, received_at DESC, id DESC LIMIT 1
    ) AS found
)) ORDER BY id FOR UPDATE
"""
# Where the ids of a table come from is looked up once, not for each.
NEXT_IDS = """
SELECT nextval(numbers.place)
FROM (SELECT pg_get_serial_sequence(%s::text, 'id')::regclass AS place OFFSET 0) AS numbers, generate_series(1, %s::int)
"""


@dataclass(slots=True, eq=False)
class Person:
    """One lead of the batch: what was known (nothing, if `lead` is None), and all that arrived about it just now.

    `name` is the person's key from now on, "" if nothing names him; `phone` is the key that goes with his phone alone.
    `declined` and `held_before` are the e-mails of those who do not get the lead again; `anew`: nor does its holder
    keep it for knowing the person; `past_gate`: the score no longer matters.
    """

    arrivals: list[Arrival] = field(default_factory=list)
    lead: Lead | None = None
    name: str = ""
    phone: str = ""
    id: int = 0
    facts: dict[str, Value] = field(default_factory=dict)
    set_aside: dict[str, object] = field(default_factory=dict)
    provenance: dict[str, Origin] = field(default_factory=dict)
    holder: Holder | None = None
    declined: frozenset[str] = frozenset()
    held_before: frozenset[str] = frozenset()
    anew: bool = False
    past_gate: bool = False

    @property
    def key(self) -> str:
        """What names the person for stickiness and splits: e-mail, else phone, else the lead itself."""
        return self.name or f"lead:{self.id}"

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
    # Whoever did something is locked too: nobody becomes a lead while it is written what he did.
    acting = {sighting.signal.person_key for event in read for sighting in event.sightings} - {""}
    fresh, done_before, known = _locked_and_unseen(arrivals, acting)
    register = _Register(list(Lead.objects.filter(pk__in=known)) if known else [])
    for arrival in fresh:
        register.whose(arrival).arrivals.append(arrival)
    people = register.people
    for person in people:
        _remember(person, emails, vocabulary)
    _number([person for person in people if person.lead is None])
    return Gathered(people, done_before)


def _locked_and_unseen(
    arrivals: Sequence[Arrival], acting: Collection[str]
) -> tuple[list[Arrival], frozenset[uuid.UUID], list[int]]:
    """Without those that an earlier run of the same event, or another delivery of the same item, already brought.

    With the events of those, and the ids of the leads that are there, locked.

    The people are locked first: what another worker brought in is looked for only when it can bring no more. So are the
    senders' own ids, under which the same lead may come with another e-mail.
    """
    by_name = [arrival for arrival in arrivals if arrival.item_key]
    keys = sorted({key for arrival in arrivals for key in (arrival.key, arrival.phone) if key})
    by_phone = sorted({arrival.phone for arrival in arrivals if arrival.phone and arrival.phone == arrival.key})
    known: Question = (KNOWN_PEOPLE, [keys])
    if by_phone:
        known = (KNOWN_BY_PHONE, [keys, [phone.removeprefix("tel:") for phone in by_phone]])
    names = {*keys, *acting, *(f"{arrival.source.id}:{arrival.item_key}" for arrival in by_name)}
    hashes = [zlib.crc32(name.encode("utf-8", "surrogatepass")) - 2**31 for name in names]
    sources = list({arrival.source.id for arrival in by_name})
    _, same_events, same_items, leads = ask_together(
        (LOCK_PEOPLE, [hashes]),
        (SAME_EVENTS, [list({arrival.event for arrival in arrivals})]),
        (SAME_ITEMS, [sources, [arrival.item_key for arrival in by_name]]),
        known,
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
    return fresh, frozenset(event for event, _ in items), [lead for (lead,) in leads]


class _Register:
    """Who is who in a batch: the leads that are known, and one after another everybody who arrives."""

    def __init__(self, leads: Sequence[Lead]) -> None:
        self.people: list[Person] = []
        self._known = {lead.person_key: lead for lead in leads}
        self._by_lead: dict[int, Person] = {}
        self._by_key: dict[str, Person] = {}
        self._by_phone: dict[str, list[Person | Lead]] = {}
        for lead in leads:
            if lead.phone:
                self._by_phone.setdefault(f"tel:{lead.phone}", []).append(lead)

    def whose(self, arrival: Arrival) -> Person:
        """The person this is about; without a key each arrival is somebody new."""
        only_phone = arrival.key == arrival.phone
        person = None
        if arrival.key:
            person = self._answering(arrival.phone) if only_phone else self._named(arrival.key)
        if person is None and arrival.phone:
            person = self._taken_over(arrival)
        if person is None:
            person = self._enter(Person(name=arrival.key))
        if arrival.phone and arrival.phone != person.phone:
            self._move(person, arrival.phone)
        return person

    def _named(self, key: str) -> Person | None:
        if key in self._by_key:
            return self._by_key[key]
        return self._of(self._known[key]) if key in self._known else None

    def _answering(self, phone: str) -> Person | None:
        """Of several who share a phone it is whose lead is open, and of those, or if none is, the newest."""
        found = max(self._by_phone.get(phone, ()), key=self._rank, default=None)
        return self._of(found) if isinstance(found, Lead) else found

    def _rank(self, one: Person | Lead) -> tuple[bool, bool, datetime, int]:
        """Whoever arrives in this batch is as good as open."""
        if isinstance(one, Person) and one.lead is None:
            return True, True, one.first.at, self.people.index(one)
        lead = one.lead if isinstance(one, Person) else one
        assert lead is not None
        return isinstance(one, Person) or lead.is_open, False, lead.received_at, lead.pk

    def _taken_over(self, arrival: Arrival) -> Person | None:
        """Whoever was known by this phone alone has an e-mail from now on."""
        person, lead = self._by_key.pop(arrival.phone, None), self._known.pop(arrival.phone, None)
        if person is None:
            return self._enter(Person(lead=lead, name=arrival.key)) if lead else None
        person.name = arrival.key
        self._by_key[person.name] = person
        return person

    def _of(self, lead: Lead) -> Person:
        return self._by_lead.get(lead.pk) or self._enter(Person(lead=lead, name=lead.person_key or ""))

    def _enter(self, person: Person) -> Person:
        self.people.append(person)
        if person.name:
            self._by_key[person.name] = person
        if person.lead is not None:
            self._by_lead[person.lead.pk] = person
            if person.lead.phone:
                person.phone = f"tel:{person.lead.phone}"
                answering = self._by_phone[person.phone]
                answering[answering.index(person.lead)] = person
        return person

    def _move(self, person: Person, phone: str) -> None:
        if person.phone:
            self._by_phone[person.phone].remove(person)
        person.phone = phone
        self._by_phone.setdefault(phone, []).append(person)


def person_of(lead: Lead, emails: Mapping[int, str], vocabulary: Vocabulary) -> Person:
    """A lead that is decided about again although nothing arrived: declined, taken away, moved."""
    person = Person(lead=lead, name=lead.person_key or "")
    _remember(person, emails, vocabulary)
    return person


def _remember(person: Person, emails: Mapping[int, str], vocabulary: Vocabulary) -> None:
    """Join what was known with what arrived: the newer value wins."""
    lead = person.lead
    if lead is not None:
        person.id = lead.pk
        person.facts = from_json(lead.facts, vocabulary)
        person.set_aside = dict(lead.set_aside)
        person.provenance = dict(lead.provenance)
        person.holder = holder_of(lead, emails)
    for arrival in person.arrivals:
        _take(person, arrival)
        for name in arrival.facts:
            person.set_aside.pop(name, None)  # what did not fit then has come as it should by now
        person.set_aside.update(arrival.set_aside)


def _take(person: Person, arrival: Arrival) -> None:
    """The newer value wins, except that nobody's guess replaces what the person said."""
    for name, value in arrival.facts.items():
        origin = arrival.provenance.get(name)
        if name in person.facts and not outranks(origin, person.provenance.get(name)):
            continue
        person.facts[name] = value
        if origin is None:
            person.provenance.pop(name, None)
        else:
            person.provenance[name] = origin


def holder_of(lead: Lead, emails: Mapping[int, str]) -> Holder | None:
    """Who was last given this lead, if anybody holds it or did until it was closed."""
    email = emails.get(lead.rep_id) if lead.rep_id is not None else None
    if email is None or lead.assigned_at is None:
        return None
    return Holder(email, lead.assigned_at, lead.is_open, lead.status == Lead.Status.LOST)


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
