"""Routing for the demo: the same decisions, rows and messages as in the pipeline, written for many leads at once.

A database that was empty a moment ago holds nothing that this process does not know, so whoever comes for the first
time is decided in memory. Whoever comes back, repeats himself or names nobody goes through the pipeline itself, and so
does whoever comes while others wait for people: these go first.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from time import perf_counter_ns

from leads import accounts, record, standing
from leads.activity.windows import facts_of
from leads.arrivals import Arrival, read_event
from leads.deciding import Decided, known_about
from leads.demo import deliveries
from leads.demo.deliveries import Delivered
from leads.draining import somebody_waits
from leads.matching import Matching
from leads.models import InboundEvent
from leads.people import Person, new_ids
from leads.pipeline import RETURNED, route_events
from leads.promises import Promises
from leads.rows import Writer
from leads.tables import Rows
from leads.world import Known
from routing.engine import ledger
from routing.engine.bench import Presence
from routing.engine.route import Request, plan, route, take
from routing.engine.world import Standing
from routing.models import Decision

LEADS, DECISIONS, ASSIGNMENTS = TABLES = ("leads_lead", "routing_decision", "leads_assignment")
IDS_AT_ONCE = 100


class Desk:
    """Decides deliveries one after another, each at its own time."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self._accounts: dict[tuple[str, ...], Matching] = {}
        self._seen: set[str] = set()
        self._standing: Standing | None = None
        self._waits = False
        self._rows = Rows()
        self._events: dict[str, list[Delivered]] = {}
        self._ids: dict[str, Iterator[int]] = {table: iter(()) for table in TABLES}

    def decide(self, delivered: Delivered, at: datetime) -> list[Decided]:
        """The decisions about everybody in this delivery. Rows are written by `flush`, at the latest."""
        read = read_event(delivered.event, self.known.world.vocabulary)
        keys = {arrival.key for arrival in read.arrivals}
        names = keys | {arrival.phone for arrival in read.arrivals if arrival.phone}
        if len(keys) == 1 and "" not in keys and not names & self._seen and not self._waits:
            self._seen |= names
            return [self._decide_newcomer(delivered, read.arrivals[0], at)]
        self.flush(at)
        self._seen |= names
        deliveries.store([delivered], status=InboundEvent.Status.WAITING)
        self.forget()
        decided = route_events([delivered.event], self.known, now=at)
        self._waits = somebody_waits()
        return decided

    def release(self, rep: str) -> None:
        """A lead was closed: its place is free for whoever is decided next."""
        if self._standing is not None:
            ledger.release(self._standing, rep)

    def forget(self) -> None:
        """Somebody else wrote: what is held is read again before the next decision."""
        self._standing = None

    def flush(self, now: datetime) -> None:
        """Write what was decided so far."""
        for status, delivered in self._events.items():
            deliveries.store(delivered, status=status, finished_at=now)
        record.flush(self._rows, now=now, ending=RETURNED)
        self._rows, self._events = Rows(), {}

    def _decide_newcomer(self, delivered: Delivered, arrival: Arrival, at: datetime) -> Decided:
        world, presence = self.known.world, Presence(at)
        if self._standing is None:
            self._standing = standing.read(self.known, world.pools, world.reps, presence)
        person = Person(
            [arrival],
            name=arrival.key,
            phone=arrival.phone,
            id=self._next_id(LEADS),
            facts=dict(arrival.facts),
            set_aside=dict(arrival.set_aside),
        )
        matching = self._matching(person)
        account = matching.match
        # Nobody did anything before the first lead came: the demo's activities are told last.
        about = known_about(person.facts, account, self.known, presence, facts_of(self.known.signals))
        request = Request(key=person.key, facts=about.facts)

        started = perf_counter_ns()
        outcome = route(request, world, self._standing, presence, plan(request, world, at))
        take(outcome, request, world, self._standing, presence)
        took_us = (perf_counter_ns() - started) // 1000
        decided = Decided(person, request, outcome, account, took_us, about.points, matching)

        self._waits |= bool(outcome.waits_for)
        self._write(decided, delivered, at)
        return decided

    def _matching(self, person: Person) -> Matching:
        """The account by what it is found by, each looked up once."""
        by = tuple(str(person.facts.get(name, "")) for name in ("email_domain", "website", "company", "country"))
        if by not in self._accounts:
            self._accounts[by] = accounts.matching(person.facts)
        return self._accounts[by]

    def _write(self, decided: Decided, delivered: Delivered, at: datetime) -> None:
        since = {decided.person.id: decided.person.first.at}
        writer = Writer(decided, self.known, self._rows, Promises(self.known, at), since, at)
        writer.write(self._next_id(DECISIONS), self._next_id(ASSIGNMENTS), Decision.Cause.ARRIVED)
        status = InboundEvent.Status.DISCARDED if decided.outcome.kind == "discarded" else InboundEvent.Status.ROUTED
        self._events.setdefault(status, []).append(delivered)

    def _next_id(self, table: str) -> int:
        """Ids are fetched by the hundred."""
        found = next(self._ids[table], None)
        if found is None:
            self._ids[table] = iter(new_ids(table, IDS_AT_ONCE))
            found = next(self._ids[table])
        return found
