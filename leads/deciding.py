"""Deciding a batch: match, score, plan, lock, and then one pure decision after another over the same standing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter_ns

from leads import accounts, scoring, standing
from leads.crash import crash_point
from leads.matching import Match, account_facts, match
from leads.people import Person
from leads.world import Known
from routing.engine.bench import Presence
from routing.engine.facts import Facts
from routing.engine.reach import Reaches
from routing.engine.route import Outcome, Request, plan, route, take
from routing.engine.walk import Place


@dataclass(frozen=True, slots=True)
class Decided:
    """One lead's decision, before it is written. `took_us` is the time the decision itself took, in microseconds."""

    person: Person
    request: Request
    outcome: Outcome
    account: Match | None
    took_us: int


@dataclass(frozen=True, slots=True)
class Planned:
    person: Person
    request: Request
    place: Place
    account: Match | None


def decide(
    people: Sequence[Person],
    known: Known,
    presence: Presence,
    *,
    declined: frozenset[str] = frozenset(),
    held_before: frozenset[str] = frozenset(),
) -> list[Decided]:
    """Who gets each of these leads. Takes the locks of everybody who may: the caller's transaction must be short."""
    by_domain = accounts.cards_for(person.facts for person in people)
    planned = []
    reaches = Reaches(known.world)
    for person in people:
        account = match(person.facts, by_domain) if by_domain else None
        request = Request(
            key=person.key,
            facts=with_knowledge(person.facts, account, known, presence),
            holder=person.holder,
            held_before=held_before,
            declined=declined,
        )
        place = plan(request, known.world, presence.now)
        planned.append(Planned(person, request, place, account))
        reaches.add(place)

    # All pools and reps that may be touched, so that they are locked once and in one order.
    reach = reaches.all()
    holders = {person.holder.rep for person in people if person.holder is not None}
    now_held = standing.lock_and_read(known, reach.pools, reach.reps | holders, presence)
    crash_point("after_locks")

    decided = []
    for one in planned:
        started = perf_counter_ns()
        outcome = route(one.request, known.world, now_held, presence, one.place)
        take(outcome, one.request, known.world, now_held, presence)
        took_us = (perf_counter_ns() - started) // 1000
        decided.append(Decided(one.person, one.request, outcome, one.account, took_us))
    return decided


def with_knowledge(facts: Facts, account: Match | None, known: Known, presence: Presence) -> Facts:
    """The lead's own facts with its account's and its score."""
    facts = {**facts, **account_facts(account)}
    return {**facts, **scoring.score(known.scoring, facts, known.world.setting(presence.now))}
