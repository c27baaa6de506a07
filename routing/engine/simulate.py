"""A history decided again from the start: a fold of `route` over arrivals, with the clock as it then stood.

Pure: nothing is read but the arrivals, nothing is written. Whoever comes back is recognised, and what was known of him
joins what he brings now, as in live routing.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from routing.engine import ledger
from routing.engine.bench import Presence
from routing.engine.facts import Facts, Value
from routing.engine.route import Holder, Outcome, Request, plan, route, take
from routing.engine.world import Standing, World

Knowledge = Callable[[Facts, datetime], Facts]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One touch. `key` names the person, never empty; from `closes_at` on the lead takes up nobody's place."""

    key: str
    facts: Facts
    at: datetime
    closes_at: datetime | None = None


@dataclass(slots=True)
class _Person:
    facts: dict[str, Value] = field(default_factory=dict)
    holder: Holder | None = None
    closes_at: datetime | None = None


def fold(
    arrivals: Iterable[Arrival], world: World, *, tree: str = "", knowledge: Knowledge = lambda facts, at: facts
) -> Iterator[tuple[Arrival, Outcome]]:
    """Decide arrivals, given in the order of their time. `knowledge` adds account and score to a lead's own facts."""
    story = _Story(world)
    for arrival in arrivals:
        story.close_until(arrival.at)
        yield arrival, story.decide(arrival, tree, knowledge)


class _Story:
    """Who holds what and what is known of everybody, as far as the history has been told."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.standing = Standing()
        self.presence: Presence | None = None
        self.people: dict[str, _Person] = {}
        self.closings: list[tuple[datetime, str]] = []

    def decide(self, arrival: Arrival, tree: str, knowledge: Knowledge) -> Outcome:
        person = self.people.setdefault(arrival.key, _Person())
        person.facts.update(arrival.facts)
        presence = self._presence(arrival.at)
        request = Request(arrival.key, knowledge(person.facts, arrival.at), person.holder)

        place = plan(request, self.world, arrival.at, tree)
        outcome = route(request, self.world, self.standing, presence, place)

        take(outcome, request, self.world, self.standing, presence)
        self._remember(person, arrival, outcome.rep, outcome.changed)
        return outcome

    def close_until(self, now: datetime) -> None:
        """Free the places of all leads that are closed by now. A later touch may have put a closing off."""
        while self.closings and self.closings[0][0] <= now:
            at, key = heapq.heappop(self.closings)
            person = self.people[key]
            if person.closes_at == at and person.holder is not None and person.holder.open:
                ledger.release(self.standing, person.holder.rep)
                person.holder = Holder(person.holder.rep, person.holder.since, open=False)

    def _presence(self, now: datetime) -> Presence:
        if self.presence is None or self.presence.now != now:
            self.presence = Presence(now)
        return self.presence

    def _remember(self, person: _Person, arrival: Arrival, rep: str | None, changed: Mapping[str, Value]) -> None:
        """An open lead that is touched again closes when the last of its touches does."""
        was_open = person.holder is not None and person.holder.open
        person.facts.update(changed)
        kept = person.holder if was_open and person.holder is not None and person.holder.rep == rep else None
        person.holder = kept or (Holder(rep, arrival.at, open=True) if rep else None)
        known = [at for at in (arrival.closes_at, person.closes_at if was_open else None) if at is not None]
        person.closes_at = max(known, default=None)
        if rep and person.closes_at is not None:
            heapq.heappush(self.closings, (person.closes_at, arrival.key))
