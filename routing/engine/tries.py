"""The targets that were tried one after another for a lead, with everybody who was looked at for each.

A decision keeps those who were looked at last; whoever wants to see how it got there asks here. The same steps as
`routing.engine.route.route`, which is what decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from routing.engine.bench import Needs, Presence
from routing.engine.reach import STAFFED
from routing.engine.route import Request
from routing.engine.seat import NOBODY, Seat, find_seat
from routing.engine.walk import Place, settle
from routing.engine.world import Standing, World


@dataclass(frozen=True, slots=True)
class Try:
    """One target; `seat` is empty where it names nobody: a queue, nurture, the end."""

    place: Place
    seat: Seat


def tries(request: Request, world: World, standing: Standing, presence: Presence, place: Place) -> tuple[Try, ...]:
    """From the first target that the rules give to the one where the lead stays."""
    found: list[Try] = []
    while isinstance(place.target, STAFFED):
        assign = place.target.assign
        needs = Needs(hours=assign.hours, held_before=request.held_before, declined=request.declined)
        seat = find_seat(place, needs, world, standing, presence)
        found.append(Try(place, seat))
        if seat.rep:
            return tuple(found)
        onward = replace(place, target=assign.if_nobody, path=f"{place.path}/if_nobody")
        place = settle(onward, world, request.key, presence.now)
    return (*found, Try(place, NOBODY))
