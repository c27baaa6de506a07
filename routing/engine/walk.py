"""From facts to a target: down the tree, through tables, splits and other trees, until people are to be asked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from reps.hours import WEEKDAYS
from routing.engine.compile import row_of
from routing.engine.facts import Facts, Value, typed
from routing.engine.targets import Split, Table, Target, ToFallback, ToQueue, ToTree
from routing.engine.world import Published, World

UNASSIGNED = ToQueue(queue="unassigned", sla=None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a lead has got to. `path` names the target within its document: rule ids, then what led on from there.

    `changed` is what the `set` of the rules that held made of the facts. `spent` are the trees whose own `otherwise`
    has been tried: a second fallback there can only mean the built-in queue.
    """

    tree: Published
    target: Target
    path: str
    facts: Facts
    asked: Facts = field(default_factory=dict)  # as the first rule saw them: before any `set`
    rules: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    fallback: bool = False
    changed: Mapping[str, Value] = field(default_factory=dict)
    spent: frozenset[str] = frozenset()
    entered: str = ""  # the tree whose rules were asked first


def enter(world: World, slug: str, facts: Facts, now: datetime, *, came_from: Place | None = None) -> Place:
    """Ask a tree's rules from the top; the first that holds wins, and once in a branch a lead never leaves it."""
    published = world.trees[slug]
    facts = {**facts, **clock_facts(published.zone, now)}
    asked = came_from.asked if came_from else facts
    setting = world.setting(now)
    level, otherwise, path = published.level, published.tree.otherwise, slug
    ids = list(came_from.rules) if came_from else []
    names = list(came_from.names) if came_from else []
    changed = dict(came_from.changed) if came_from else {}
    spent = came_from.spent if came_from else frozenset()
    at_root = True

    while (index := level.first(facts, setting)) >= 0:
        rule, below = level.rules[index], level.children[index]
        ids.append(rule.id)
        names.append(rule.name)
        path = f"{path}/{rule.id}"
        if rule.set:
            fitting, _ = typed(dict(rule.set), world.vocabulary)
            changed.update(fitting)
            facts = {**facts, **fitting}
        at_root = False
        if below is None:
            otherwise = rule.target or ToFallback()
            break
        level, otherwise = below, rule.otherwise or ToFallback()
    else:
        path = f"{path}/otherwise"

    return Place(
        tree=published,
        target=otherwise,
        path=path,
        facts=facts,
        asked=asked,
        rules=tuple(ids),
        names=tuple(names),
        fallback=at_root,
        changed=changed,
        spent=spent | {slug} if at_root else spent,
        entered=came_from.entered if came_from else slug,
    )


def settle(place: Place, world: World, key: str, now: datetime) -> Place:
    """Follow tables, splits, jumps and fallbacks until the target is a person, a pool or a place to wait."""
    while True:
        target = place.target
        if isinstance(target, Table):
            chosen, row = row_of(target, place.facts, world.setting(now))
            place = replace(place, target=chosen, path=f"{place.path}/{row}")
        elif isinstance(target, Split):
            way = way_of(target, place.path, key)
            place = replace(place, target=target.ways[way].target, path=f"{place.path}/{target.ways[way].name}")
        elif isinstance(target, ToTree):
            place = enter(world, target.tree, place.facts, now, came_from=place)
        elif isinstance(target, ToFallback):
            place = _fall_back(place)
        else:
            return place


def way_of(split: Split, path: str, key: str) -> int:
    """The index of the way this lead goes: by SHA-256 of the split's path and the lead's key."""
    digest = hashlib.sha256(f"{path}\n{key}".encode()).digest()
    total = sum(way.share for way in split.ways)
    point = int.from_bytes(digest[:8], "big") * total >> 64
    for index, way in enumerate(split.ways):
        point -= way.share
        if point < 0:
            return index
    raise AssertionError("shares are at least 1, so some way holds the point")


def _fall_back(place: Place) -> Place:
    """To the otherwise of the tree that is being asked, or, where that has been tried, to the built-in queue."""
    slug = place.tree.slug
    if slug in place.spent:
        return replace(place, target=UNASSIGNED, path=f"{slug}/unassigned", fallback=True)
    return replace(
        place,
        target=place.tree.tree.otherwise,
        path=f"{slug}/otherwise",
        fallback=True,
        spent=place.spent | {slug},
    )


@lru_cache(maxsize=64)
def clock_facts(zone: str, now: datetime) -> Mapping[str, Value]:
    """`time.weekday` and `time.hour` on the wall of a tree's own zone."""
    local = now.astimezone(ZoneInfo(zone))
    return {"time.weekday": WEEKDAYS[local.weekday()], "time.hour": local.hour}
