"""Which rules were asked on the way to a decision, and what the lead answered: told again from what the log keeps.

The log has the facts, as the first rule saw them, and the ids of the rules that held. What was asked before each of
them follows from the document, and a published version never changes. Lists and territories may have: where an answer
would come out otherwise now, that is said instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from leads.world import Known, known
from routing.engine.compile import Level, compile_rules
from routing.engine.conditions import Setting
from routing.engine.document import parse
from routing.engine.explain import rules_asked
from routing.engine.facts import Facts, from_json, typed
from routing.engine.problems import BadDocument
from routing.engine.targets import Target, ToTree, with_nested
from routing.engine.walk import clock_facts
from routing.engine.world import Published, World
from routing.models import Decision, Version

OTHERWISE_NOW = "answered otherwise then: what it asks about has changed since"


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule that was asked. `number` is its place in its document: 2.1 is the first within the second."""

    tree: str
    rule: str
    number: str
    name: str
    held: bool
    because: str


def of_decision(decision: Decision, organisation: Known) -> list[Asked] | None:
    """The rules of a decision in the log. None if its version asks for fields that are gone by now."""
    if decision.version is None or not (decision.rules or decision.fallback):
        return []  # somebody who knows the lead got it, or it was given by hand: no rule was asked
    slug = decision.version.tree.slug
    trees = dict(organisation.world.trees)
    if organisation.versions.get(slug) != decision.version.pk:
        then = as_published(decision.version.pk, slug, organisation.revision)
        if then is None:
            return None
        trees[slug] = then
    facts = from_json(decision.facts, organisation.world.vocabulary)
    world = replace(organisation.world, trees=trees)
    return list(retrace(slug, decision.rules, facts, world, world.setting(decision.at)))


def retrace(slug: str, held: Sequence[str], facts: Facts, world: World, setting: Setting) -> Iterator[Asked]:
    """Down from the root of a tree along the rules that held; a jump goes on at the root of the next tree."""
    waiting = list(held)
    tree: Published | None = world.trees.get(slug)
    while tree is not None:
        level: Level | None = tree.level
        target: Target = tree.tree.otherwise
        facts = {**facts, **clock_facts(tree.zone, setting.now)}
        above = ""
        while level is not None:
            index = next((n for n, rule in enumerate(level.rules) if waiting and rule.id == waiting[0]), -1)
            yield from _one_level(tree.slug, level, above, facts, setting, index, world)
            if index < 0:
                break
            above = f"{above}{index + 1}."
            rule, level = level.rules[index], level.children[index]
            waiting.pop(0)
            facts = {**facts, **typed(dict(rule.set), world.vocabulary)[0]}
            target = rule.target or rule.otherwise or target
        tree = _next_tree(target, waiting, world.trees)


def _one_level(
    slug: str, level: Level, above: str, facts: Facts, setting: Setting, index: int, world: World
) -> Iterator[Asked]:
    rules = {rule.id: (number, rule) for number, rule in enumerate(level.rules)}
    for asked in rules_asked(level, facts, setting, index, world.vocabulary):
        number, rule = rules[asked.rule]
        held = number == index
        because = asked.because if asked.held == held else OTHERWISE_NOW
        yield Asked(slug, rule.id, f"{above}{number + 1}", rule.name, held, because)


def _next_tree(target: Target, waiting: Sequence[str], trees: Mapping[str, Published]) -> Published | None:
    """The tree that a target led on to: it names one, or one within it has the next rule that held."""
    if isinstance(target, ToTree):
        return trees.get(target.tree)
    for inner in with_nested(target) if waiting else ():
        tree = trees.get(inner.tree) if isinstance(inner, ToTree) else None
        if tree is not None and any(rule.id == waiting[0] for rule in tree.level.rules):
            return tree
    return None


@lru_cache(maxsize=16)
def as_published(version_id: int, slug: str, revision: int) -> Published | None:
    """A version that is not live any more, with the fields, lists and territories of this revision."""
    version = Version.objects.select_related("tree").get(pk=version_id)
    world = known().world
    try:
        tree = parse(version.document, world.vocabulary)
    except BadDocument:
        return None
    level = compile_rules(tree.rules, world.lists, world.ancestors)
    return Published(slug, version.tree.name, version.tree.timezone, tree, level)
