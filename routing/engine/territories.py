"""Which territory a lead lies in: of those whose condition holds, the most specific."""

from __future__ import annotations

from datetime import datetime

from routing.engine.conditions import holds
from routing.engine.facts import Facts
from routing.engine.world import World


def territory_of(facts: Facts, world: World, now: datetime) -> str:
    """The slug of the deepest territory valid today (UTC) that holds the lead; the first among equals; "" for none."""
    today = now.date()
    setting = world.setting(now)
    best, depth = "", 0
    for territory in world.territories:
        deeper = len(world.ancestors.get(territory.slug, frozenset({territory.slug})))
        if deeper <= depth:
            continue
        if (territory.valid_from and today < territory.valid_from) or (
            territory.valid_to and today >= territory.valid_to
        ):
            continue
        if holds(territory.when, facts, setting):
            best, depth = territory.slug, deeper
    return best
