"""A rule document as values: rules read top to bottom, the first whose condition holds wins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from routing.engine.conditions import EVERY_LEAD, Condition
from routing.engine.facts import Value
from routing.engine.targets import Target, ToTree, with_nested

STICKY_DAYS = 90


@dataclass(frozen=True, slots=True)
class Rule:
    """Either `target`, or `rules` with their `otherwise`. `set` keeps the values as they were written."""

    id: str
    name: str
    when: Condition = EVERY_LEAD
    target: Target | None = None
    rules: tuple[Rule, ...] = ()
    otherwise: Target | None = None
    why: str = ""
    owner: str = ""
    review_on: date | None = None
    off: bool = False
    set: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    rules: tuple[Rule, ...]
    otherwise: Target
    sticky_days: int = STICKY_DAYS


def every_rule(rules: Iterable[Rule]) -> Iterator[Rule]:
    """The rules and those below them, in the order in which they are read."""
    for rule in rules:
        yield rule
        yield from every_rule(rule.rules)


def every_target(tree: Tree) -> Iterator[Target]:
    yield from with_nested(tree.otherwise)
    for rule in every_rule(tree.rules):
        for target in (rule.target, rule.otherwise):
            if target is not None:
                yield from with_nested(target)


def jumps(tree: Tree) -> frozenset[str]:
    """The trees that this one may go on to."""
    return frozenset(target.tree for target in every_target(tree) if isinstance(target, ToTree))
