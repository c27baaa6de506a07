"""Whom a target may end with, whatever happens: the pools and reps that must be locked before anybody is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from routing.engine.facts import Facts
from routing.engine.rules import Rule
from routing.engine.seat import MOST_BACKUPS, team_reps
from routing.engine.targets import (
    Split,
    Table,
    Target,
    ToAccountOwner,
    ToFallback,
    ToPool,
    ToRep,
    ToTerritory,
    ToTree,
)
from routing.engine.walk import Place
from routing.engine.world import World

# The facts that a reach depends on, besides the target.
WIDENING = ("territory", "account.owner", "account.team")
STAFFED = ToPool | ToRep | ToAccountOwner | ToTerritory


@dataclass(frozen=True, slots=True)
class Reach:
    pools: frozenset[str]
    reps: frozenset[str]


def reach_of(place: Place, world: World) -> Reach:
    """All pools and reps that a lead at this place may end with, cover and fallbacks included."""
    pools: set[str] = set()
    named: set[str] = set()
    seen: set[int] = set()
    waiting: list[tuple[Target, str]] = [(place.target, place.tree.slug)]
    while waiting:
        target, slug = waiting.pop()
        if id(target) in seen:
            continue
        seen.add(id(target))
        pools |= set(_pools_of(target, place.facts, world))
        named |= set(_reps_of(target, place.facts, world))
        waiting += [(next_target, next_slug) for next_target, next_slug in _onward(target, slug, world)]
    members = {member.rep for pool in pools for member in world.pools[pool].members}
    covers = {rep for email in named for rep in _with_cover(email, world)}
    return Reach(frozenset(pools), frozenset(members | covers))


class Reaches:
    """The reach of many places in one world: what many leads of a batch share is followed once."""

    def __init__(self, world: World) -> None:
        self._world = world
        # By the target itself and the only facts that widen a reach. The places keep their targets alive.
        self._found: dict[tuple[object, ...], tuple[Place, Reach]] = {}

    def add(self, place: Place) -> None:
        facts = place.facts
        same = (id(place.target), place.tree.slug, *map(facts.get, WIDENING))
        if same not in self._found:
            self._found[same] = (place, reach_of(place, self._world))

    def all(self) -> Reach:
        """Everybody whom any of the places may reach."""
        found = [reach for _, reach in self._found.values()]
        return Reach(
            frozenset().union(*(reach.pools for reach in found)), frozenset().union(*(reach.reps for reach in found))
        )


def _pools_of(target: Target, facts: Facts, world: World) -> Iterator[str]:
    if isinstance(target, ToPool) and target.pool in world.pools:
        yield target.pool
    if isinstance(target, ToTerritory):
        pool = world.atlas.pools.get(str(facts.get("territory", "")), "")
        if pool in world.pools:
            yield pool


def _reps_of(target: Target, facts: Facts, world: World) -> Iterator[str]:
    if isinstance(target, ToRep):
        yield target.rep
    if isinstance(target, ToAccountOwner):
        yield str(facts.get("account.owner", ""))
        yield from team_reps(str(facts.get("account.team", "")), world)


def _onward(target: Target, slug: str, world: World) -> Iterator[tuple[Target, str]]:
    """Where a lead may go on to from a target if nobody there can take it, or by the lead's own facts."""
    if isinstance(target, STAFFED):
        yield target.assign.if_nobody, slug
    elif isinstance(target, Table):
        yield from ((row.target, slug) for row in target.rows)
        yield target.otherwise, slug
    elif isinstance(target, Split):
        yield from ((way.target, slug) for way in target.ways)
    elif isinstance(target, ToFallback):
        yield world.trees[slug].tree.otherwise, slug
    elif isinstance(target, ToTree):
        yield from ((leaf, target.tree) for leaf in _leaves(world.trees[target.tree].tree.rules))
        yield world.trees[target.tree].tree.otherwise, target.tree


def _leaves(rules: tuple[Rule, ...]) -> Iterator[Target]:
    for rule in rules:
        if rule.target is not None:
            yield rule.target
        if rule.otherwise is not None:
            yield rule.otherwise
        yield from _leaves(rule.rules)


def _with_cover(email: str, world: World) -> Iterator[str]:
    """The rep and the backups that may stand in for him."""
    for _ in range(MOST_BACKUPS + 1):
        if email not in world.reps:
            return
        yield email
        email = world.reps[email].backup or ""
