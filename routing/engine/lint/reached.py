"""Which rules no lead can ever reach: proved on what the conditions say, with the rules that take the leads before.

A rule is asked by whoever its branch holds and no rule above it took, at every level. Rules that are off take nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from routing.engine.conditions import Condition, Setting, tests_in
from routing.engine.facts import Facts, Vocabulary, typed
from routing.engine.lint.search import Cover, GaveUp, Search
from routing.engine.lint.terms import Space, Term, Terms, known
from routing.engine.nodes import ROOT
from routing.engine.rules import Rule, Tree

MOST_STEPS = 300_000  # of all searches together; what is left then is not looked at
MOST_BOXES = 64


@dataclass(frozen=True, slots=True)
class Never:
    """`by` take all the leads before; where nobody does, the rule's own condition holds for no lead, or for none of
    those in its branch (`within`)."""

    rule: str
    by: tuple[str, ...] = ()
    within: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a level stands: the leads that come to it, as boxes, and the rules above it that take some before.

    `facts` are what the rules on the way have set. `boxes` is None where there are too many to follow.
    """

    boxes: tuple[Term, ...] | None = (Term(),)
    covers: tuple[Cover, ...] = ()
    facts: Facts = field(default_factory=dict)


@dataclass(slots=True)
class Reached:
    """The tree while it is looked through. `unread` are rules whose condition is not finished: nothing is said of
    them."""

    tree: Tree
    setting: Setting
    vocabulary: Vocabulary
    unread: Collection[str] = ()
    steps: int = 0
    whens: dict[str, Condition] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)  # of each rule: with its own condition, if it is read
    space: Space = field(init=False)

    def __post_init__(self) -> None:
        self.parents = dict(_parents(self.tree.rules, ROOT))
        self.whens = dict(_known(self.tree.rules, {}, self.setting, self.vocabulary))
        self.space = Space(self.whens.values(), self.setting)

    def never(self) -> Iterator[Never]:
        yield from self._level(self.tree.rules, Standing())

    def way(self, rule: str) -> list[Condition]:
        """What a lead must meet to come to a rule and be taken by it, besides not being taken before."""
        found: list[Condition] = []
        while rule:
            found.insert(0, self.whens[rule])
            rule = self.parents[rule]
        return found

    def fields(self, rule: str) -> frozenset[str]:
        return frozenset(test.field for test in tests_in(self.whens[rule]))

    def may_hold(self, condition: Condition) -> bool:
        """False: it is proved that no lead can meet this."""
        space = Space((condition,), self.setting)
        terms, search = space.terms(condition), Search(space)
        return not terms.is_whole or any(search.box(term) is not None for term in terms.any_of)

    def overlap(self, one: str, other: str) -> bool:
        """Whether some leads that the one takes fit the other, and some do not, as far as that can be told.

        Both stand on one level, and it has been looked through.
        """
        inside = self.standings.get(one)
        if inside is None or not inside.boxes:
            return False
        search, covers = Search(self.space), [Cover(other, term) for term in self.space.terms(self.whens[other]).any_of]
        if not any(search.meet(box, cover.term) for box in inside.boxes for cover in covers):
            return False
        return self.taken(inside.boxes, covers) is None

    def _level(self, rules: Sequence[Rule], standing: Standing) -> Iterator[Never]:
        covers = list(standing.covers)
        for rule in rules:
            if rule.off:
                continue
            terms = self.space.terms(self.whens[rule.id])
            boxes = self._boxes(standing, terms)
            self.standings[rule.id] = inside = Standing(boxes, tuple(covers), standing.facts)
            found = None if rule.id in self.unread else self._why_never(rule, standing, inside)
            if found is not None:
                yield found
            elif rule.target is None:
                yield from self._level(rule.rules, inside)
            covers += [Cover(rule.id, term) for term in terms.any_of]

    def _boxes(self, standing: Standing, terms: Terms) -> tuple[Term, ...] | None:
        if standing.boxes is None or not terms.is_whole or len(standing.boxes) * len(terms.any_of) > MOST_BOXES:
            return None
        search = Search(self.space)
        met = (self.space.both(box, term) for box in standing.boxes for term in terms.any_of)
        boxes = (search.box(term) for term in met if term is not None)
        return tuple(box for box in boxes if box is not None)

    def _why_never(self, rule: Rule, standing: Standing, inside: Standing) -> Never | None:
        if inside.boxes is None or self.steps > MOST_STEPS:
            return None
        if not inside.boxes:
            alone = self._boxes(Standing(), self.space.terms(self.whens[rule.id]))
            return Never(rule.id, within=alone != ())
        used = self.taken(inside.boxes, inside.covers)
        if used is None:
            return None
        return Never(rule.id, by=self._fewest(inside, used))

    def taken(self, boxes: Sequence[Term], covers: Sequence[Cover]) -> frozenset[str] | None:
        """The rules that together take everything in the boxes; None: something is left, or nobody knows."""
        search, used = Search(self.space), set[str]()
        for box in boxes:
            try:
                if search.left(box, covers) is not None:
                    return None
            except GaveUp:
                return None
            finally:
                self.steps += search.steps
            used |= {str(name) for name in search.used}
        return frozenset(used)

    def _fewest(self, inside: Standing, used: frozenset[str]) -> tuple[str, ...]:
        """As few of the rules as do it: people read their names. In the order in which they are asked."""
        order = list(dict.fromkeys(str(cover.name) for cover in inside.covers))
        needed = sorted(used, key=order.index)
        for rule in reversed(needed):
            fewer = [other for other in needed if other != rule]
            covers = [cover for cover in inside.covers if cover.name in fewer]
            if self.taken(inside.boxes or (), covers) is not None:
                needed = fewer
        return tuple(needed)


def _parents(rules: Sequence[Rule], parent: str) -> Iterator[tuple[str, str]]:
    for rule in rules:
        yield rule.id, parent
        yield from _parents(rule.rules, rule.id)


def _known(
    rules: Sequence[Rule], facts: Facts, setting: Setting, vocabulary: Vocabulary
) -> Iterator[tuple[str, Condition]]:
    for rule in rules:
        yield rule.id, known(rule.when, facts, setting) if facts else rule.when
        if rule.rules:
            yield from _known(rule.rules, {**facts, **typed(dict(rule.set), vocabulary)[0]}, setting, vocabulary)
