"""Whose turn it is in a pool: who competes, in the order in which they would be chosen if the one before could not.

The same bench and the same strategy as for a lead that is decided; nothing is given and nothing moves.
"""

from __future__ import annotations

from dataclasses import dataclass

from routing.engine import bench, ledger, strategies
from routing.engine.bench import Candidate, Needs, Presence
from routing.engine.facts import Facts
from routing.engine.seat import by_conversion
from routing.engine.strategies import Evidence
from routing.engine.world import Pool, Standing, World


@dataclass(frozen=True, slots=True)
class Turns:
    """`order` are those who compete for such a lead, `others` those who do not, each with the code of why."""

    order: tuple[Candidate, ...]
    others: tuple[Candidate, ...]
    below: frozenset[str]  # who goes first for being far below the fair share


def turns(pool: Pool, needs: Needs, facts: Facts, world: World, standing: Standing, presence: Presence) -> Turns:
    opening = ledger.openings(pool, pool.strategy, world.reps, standing, presence)
    joined = {line.rep: line.amount for line in opening}
    seats = bench.assemble(pool, world.reps, needs, standing, presence, joined=joined)
    evidence = Evidence(standing.last)
    if pool.strategy == "best_converting":
        seats, evidence = by_conversion(seats, pool, facts, standing)
    waiting, order = list(seats.eligible), []
    while waiting:
        chosen = strategies.STRATEGIES[pool.strategy](waiting, evidence)
        waiting.remove(chosen)
        order.append(chosen)
    return Turns(tuple(order), seats.excluded, frozenset(evidence.shortfalls))
