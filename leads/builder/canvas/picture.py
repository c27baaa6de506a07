"""The tree as it is drawn: rules, Otherwise and outcomes as cards, with traffic, findings, tags and test beside them.

The templates only draw what is here. Cards are compared by value, so that an answer sends again only what changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from leads.builder.canvas.outcomes import UNFINISHED, UNSET, Outcome, outcome
from leads.builder.desk import Desk
from leads.builder.names import Names
from leads.world import Known
from routing.engine import nodes
from routing.engine.conditions import AnyOf
from routing.engine.explain import Said, pieces
from routing.engine.nodes import OTHERWISE, ROOT, TARGET, Json
from routing.engine.rules import Rule
from routing.engine.targets import Table, Target

NOT_READABLE = "Finish the condition: no lead matches it yet"
REST = "All other leads of this branch"
LAST = "No rule above matched"


class Counted(Protocol):
    """Leads of the last 30 days."""

    @property
    def total(self) -> int: ...
    def of(self, node: str) -> int | None: ...
    def share(self, node: str) -> float | None: ...


class Stepped(Protocol):
    """What a test says at one card."""

    @property
    def state(self) -> str: ...
    @property
    def words(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Problem:
    """The first of a card's findings; `more` are not shown there."""

    severity: str  # "error" or "warning"
    words: str
    more: int = 0


@dataclass(frozen=True, slots=True)
class Beside:
    """What lies over the drawing. All of it is keyed by the names of `routing.engine.nodes`."""

    counts: Counted | None = None
    problems: Mapping[str, Problem] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, Stepped] = field(default_factory=dict)
    overlay: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Card:
    """One card and what hangs on it. `place` of `places` among its siblings, `level` from 1."""

    key: str
    kind: str  # "rule", "otherwise" or "outcome"
    name: str
    said: tuple[Said, ...]
    level: int
    place: int
    places: int
    number: str = ""
    off: bool = False
    is_table: bool = False
    outcome: Outcome | None = None
    count: int | None = None
    share: float | None = None
    change: int | None = None  # of the count, in a backtest
    problem: Problem | None = None
    tag: str = ""
    state: str = ""  # of a test: "lit", "miss" or "quiet"
    step: str = ""
    is_branch: bool = False
    kids: tuple[Card, ...] = ()

    @property
    def says(self) -> str:
        return "".join([piece.text for piece in self.said])

    @property
    def rule(self) -> str:
        """The id of the branch that an Otherwise belongs to; the rule's own id; "" at the root."""
        return nodes.rule_of(self.key)

    @property
    def face(self) -> Card:
        """The card without what hangs on it: two of the same are drawn the same."""
        return replace(self, kids=())


@dataclass(frozen=True, slots=True)
class Row:
    """`severity` of the worst finding: "", "warning" or "error"."""

    key: str
    number: str
    name: str
    level: int
    off: bool
    count: int | None
    severity: str


@dataclass(frozen=True, slots=True)
class Picture:
    cards: tuple[Card, ...]
    rules: int
    levels: int
    total: int
    is_testing: bool = False
    is_counted: bool = False  # some leads have come

    def every(self) -> Iterator[Card]:
        yield from _every(self.cards)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The same as an outline: rules and Otherwises, with the findings of their outcomes."""
        return tuple(_row(card) for card in self.every() if card.kind != "outcome")

    def card(self, key: str) -> Card | None:
        return next((card for card in self.every() if card.key == key), None)


def picture(desk: Desk, names: Names, beside: Beside) -> Picture:
    tree, document = desk.readable.tree, desk.document
    drawing = _Drawing(desk.known, names, beside, desk.readable.broken)
    cards = drawing.level(
        tree.rules, document.get("rules", []), drawing.otherwise(ROOT, tree.otherwise, document, 1, LAST), "", 1
    )
    found = list(nodes.walk(document))
    return Picture(
        cards,
        rules=len(found),
        levels=max((one.depth for one in found), default=0),
        total=beside.counts.total if beside.counts else 0,
        is_testing=bool(beside.steps),
        is_counted=beside.counts is not None,
    )


@dataclass(frozen=True, slots=True)
class _Drawing:
    known: Known
    names: Names
    beside: Beside
    broken: frozenset[str]

    def level(self, rules: Sequence[Rule], raw: list[Json], last: Card, prefix: str, level: int) -> tuple[Card, ...]:
        """The rules of one branch and its Otherwise."""
        places = len(rules) + 1
        drawn = [
            self.rule(rule, written, f"{prefix}{place}", level, place, places)
            for place, (rule, written) in enumerate(zip(rules, raw, strict=True), 1)
        ]
        return (*drawn, replace(last, place=places, places=places))

    def rule(self, rule: Rule, raw: Json, number: str, level: int, place: int, places: int) -> Card:
        card = Card(
            key=rule.id,
            kind="rule",
            name=rule.name,
            said=self.sentence(rule),
            level=level,
            place=place,
            places=places,
            number=number,
            off=rule.off,
            is_table=isinstance(rule.target, Table),
        )
        is_branch = nodes.is_branch(raw)
        if is_branch:
            rest = self.otherwise(rule.id, rule.otherwise, raw, level + 1, REST)
            kids = self.level(rule.rules, raw["rules"], rest, f"{number}.", level + 1)
        else:
            kids = (self.target(f"{rule.id}{TARGET}", rule.target, "target" in raw, level + 1),)
        return self.with_beside(replace(card, kids=kids, is_branch=is_branch))

    def otherwise(self, parent: str, target: Target | None, raw: Json, level: int, says: str) -> Card:
        key = f"{parent}{OTHERWISE}"
        leads_to = self.target(f"{key}{TARGET}", target, "otherwise" in raw, level + 1)
        return self.with_beside(Card(key, "otherwise", "Otherwise", (Said(says),), level, 1, 1, kids=(leads_to,)))

    def target(self, key: str, target: Target | None, is_set: bool, level: int) -> Card:
        said = outcome(target, self.known, self.names) if target is not None and is_set else UNSET
        said = UNFINISHED if is_set and key in self.broken else said
        says = said.how if not said.within else f"{said.how}, first contact within {said.within}"
        return self.with_beside(Card(key, "outcome", said.name, (Said(says),), level, 1, 1, outcome=said))

    def sentence(self, rule: Rule) -> tuple[Said, ...]:
        # A rule is also broken for want of an outcome, and its condition holds all the same.
        if rule.id in self.broken and rule.when == AnyOf():
            return (Said(NOT_READABLE),)
        first, *rest = pieces(rule.when, self.known.world.vocabulary, self.names.says)
        return Said(first.text[:1].upper() + first.text[1:], first.weighs), *rest

    def with_beside(self, card: Card) -> Card:
        beside, step = self.beside, self.beside.steps.get(card.key)
        counts, overlay = beside.counts, beside.overlay.get(card.key)
        return replace(
            card,
            count=overlay[0] if overlay else counts.of(card.key) if counts else None,
            share=counts.share(card.key) if counts and not overlay else None,
            change=overlay[1] if overlay else None,
            problem=beside.problems.get(card.key),
            tag=beside.tags.get(card.key, ""),
            state=step.state if step else "quiet" if beside.steps else "",
            step=step.words if step else "",
        )


def _every(cards: tuple[Card, ...]) -> Iterator[Card]:
    for card in cards:
        yield card
        yield from _every(card.kids)


def _row(card: Card) -> Row:
    own = [card, *(kid for kid in card.kids if kid.kind == "outcome")]
    found = {one.problem.severity for one in own if one.problem}
    severity = "error" if "error" in found else "warning" if found else ""
    return Row(card.key, card.number, card.name, card.level, card.off, card.count, severity)
