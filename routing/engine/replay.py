"""The same arrivals through two states of a tree, side by side: where the rules send each, and who would have got it.

Where the rules send a lead depends on its facts and the clock as it then stood, on nothing else. Who gets it depends on
what everybody holds: that is told by `simulate.fold`, one history for each side, beginning with empty hands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import tee

from routing.engine.facts import Facts
from routing.engine.passage import Held
from routing.engine.route import STICKY, Outcome, located
from routing.engine.simulate import Arrival, fold
from routing.engine.targets import Target, ToAccountOwner, ToDiscard, ToNurture, ToPool, ToQueue, ToRep, ToTerritory
from routing.engine.walk import enter, settle
from routing.engine.world import World

OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Went:
    """What became of a lead on one side. `target` is `pool:sales`, `queue:triage`, `owner`, …; `rep` "" if nobody.

    `held` are the rules of the tree itself. `kind`, `rep`, `queue` and `fallback` are of the outcome; whoever comes
    back to the rep who knows him is asked no rule, so there `fallback` is what the rules would have said.
    """

    held: Held
    target: str
    kind: str
    rep: str
    queue: str
    fallback: bool


def replay(arrivals: Iterable[Arrival], before: World, after: World, tree: str) -> Iterator[tuple[Arrival, Went, Went]]:
    """Arrivals in the order of their time; nothing is kept of them but who holds what."""
    first, second = tee(arrivals)
    sides = zip(_side(first, before, tree), _side(second, after, tree), strict=True)
    for (arrival, one), (_, other) in sides:
        yield arrival, one, other


def with_everybody_back(world: World) -> World:
    """Whoever is paused this minute was not throughout the past."""
    return replace(world, reps={email: replace(rep, paused=False) for email, rep in world.reps.items()})


def name_of(target: Target, facts: Facts) -> str:
    """Who is meant to take it, in one word: leads with the same one go the same way, whichever rule sent them."""
    match target:
        case ToPool(pool=pool):
            return f"pool:{pool}"
        case ToRep(rep=rep):
            return f"rep:{rep}"
        case ToAccountOwner():
            return OWNER
        case ToTerritory():
            return f"territory:{facts.get('territory', '')}"
        case ToQueue(queue=queue):
            return f"queue:{queue}"
        case ToNurture(track=track):
            return f"nurture:{track}"
        case ToDiscard(reason=reason):
            return f"discard:{reason}"
        case _:
            raise AssertionError("settled targets are none of the others")


def _side(arrivals: Iterable[Arrival], world: World, tree: str) -> Iterator[tuple[Arrival, Went]]:
    for arrival, outcome in fold(arrivals, world, tree=tree):
        yield arrival, _went(arrival, outcome, world, tree)


def _went(arrival: Arrival, outcome: Outcome, world: World, tree: str) -> Went:
    entered = enter(world, tree, located(arrival.facts, world, arrival.at), arrival.at)
    place = settle(entered, world, arrival.key, arrival.at)
    return Went(
        held=entered.rules,
        target=name_of(place.target, place.facts),
        kind=outcome.kind,
        rep=outcome.rep or "",
        queue=outcome.queue or "",
        fallback=place.fallback if outcome.path == STICKY else outcome.fallback,
    )
