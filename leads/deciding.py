"""Deciding a batch: match, score, plan, lock, and then one pure decision after another over the same standing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter_ns

from leads import accounts, standing
from leads.activity import counting
from leads.crash import crash_point
from leads.knowledge import NO_SIGNALS, Knowledge, knowledge
from leads.matching import NOTHING, Match, Matching
from leads.people import Person
from leads.scoring import NO_POINTS, Points
from leads.world import Known
from routing.engine.bench import Presence
from routing.engine.facts import Facts
from routing.engine.reach import Reach, Reaches
from routing.engine.route import Outcome, Request, plan, route, take
from routing.engine.walk import Place
from routing.engine.world import Standing


@dataclass(frozen=True, slots=True)
class Decided:
    """One lead's decision, before it is written. `took_us` is the time the decision itself took, in microseconds.

    `account` is the one it was found to belong to, `points` how its score came about.
    """

    person: Person
    request: Request
    outcome: Outcome
    account: Match | None
    took_us: int
    points: Points = NO_POINTS
    matching: Matching = NOTHING


@dataclass(frozen=True, slots=True)
class Planned:
    """One lead on its way: what is asked of the rules, and where they send it before anybody is asked.

    `side` is the organisation with the rules that decide about it.
    """

    person: Person
    request: Request
    place: Place
    account: Match | None
    points: Points
    matching: Matching
    side: Known


def decide(people: Sequence[Person], known: Known, presence: Presence) -> list[Decided]:
    """Who gets each of these leads. Takes the locks of everybody who may: the caller's transaction must be short."""
    planned = plan_all(people, known, presence)
    now_held = lock_for(planned, known, presence)
    return [settle(one, now_held, presence) for one in planned]


PlaceOf = Callable[[Person, Request], Place]


def plan_all(
    people: Sequence[Person], known: Known, presence: Presence, place_of: PlaceOf | None = None
) -> list[Planned]:
    """What is known of everybody, and the first target that the rules give: nobody is asked yet, nothing is locked.

    `place_of` says from which target a lead is given instead, if not from the one that the rules have for it now.
    """
    found = accounts.matchings([(person.facts, person.lead.pk if person.lead else None) for person in people])
    matches = [matching.match for matching in found]
    signals = counting.signals_of([person.facts for person in people], matches, known.signals, presence.now)
    planned = []
    for person, matching, counted in zip(people, found, signals, strict=True):
        about = known_about(person.facts, matching.match, known, presence, counted)
        request = Request(
            key=person.key,
            facts=about.facts,
            holder=person.holder,
            held_before=person.held_before,
            declined=person.declined,
            anew=person.anew,
            past_gate=person.past_gate,
        )
        side = known.side_of(person.id)
        place = place_of(person, request) if place_of else plan(request, side.world, presence.now)
        planned.append(Planned(person, request, place, matching.match, about.points, matching, side))
    return planned


def lock_for(planned: Iterable[Planned], known: Known, presence: Presence) -> Standing:
    """All pools and reps that any of these may reach, locked once and in one order, with what they hold now."""
    planned = list(planned)
    holders = {one.person.holder.rep for one in planned if one.person.holder is not None}
    reach = reach_of(planned)
    now_held = standing.lock_and_read(known, reach.pools, reach.reps | holders, presence)
    crash_point("after_locks")
    return now_held


def reach_of(planned: Iterable[Planned]) -> Reach:
    """All pools and reps that any of these may end with, each by the rules that decide about it."""
    reaches: dict[int, Reaches] = {}
    for one in planned:
        world = one.side.world
        reaches.setdefault(id(world), Reaches(world)).add(one.place)
    found = [each.all() for each in reaches.values()]
    return Reach(frozenset().union(*(one.pools for one in found)), frozenset().union(*(one.reps for one in found)))


def settle(one: Planned, now_held: Standing, presence: Presence) -> Decided:
    """One pure decision; what everybody holds moves on by it."""
    started = perf_counter_ns()
    outcome = route(one.request, one.side.world, now_held, presence, one.place)
    take(outcome, one.request, one.side.world, now_held, presence)
    took_us = (perf_counter_ns() - started) // 1000
    return Decided(one.person, one.request, outcome, one.account, took_us, one.points, one.matching)


def known_about(
    facts: Facts, account: Match | None, known: Known, presence: Presence, signals: Facts = NO_SIGNALS
) -> Knowledge:
    """What the rules see of a lead with these facts."""
    setting = known.world.setting(presence.now)
    return knowledge(facts, match=account, signals=signals, card=known.scoring, setting=setting)
