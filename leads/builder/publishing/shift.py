"""What a document would have changed for the last leads: who goes to somebody else, who gains, who loses.

Each lead is asked of both at the very time at which it came, by the facts that were known then: where the rules send
it, not who of a pool was free.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from leads.builder.desk import Desk
from leads.builder.names import names_of
from leads.builder.traffic import sample
from leads.builder.traffic.sample import Seen
from leads.realignment.moves import Balance, shares
from routing.engine.replay import name_of
from routing.engine.route import Request, plan
from routing.engine.walk import Place
from routing.engine.world import World

EXTRA = 1.2  # of what somebody gets now: this much more is worth saying
LEAST = 1.0  # but not of less than a lead


@dataclass(frozen=True, slots=True)
class Gain:
    name: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Shift:
    """Of the last `leads`, `moved` would go elsewhere. Fallback in shares; `flows` are (from, to, how many)."""

    leads: int
    moved: int
    fallback: float
    fallback_was: float
    flows: tuple[tuple[str, str, int], ...]
    gaining: tuple[Gain, ...]

    @property
    def share(self) -> float:
        return self.moved / self.leads if self.leads else 0.0

    @property
    def as_json(self) -> dict[str, Any]:
        """As `Publication.impact` keeps it."""
        return {**asdict(self), "flows": [list(flow) for flow in self.flows], "share": self.share}


def shift(desk: Desk, now: datetime) -> Shift | None:
    """The desk's document against what is live; None where nothing is live, or nobody came."""
    seen = sample.sample(desk.tree, now).seen
    if desk.live is None or not seen or desk.tree.slug not in desk.known.world.trees:
        return None
    worlds = desk.known.world, desk.world
    flows: Counter[tuple[str, str]] = Counter()
    balance: dict[str, Balance] = defaultdict(Balance)
    fallback = [0, 0]
    for one in seen:
        places = [_place(one, world, desk.tree.slug) for world in worlds]
        for side, place in enumerate(places):
            fallback[side] += place.fallback
        for email, part in shares(places[0], worlds[0]).items():
            balance[email].before += part
        for email, part in shares(places[1], worlds[1]).items():
            balance[email].after += part
        was, will = (name_of(place.target, place.facts) for place in places)
        if was != will:
            flows[was, will] += 1
    of_target = names_of(desk.known).of_target
    return Shift(
        leads=len(seen),
        moved=flows.total(),
        fallback=fallback[1] / len(seen),
        fallback_was=fallback[0] / len(seen),
        flows=tuple((of_target(was), of_target(will), count) for (was, will), count in flows.most_common()),
        gaining=_gaining(balance, worlds[1]),
    )


def _place(one: Seen, world: World, slug: str) -> Place:
    return plan(Request(one.key, one.facts), world, one.at, slug)


def _gaining(balance: dict[str, Balance], world: World) -> tuple[Gain, ...]:
    found = [
        Gain(world.reps[email].name if email in world.reps else email, round(one.before, 1), round(one.after, 1))
        for email, one in balance.items()
        if one.change >= LEAST and one.after > EXTRA * one.before
    ]
    return tuple(sorted(found, key=lambda one: (one.before - one.after, one.name)))
