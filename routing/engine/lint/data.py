"""What the leads of the last weeks say about a tree: fields that they leave blank, rules that nobody comes to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from routing.engine import nodes
from routing.engine.facts import FieldType, Vocabulary
from routing.engine.lint.evidence import IDLE_DAYS, TRAFFIC_DAYS, Evidence
from routing.engine.lint.findings import WARNING, Finding, Fix
from routing.engine.lint.flow import Flow
from routing.engine.lint.staff import takers
from routing.engine.nodes import Json
from routing.engine.rules import Tree, every_rule
from routing.engine.targets import Target, ToPool
from routing.engine.world import Pool, World

MOST_BLANK, MOST_FALLBACK, MOST_OF_ONE = 0.15, 0.10, 0.30
ENOUGH = 20  # leads; of fewer no share says anything
SMALL_POOL = 3  # of so few, somebody always has more than that
# Where there is no account, activity or territory, that is the answer and no gap in the data; the clock is never blank.
ANSWERS = ("account.", "signal.", "time.")
PRESENCE = ("is_blank", "is_present")


def blanks(document: Json, flow: Flow, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Of whom the rule's level is asked, how many leave a field blank that it asks for without saying what then."""
    for found in nodes.walk(document):
        came = flow.came[found.parent]
        if found.rule.get("off") or came < ENOUGH:
            continue
        told: set[str] = set()
        for at, test in tests(found.rule.get("when"), ""):
            name = str(test.get("field"))
            share = flow.blank[found.parent, name] / came
            if share <= MOST_BLANK or name in told or _is_settled(test, vocabulary):
                continue
            told.add(name)
            yield _blank(found.id, name, share, flow.blank[found.parent, name], came, at, vocabulary)


def tests(condition: Any, at: str) -> Iterator[tuple[str, Json]]:
    """Every question of a condition as it is written, with its place as the editor names it."""
    if not isinstance(condition, dict):
        return
    if "field" in condition:
        yield at or "0", condition
    elif "not" in condition:
        yield from tests(condition["not"], at)
    for key in ("all", "any"):
        parts = condition.get(key)
        for index, part in enumerate(parts if isinstance(parts, list) else ()):
            yield from tests(part, f"{at}.{index}" if at else str(index))


def _is_settled(test: Json, vocabulary: Vocabulary) -> bool:
    name = str(test.get("field"))
    field = vocabulary.get(name)
    if field is None or field.type is FieldType.TERRITORY or name.startswith(ANSWERS):
        return True
    return test.get("op") in PRESENCE or test.get("if_blank") is not None


def _blank(rule: str, name: str, share: float, blank: int, came: int, at: str, vocabulary: Vocabulary) -> Finding:
    field = vocabulary.get(name)
    label = field.label if field else name
    words = f"{label[:1].upper()}{label[1:]} is blank on {share:.0%} of leads ({blank:,} of the last {came:,})."
    fix = Fix("set_condition", {"node": rule, "at": at, "if_blank": "no"}, "Say that a blank does not fit")
    return Finding(rule, WARNING, "blank_field", words, fix)


def fallback(evidence: Evidence) -> Iterator[Finding]:
    if evidence.asked >= ENOUGH and (share := evidence.fallback / evidence.asked) > MOST_FALLBACK:
        words = (
            f"{share:.0%} of leads fit no rule and end here: {evidence.fallback:,} of {evidence.asked:,} "
            f"in {TRAFFIC_DAYS} days."
        )
        yield Finding(f"{nodes.OTHERWISE}{nodes.TARGET}", WARNING, "fallback", words)


def idle(tree: Tree, evidence: Evidence, unreached: frozenset[str]) -> Iterator[Finding]:
    """Rules that have been live for two months and had nobody; what no lead can reach is said elsewhere."""
    for rule in every_rule(tree.rules):
        if rule.id in evidence.idle and rule.id not in unreached and not rule.off:
            words = f"No leads in {IDLE_DAYS} days."
            yield Finding(rule.id, WARNING, "idle", words, Fix("toggle", {"node": rule.id}, "Switch it off"))


def lopsided(tree: Tree, world: World, evidence: Evidence) -> Iterator[Finding]:
    """One member who gets more than his part of a pool's leads."""
    given: dict[str, Counter[str]] = defaultdict(Counter)
    pieces = dict(_pool_pieces(tree, world))
    for came in evidence.leads:
        if came.rules and came.rep and (pool := pieces.get(came.rules[-1])) is not None:
            given[came.rules[-1]][came.rep] += 1
    for rule_id, pool in pieces.items():
        people = takers(pool, world)
        if len(people) <= SMALL_POOL:
            continue
        counted = Counter({email: given[rule_id][email] for email in people})
        leads = counted.total()
        if leads < ENOUGH:
            yield from _by_weight(rule_id, pool, people, world)
            continue
        ((email, most),) = counted.most_common(1)
        if most / leads > MOST_OF_ONE:
            name = world.reps[email].name
            words = f"{name} gets {most / leads:.0%} of {pool.name}: {most:,} of the last {leads:,} leads."
            yield Finding(f"{rule_id}{nodes.TARGET}", WARNING, "lopsided", words)


def _pool_pieces(tree: Tree, world: World) -> Iterator[tuple[str, Pool]]:
    for rule in every_rule(tree.rules):
        target: Target | None = rule.target
        if isinstance(target, ToPool) and not rule.off and target.pool in world.pools:
            yield rule.id, world.pools[target.pool]


def _by_weight(rule_id: str, pool: Pool, people: list[str], world: World) -> Iterator[Finding]:
    weights = {member.rep: member.weight for member in pool.members if member.rep in people}
    email = max(weights, key=lambda one: weights[one])
    share = weights[email] / sum(weights.values())
    if share > MOST_OF_ONE:
        words = f"{world.reps[email].name} gets {share:.0%} of {pool.name} by weight."
        yield Finding(f"{rule_id}{nodes.TARGET}", WARNING, "lopsided", words)
