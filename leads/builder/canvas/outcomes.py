"""Where a rule sends a lead, as an outcome card says it: who, chosen how, and how soon. Readable names, never slugs."""

from __future__ import annotations

from dataclasses import dataclass

from leads.builder.names import Names
from leads.pages.decision import STRATEGIES
from leads.world import Known
from reps import spans
from routing.engine import targets
from routing.engine.targets import Assign, Target

FACES = 3  # of a pool's members that are drawn; the rest is a number

ICONS = {"weighted": "scale", "best_skilled": "shield", "best_converting": "spark", "first_available": "clock"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`icon` is of the sprite; `people` the names that are drawn as faces, `more` how many there are besides."""

    name: str
    how: str
    icon: str
    kind: str
    people: tuple[str, ...] = ()
    more: int = 0
    within: str = ""


UNFINISHED = Outcome("Not finished", "Finish it to say who gets these leads", "alert", "unset")
UNSET = Outcome("No outcome yet", "Choose who gets these leads", "alert", "unset")


def outcome(target: Target, known: Known, names: Names) -> Outcome:
    match target:
        case targets.ToPool(pool=pool, assign=assign):
            return _pool(pool, assign, known, names)
        case targets.ToRep(rep=rep, assign=assign):
            name = names.reps.get(rep, rep)
            return Outcome(name, "Always this person", "user", "rep", (name,), within=_within(known, assign.sla))
        case targets.ToAccountOwner(assign=assign):
            return Outcome(
                "Account owner", "Owner in the CRM", "user", "account_owner", within=_within(known, assign.sla)
            )
        case targets.ToTerritory(assign=assign):
            return Outcome("Territory owner", "By territory", "map", "territory", within=_within(known, assign.sla))
        case targets.ToQueue(queue=queue, sla=sla):
            return Outcome(names.queues.get(queue, queue), "Queue", "inbox", "queue", within=_within(known, sla))
        case targets.ToNurture(track=track):
            return Outcome(f"Nurture: {track}", "No rep", "stop", "nurture")
        case targets.ToDiscard(reason=reason):
            return Outcome(reason or "Discard", "Stop routing", "stop", "discard")
        case targets.ToTree(tree=tree):
            published = known.world.trees.get(tree)
            return Outcome(published.name if published else tree, "Goes on in this tree", "route", "tree")
        case targets.Table() | targets.Split():
            return _several(target, known)
        case targets.ToFallback():
            return Outcome("As at the very end", "The last Otherwise", "dn", "fallback")


def _pool(slug: str, assign: Assign, known: Known, names: Names) -> Outcome:
    pool = known.world.pools.get(slug)
    strategy = assign.strategy or (pool.strategy if pool else "round_robin")
    members = [names.reps.get(member.rep, member.rep) for member in pool.members] if pool else []
    return Outcome(
        pool.name if pool else slug,
        STRATEGIES.get(strategy, strategy),
        ICONS.get(strategy, "users"),
        "pool",
        tuple(members[:FACES]),
        max(0, len(members) - FACES),
        _within(known, assign.sla),
    )


def _several(target: targets.Table | targets.Split, known: Known) -> Outcome:
    if isinstance(target, targets.Split):
        whole = sum(way.share for way in target.ways)
        shares = ", ".join(f"{way.share / whole:.0%} {way.name}" for way in target.ways)
        return Outcome("Split", shares, "swap", "split")
    field = known.world.vocabulary.get(target.field)
    rows = len(target.rows)
    label = field.label if field else target.field
    return Outcome(f"By {label}", f"Table, {rows} {'row' if rows == 1 else 'rows'}", "table", "table")


def _within(known: Known, sla: str | None) -> str:
    """How soon the promise asks for the first contact: 5 min."""
    policy = next((one for one in known.policies if one.slug == sla), None)
    return spans.exactly(policy.respond_within) if policy else ""
