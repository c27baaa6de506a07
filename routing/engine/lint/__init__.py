"""What is wrong or odd in a tree, found on what it says, who is there, and the leads that came: `lint`. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from routing.engine.lint.covered import covered
from routing.engine.lint.data import blanks, fallback, idle, lopsided
from routing.engine.lint.evidence import Evidence, Promised
from routing.engine.lint.findings import ERROR, NOTE, SEVERITIES, WARNING, Finding, Fix
from routing.engine.lint.flow import Flow, flow
from routing.engine.lint.hours import hours
from routing.engine.lint.overlaps import overlaps
from routing.engine.lint.problems import problems
from routing.engine.lint.reached import Reached
from routing.engine.lint.staff import staff
from routing.engine.lint.upkeep import deep, reviews, slow, thrown_away
from routing.engine.nodes import Json
from routing.engine.unfinished import Readable
from routing.engine.world import World

__all__ = ["ERROR", "NOTE", "WARNING", "Evidence", "Finding", "Fix", "Flow", "Looked", "Promised", "lint"]


@dataclass(frozen=True)
class Looked:
    """A tree to look at, and all around it. In this `world` the tree of this slug says `what`."""

    slug: str
    document: Json
    what: Readable
    world: World
    now: datetime
    evidence: Evidence = field(default_factory=Evidence)


def lint(looked: Looked) -> tuple[Finding, ...]:
    """The worst first; among equals in the order of the questions below."""
    return tuple(sorted(_all(looked), key=lambda finding: SEVERITIES.index(finding.severity)))


def _all(looked: Looked) -> Iterator[Finding]:
    tree, world, evidence, now = looked.what.tree, looked.world, looked.evidence, looked.now
    published = world.trees[looked.slug]
    yield from problems(looked.document, looked.what)
    yield from staff(tree, world)
    yield from thrown_away(tree)

    reached = Reached(tree, world.setting(now), world.vocabulary, looked.what.broken)
    never = list(reached.never())
    unreached = frozenset(one.rule for one in never)
    leads = flow(published, world, evidence.leads)
    yield from covered(reached, never, evidence)
    yield from overlaps(reached, leads, unreached)

    yield from blanks(looked.document, leads, world.vocabulary)
    yield from fallback(evidence)
    yield from idle(tree, evidence, unreached)
    yield from lopsided(tree, world, evidence)
    yield from hours(tree, world, published.zone, evidence.promises, now)
    yield from slow(reached, evidence)
    yield from reviews(tree, published.zone, now)
    yield from deep(looked.document)
