"""The last leads through the tree as it is drawn: who comes to each branch, what they leave blank, what else fits them.

Where several rules hold for a lead the first takes it; the others are counted beside it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from routing.engine.compile import Level
from routing.engine.conditions import Setting, tests_in
from routing.engine.facts import Facts, typed
from routing.engine.lint.evidence import Came
from routing.engine.nodes import ROOT
from routing.engine.route import located
from routing.engine.rules import Rule
from routing.engine.walk import clock_facts
from routing.engine.world import Published, World


@dataclass(slots=True)
class Flow:
    """By branch (ROOT: the whole tree) who came and who left which field blank; by rule whom it took, whom it would
    have taken; and by rule the others that took leads before it."""

    came: Counter[str] = field(default_factory=Counter)
    blank: Counter[tuple[str, str]] = field(default_factory=Counter)
    took: Counter[str] = field(default_factory=Counter)
    fits: Counter[str] = field(default_factory=Counter)
    before: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def flow(published: Published, world: World, leads: Sequence[Came]) -> Flow:
    found = Flow()
    fields = {ROOT: _fields(published.tree.rules)}
    for came in leads:
        facts = {**located(came.facts, world, came.at), **clock_facts(published.zone, came.at)}
        _follow(published.level, facts, world, world.setting(came.at), found, fields)
    return found


def _follow(
    level: Level, facts: Facts, world: World, setting: Setting, found: Flow, fields: dict[str, frozenset[str]]
) -> None:
    branch, at = ROOT, level
    while True:
        found.came[branch] += 1
        found.blank.update((branch, name) for name in fields[branch] if name not in facts)
        fitting = at.all(facts, setting)
        if not fitting:
            return
        ids = [at.rules[index].id for index in fitting]
        found.took[ids[0]] += 1
        found.fits.update(ids)
        for other in ids[1:]:
            found.before[other][ids[0]] += 1
        rule, below = at.rules[fitting[0]], at.children[fitting[0]]
        if below is None:
            return
        branch, at = rule.id, below
        if branch not in fields:
            fields[branch] = _fields(rule.rules)
        if rule.set:
            facts = {**facts, **typed(dict(rule.set), world.vocabulary)[0]}


def _fields(rules: Sequence[Rule]) -> frozenset[str]:
    return frozenset(test.field for rule in rules if not rule.off for test in tests_in(rule.when))
