"""What is wrong or odd in a tree, found on what it says, who is there, and the leads that came: `lint`. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from routing.engine.lint.covered import Count, covered
from routing.engine.lint.findings import ERROR, NOTE, SEVERITIES, WARNING, Finding, Fix
from routing.engine.lint.problems import problems
from routing.engine.lint.reached import Reached
from routing.engine.lint.staff import staff
from routing.engine.nodes import Json
from routing.engine.unfinished import Readable
from routing.engine.world import World

__all__ = ["ERROR", "NOTE", "WARNING", "Evidence", "Finding", "Fix", "Looked", "lint"]


def _nobody_counted(rule: str) -> int | None:
    return None


@dataclass(frozen=True)
class Evidence:
    """What the leads of the last 30 days say. `count` gives a rule's leads; None where it is new."""

    total: int = 0
    count: Count = _nobody_counted


@dataclass(frozen=True)
class Looked:
    """A tree to look at, and all around it. `world` is one in which the tree says `what`."""

    document: Json
    what: Readable
    world: World
    now: datetime
    evidence: Evidence = field(default_factory=Evidence)


def lint(looked: Looked) -> tuple[Finding, ...]:
    """The worst first; among equals in the order in which a tree is read."""
    return tuple(sorted(_all(looked), key=lambda finding: SEVERITIES.index(finding.severity)))


def _all(looked: Looked) -> Iterator[Finding]:
    tree, world = looked.what.tree, looked.world
    yield from problems(looked.document, looked.what)
    yield from staff(tree, world)
    reached = Reached(tree, world.setting(looked.now), world.vocabulary, looked.what.broken)
    yield from covered(reached, looked.evidence.count, looked.evidence.total)
