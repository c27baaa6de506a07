"""Every target of a tree at the piece that it belongs to, with how a lead gets to it from there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from routing.engine.nodes import OTHERWISE, TARGET
from routing.engine.reach import STAFFED
from routing.engine.rules import Rule, Tree
from routing.engine.targets import Split, Table, Target


@dataclass(frozen=True, slots=True)
class Outcome:
    """`where` says how it is reached within the piece: "in row DE, AT"; "" for the piece's own target.

    `is_backup`: it stands in where nobody was found.
    """

    node: str
    target: Target
    where: str = ""
    is_backup: bool = False


def outcomes(tree: Tree) -> Iterator[Outcome]:
    """Those that leads can get to, rules that are off left out; also those inside tables, splits and stand-ins."""
    yield from _of_rules(tree.rules)
    yield from within(Outcome(f"{OTHERWISE}{TARGET}", tree.otherwise))


def _of_rules(rules: tuple[Rule, ...]) -> Iterator[Outcome]:
    for rule in rules:
        if rule.off:
            continue
        if rule.target is not None:
            yield from within(Outcome(f"{rule.id}{TARGET}", rule.target))
            continue
        yield from _of_rules(rule.rules)
        if rule.otherwise is not None:
            yield from within(Outcome(f"{rule.id}{OTHERWISE}{TARGET}", rule.otherwise))


def within(outcome: Outcome) -> Iterator[Outcome]:
    yield outcome
    node, target = outcome.node, outcome.target
    if isinstance(target, Table):
        for row in target.rows:
            values = ", ".join(str(value) for value in row.values)
            short = values if len(values) <= 40 else f"{values[:39]}…"
            yield from within(Outcome(node, row.target, f"in row {short}", outcome.is_backup))
        yield from within(Outcome(node, target.otherwise, "in the default", outcome.is_backup))
    elif isinstance(target, Split):
        for way in target.ways:
            yield from within(Outcome(node, way.target, f"in way {way.name}", outcome.is_backup))
    elif isinstance(target, STAFFED):
        yield from within(Outcome(node, target.assign.if_nobody, "if nobody is there", True))
