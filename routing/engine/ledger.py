"""The ledger: how each decision moves the levels of a pool, and how it moves everybody's standing.

A level is the sum of a member's lines: +1 for a lead by rotation, a share for keeping pace while not competing, an
opening line on joining. Nothing else moves a level, so a rotation can be explained line by line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from routing.engine.bench import Bench, Presence
from routing.engine.world import Pool, Rep, Standing

ASSIGNED = "assigned"
KEPT_PACE = "kept_pace"
OPENING = "opening"


@dataclass(frozen=True, slots=True)
class Line:
    pool: str
    rep: str
    amount: float
    kind: str


def weights_of(pool: Pool, strategy: str) -> dict[str, float]:
    """Each member's weight; in a plain round robin all of them count as 1."""
    if strategy == "round_robin":
        return {member.rep: 1.0 for member in pool.members}
    return {member.rep: member.weight for member in pool.members}


def openings(
    pool: Pool, strategy: str, reps: Mapping[str, Rep], standing: Standing, presence: Presence
) -> tuple[Line, ...]:
    """Lines that put each member who joined since the last lead at the others' pace: weight × mean(level ÷ weight)."""
    started = presence.started(pool, reps)
    if started <= standing.opened:
        return ()
    fresh = [member.rep for member in pool.members if (pool.slug, member.rep) in started - standing.opened]
    weights = weights_of(pool, strategy)
    paces = [
        standing.levels.get((pool.slug, member.rep), 0.0) / weights[member.rep]
        for member in pool.members
        if member.rep not in fresh
        and weights[member.rep] > 0
        and reps[member.rep].active
        and presence.has_started(reps[member.rep])
    ]
    pace = sum(paces) / len(paces) if paces else 0.0
    return tuple(
        Line(pool.slug, rep, weights[rep] * pace - standing.levels.get((pool.slug, rep), 0.0), OPENING) for rep in fresh
    )


def rotation_lines(pool: Pool, strategy: str, bench: Bench, chosen: str) -> tuple[Line, ...]:
    """One lead by the pool's rotation: +1 for the chosen; unless `catch_up: full`, the rest keep pace."""
    lines = [Line(pool.slug, chosen, 1.0, ASSIGNED)]
    if pool.catch_up == "none" and bench.excluded:
        weights = weights_of(pool, strategy)
        competing = sum(weights[candidate.rep] for candidate in bench.eligible)
        lines += [
            Line(pool.slug, candidate.rep, weights[candidate.rep] / competing, KEPT_PACE)
            for candidate in bench.excluded
            if weights[candidate.rep] > 0
        ]
    return tuple(lines)


def post(standing: Standing, lines: Sequence[Line]) -> None:
    """Move the levels by these lines."""
    for line in lines:
        key = (line.pool, line.rep)
        standing.levels[key] = standing.levels.get(key, 0.0) + line.amount
        if line.kind == OPENING:
            standing.opened.add(key)


def give(standing: Standing, rep: Rep, presence: Presence, *, now: datetime) -> None:
    """The rep holds one more open lead, and was given one more today."""
    standing.open[rep.email] = standing.open.get(rep.email, 0) + 1
    today = (rep.email, presence.day(rep))
    standing.today[today] = standing.today.get(today, 0) + 1
    standing.last[rep.email] = now


def release(standing: Standing, rep: str) -> None:
    """The rep holds one open lead less: closed, or gone to somebody else."""
    standing.open[rep] = max(0, standing.open.get(rep, 0) - 1)
