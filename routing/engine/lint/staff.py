"""Outcomes that name people: pools that nobody is in, people who are not there any more."""

from __future__ import annotations

from collections.abc import Iterator

from routing.engine.lint.findings import ERROR, WARNING, Finding, Fix
from routing.engine.lint.outcomes import Outcome, outcomes
from routing.engine.nodes import rule_of
from routing.engine.rules import Tree
from routing.engine.targets import Target, ToFallback, ToPool, ToRep
from routing.engine.world import Pool, World


def staff(tree: Tree, world: World) -> Iterator[Finding]:
    for outcome in outcomes(tree):
        if isinstance(outcome.target, ToPool) and (pool := world.pools.get(outcome.target.pool)) is not None:
            yield from _pool(outcome, pool, outcome.target.assign.if_nobody, world)
        elif isinstance(outcome.target, ToRep):
            yield from _rep(outcome, outcome.target, world)


def takers(pool: Pool, world: World) -> list[str]:
    """The members who could ever be given a lead."""
    return [
        member.rep
        for member in pool.members
        if member.weight > 0 and member.rep in world.reps and world.reps[member.rep].active
    ]


def _pool(outcome: Outcome, pool: Pool, if_nobody: Target, world: World) -> Iterator[Finding]:
    if takers(pool, world):
        return
    why = "has no member who could take a lead" if pool.members else "has no members"
    begins = said(outcome, f"the pool {pool.name} {why}")
    if isinstance(if_nobody, ToFallback):
        last = "" if rule_of(outcome.node) else ", and there is nothing behind it"
        words = f"{begins}: every lead goes to the fallback{last}." if not last else f"{begins}{last}."
        yield Finding(outcome.node, ERROR, "empty_pool", words, _to_queue(outcome))
    else:
        yield Finding(outcome.node, WARNING, "empty_pool", f"{begins}: every lead goes on as if nobody were there.")


def _to_queue(outcome: Outcome) -> Fix | None:
    if outcome.where:
        return None
    arguments = {"node": outcome.node, "kind": "queue", "queue": "unassigned"}
    return Fix("set_if_nobody", arguments, "If nobody is there, let them wait in the queue Unassigned")


def _rep(outcome: Outcome, target: ToRep, world: World) -> Iterator[Finding]:
    rep = world.reps.get(target.rep)
    if rep is None or rep.active:
        return
    cover = world.reps.get(rep.backup or "")
    if cover is not None and cover.active:
        words = said(outcome, f"{rep.name} is not active: {cover.name} covers, lead by lead.")
    else:
        words = said(outcome, f"{rep.name} is not active, and nobody covers.")
    yield Finding(outcome.node, WARNING, "inactive_rep", words)


def said(outcome: Outcome, words: str) -> str:
    whole = f"{outcome.where}, {words}" if outcome.where else words
    return whole[:1].upper() + whole[1:]
