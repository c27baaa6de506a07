"""What publishing looks at before it lets a document decide: errors forbid it, warnings need a tick.

The same questions whoever asks: the dialog, the API, and the sweeper when the time of a publication has come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from leads.builder.desk import Desk, references_of
from leads.builder.findings import found as findings
from leads.builder.findings.found import NO_WHY, WHY
from leads.builder.testing import saved
from leads.configuration import references
from routing.engine import nodes
from routing.engine.document import BadDocument, dump, jumps, parse
from routing.engine.lint import ERROR, WARNING
from routing.engine.nodes import Json
from routing.engine.rules import Tree, every_rule

CIRCLE = "circle"


@dataclass(frozen=True, slots=True)
class Check:
    """`node` is where to look, "" for the whole; `code` names the kind of problem."""

    severity: str  # "error" or "warning"
    words: str
    node: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Checks:
    """`document` is what would be published, as the engine writes it; empty while it cannot be read."""

    found: tuple[Check, ...]
    document: Json

    @property
    def errors(self) -> tuple[Check, ...]:
        return tuple(one for one in self.found if one.severity == ERROR)

    @property
    def warnings(self) -> tuple[Check, ...]:
        return tuple(one for one in self.found if one.severity != ERROR)

    @property
    def of_what_was_live(self) -> Checks:
        """For what decided once already: whoever goes back in a hurry is warned, and held up only by what cannot run.

        Pools may have emptied since, and test leads may have been kept for the version that is to go.
        """
        if not self.document:
            return self
        milder = (one if one.code == CIRCLE else replace(one, severity=WARNING) for one in self.found)
        return Checks(_sorted(milder), self.document)


def checks(desk: Desk, *, now: datetime) -> Checks:
    """Everything about the desk's document, errors first."""
    found = [
        Check(one.severity, one.words, one.node, one.code)
        for one in findings.findings(desk, now)
        if one.severity in (ERROR, WARNING) and one.code != NO_WHY
    ]
    try:
        tree = parse(desk.document, desk.known.world.vocabulary, references_of(desk.known))
    except BadDocument as bad:
        if not any(one.severity == ERROR for one in found):
            at = ((nodes.node_at(desk.document, problem.path), problem.problem) for problem in bad.problems)
            found += [Check(ERROR, words, node) for node, words in at]
        return Checks(_sorted(found), {})
    own = (*_without_why(tree), *_circles(desk, tree), *_failing(desk, now))
    return Checks(_sorted([*own, *found]), dict(dump(tree)))


def _sorted(found: Iterable[Check]) -> tuple[Check, ...]:
    """Errors first, each kind in the order in which it was found."""
    return tuple(sorted(found, key=lambda one: one.severity != ERROR))


def _without_why(tree: Tree) -> Iterator[Check]:
    for rule in every_rule(tree.rules):
        if not rule.why.strip():
            yield Check(ERROR, WHY, rule.id, NO_WHY)


def _circles(desk: Desk, tree: Tree) -> Iterator[Check]:
    """Trees may go on in each other, but not round and round."""
    trees = {slug: one.tree for slug, one in desk.known.world.trees.items()} | {desk.tree.slug: tree}
    onward = {slug: sorted(jumps(one)) for slug, one in trees.items()}
    for slug in references.circles(onward):
        name = desk.tree.name if slug == desk.tree.slug else desk.known.world.trees[slug].name
        yield Check(ERROR, f"Going on in other trees leads back to {name}", "", CIRCLE)


def _failing(desk: Desk, now: datetime) -> Iterator[Check]:
    """Test leads that would not go where they must any more."""
    for result in saved.failing(desk, now=now):
        yield Check(ERROR, f"Test lead “{result.test_lead.name}”: {result.why}", result.node, "test_lead")
