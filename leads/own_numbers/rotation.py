"""A rep's place in the rotation of each of his pools: what the engine would do with a plain lead now, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leads import pulling, standing
from leads.pages.decision import STRATEGIES
from leads.world import Known
from reps.models import Rep
from routing.engine import bench
from routing.engine.bench import Candidate, Needs, Presence
from routing.engine.turns import Turns, turns
from routing.engine.world import Pool

YOU = {
    **pulling.YOU,
    bench.OFF_HOURS: "it is outside your hours, and others are there",
    bench.NO_WEIGHT: "your weight in the pool is 0",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One of those who compete, with what the strategy compares, in words."""

    name: str
    is_own: bool
    measure: str


@dataclass(frozen=True, slots=True)
class Place:
    """`place` counts from 1; 0: he does not compete just now, and `why` says so."""

    slug: str
    name: str
    strategy: str
    level: float
    place: int
    competing: int
    why: str
    order: Sequence[Turn]

    @property
    def ordinal(self) -> str:
        """2nd of 5"""
        if not self.place:
            return "Not competing"
        ending = "th" if self.place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(self.place % 10, "th")
        return f"{self.place}{ending} of {self.competing}"


def places(rep: Rep, known: Known, now: datetime) -> list[Place]:
    """Every pool he is in, in the order of their names."""
    world, email, presence = known.world, rep.user.email, Presence(now)
    mine = [pool for pool in world.pools.values() if any(one.rep == email for one in pool.members)]
    if not mine:
        return []
    people = {member.rep for pool in mine for member in pool.members}
    stand = standing.read(known, [pool.slug for pool in mine], people, presence)
    found = []
    for pool in sorted(mine, key=lambda pool: pool.name):
        seen = turns(pool, Needs(), {}, world, stand, presence)
        found.append(_place(pool, email, seen, known, stand.levels.get((pool.slug, email), 0.0)))
    return found


def _place(pool: Pool, email: str, seen: Turns, known: Known, level: float) -> Place:
    names = known.world.reps
    order = [Turn(names[one.rep].name, one.rep == email, _measure(one, pool, seen)) for one in seen.order]
    place = next((number for number, turn in enumerate(order, start=1) if turn.is_own), 0)
    return Place(
        slug=pool.slug,
        name=pool.name,
        strategy=STRATEGIES[pool.strategy],
        level=level,
        place=place,
        competing=len(order),
        why=_why(place, order, seen, email),
        order=order,
    )


def _why(place: int, order: Sequence[Turn], seen: Turns, email: str) -> str:
    if place == 0:
        code = next((one.code for one in seen.others if one.rep == email), "")
        others = f" {len(order)} of the others could take a lead now." if order else " Nobody else could either."
        return f"You are not in the running now: {YOU.get(code, 'you could not take it')}.{others}"
    mine = order[place - 1]
    if len(order) == 1:
        return "You are the only one who could take a lead now."
    if place == 1:
        return f"The next lead is yours: {mine.measure} against {order[1].measure} of {order[1].name}."
    before = order[place - 2]
    return f"{before.name} is before you: {before.measure} against your {mine.measure}."


def _measure(one: Candidate, pool: Pool, seen: Turns) -> str:
    """What the pool's strategy goes by."""
    if pool.strategy == "least_loaded":
        return f"{one.open} of {one.capacity} open" if one.capacity else f"{one.open} open{_weight(one)}"
    if pool.strategy == "best_skilled":
        return f"skill {one.skill}, level {one.level:.1f}"
    if pool.strategy == "best_converting":
        return "below the fair share" if one.rep in seen.below else f"win rate {(one.rate or 0) * 100:.0f}%"
    if pool.strategy == "first_available":
        return f"number {one.order + 1} of the pool"
    return f"level {one.level:.1f}{_weight(one) if pool.strategy == 'weighted' else ''}"


def _weight(one: Candidate) -> str:
    return "" if one.weight == 1 else f" at weight {one.weight:g}"
