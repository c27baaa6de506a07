"""An example lead for a condition: facts for which it holds, found by a small search over the values it mentions.

What is found holds: each example is tried on the condition itself. That nothing is found means no more than that: the
search is bounded, and it does not invent texts for patterns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from routing.engine.candidates import Hints, candidates
from routing.engine.conditions import All, AnyOf, Condition, Not, Setting, Test, holds, question, tests_in
from routing.engine.facts import Facts, Value

MOST_STEPS = 20_000
# A plain time for who does not care; conditions about days are tried around it.
SOME_DAY = Setting(now=datetime(2026, 1, 1, 12, tzinfo=UTC))
NO_HINTS: Hints = {}

Left = dict[str, int]  # for each field that is spoken of, the set of its candidates that are still possible


def find(condition: Condition, setting: Setting = SOME_DAY, hints: Hints = NO_HINTS) -> Facts | None:
    """Facts for which this condition holds, or None: none was found, though there may be some."""
    return Ground((condition,), setting, hints).find(condition)


@dataclass(frozen=True, slots=True)
class Literal:
    """One test, or its opposite."""

    test: Test
    held: bool


@dataclass(frozen=True, slots=True)
class Both:
    parts: tuple[Goal, ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple[Goal, ...]


Goal = Literal | Both | Either  # a condition without `not`


class Ground:
    """The values to search among for some conditions, so that many questions about the same conditions share them.

    `hints` are real values of fields, such as the states of a country: tried first, they make examples that look real.
    """

    def __init__(self, conditions: Iterable[Condition], setting: Setting, hints: Hints = NO_HINTS) -> None:
        asked: dict[str, dict[Test, None]] = defaultdict(dict)
        for condition in conditions:
            for test in tests_in(condition):
                asked[test.field][test] = None
        self.setting = setting
        self.values = {name: candidates(name, tuple(tests), setting, hints) for name, tests in asked.items()}
        self.steps = 0  # that all its searches have taken
        self._truths: dict[Test, int] = {}
        self._all = {name: (1 << len(values)) - 1 for name, values in self.values.items()}

    def find(self, condition: Condition) -> Facts | None:
        """Facts for which the condition holds. Its tests must be among those of the ground's conditions."""
        search = _Search(self)
        for left in search.ways([_goal(condition, True)], {}):
            facts = self._facts(left)
            if holds(condition, facts, self.setting):
                return facts
        return None

    def may_hold(self, condition: Condition) -> Left:
        """What the condition's plain tests leave of each field: two conditions that leave a field nothing in common
        cannot hold together. A quick look before a search."""
        left: Left = {}
        waiting = [_goal(condition, True)]
        while waiting:
            goal = waiting.pop()
            if isinstance(goal, Both):
                waiting.extend(goal.parts)
            elif isinstance(goal, Literal):
                name = goal.test.field
                left[name] = left.get(name, self._all[name]) & self.truth(goal)
        return left

    def truth(self, literal: Literal) -> int:
        """The candidates of the test's field for which the literal holds."""
        name, known = literal.test.field, self._truths.get(literal.test)
        if known is None:
            known, ask = 0, question(literal.test)
            for number, value in enumerate(self.values[name]):
                facts: dict[str, Value] = {} if value is None else {name: value}
                if ask(facts, self.setting, {}):
                    known |= 1 << number
            self._truths[literal.test] = known
        return known if literal.held else self._all[name] ^ known

    def left(self, left: Left, name: str) -> int:
        return left.get(name, self._all[name])

    def _facts(self, left: Left) -> dict[str, Value]:
        """The likeliest value of each field that is spoken of; blanks are left out."""
        found: dict[str, Value] = {}
        for name, mask in left.items():
            value = self.values[name][(mask & -mask).bit_length() - 1]
            if value is not None:
                found[name] = value
        return found


@dataclass(slots=True)
class _Search:
    """Plain tests first, then the choice with the fewest ways that are still open."""

    ground: Ground
    steps: int = field(default=0)

    def ways(self, goals: list[Goal], left: Left) -> Iterator[Left]:
        self.steps += 1
        self.ground.steps += 1
        if self.steps > MOST_STEPS:
            return
        left, choices = dict(left), []
        waiting = list(goals)
        while waiting:
            goal = waiting.pop()
            if isinstance(goal, Both):
                waiting.extend(goal.parts)
            elif isinstance(goal, Either):
                choices.append(goal)
            elif not self._narrow(left, goal):
                return
        narrowest = self._narrowest(choices, left)
        if narrowest is None:
            yield left
            return
        choice, open_ways = narrowest
        others: list[Goal] = [other for other in choices if other is not choice]
        for way in open_ways:
            yield from self.ways([way, *others], left)

    def _narrow(self, left: Left, literal: Literal) -> bool:
        name = literal.test.field
        left[name] = self.ground.left(left, name) & self.ground.truth(literal)
        return left[name] != 0

    def _narrowest(self, choices: Iterable[Either], left: Left) -> tuple[Either, list[Goal]] | None:
        found: tuple[Either, list[Goal]] | None = None
        for choice in choices:
            if any(self._is_certain(way, left) for way in choice.parts):
                continue
            ways = [way for way in choice.parts if self._is_open(way, left)]
            if found is None or len(ways) < len(found[1]):
                found = (choice, ways)
        return found

    def _is_certain(self, way: Goal, left: Left) -> bool:
        if not isinstance(way, Literal) or way.test.field not in left:
            return False
        return left[way.test.field] & ~self.ground.truth(way) == 0

    def _is_open(self, way: Goal, left: Left) -> bool:
        return not isinstance(way, Literal) or self.ground.left(left, way.test.field) & self.ground.truth(way) != 0


def _goal(condition: Condition, held: bool) -> Goal:
    match condition:
        case Test():
            return Literal(condition, held)
        case Not(part=part):
            return _goal(part, not held)
        case All(parts=parts) | AnyOf(parts=parts):
            goals = tuple(_goal(part, held) for part in parts)
            return Both(goals) if isinstance(condition, All) is held else Either(goals)


def meet(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    """Whether what two conditions leave of their fields has something in common everywhere."""
    if len(other) < len(one):
        one, other = other, one
    return all(name not in other or mask & other[name] for name, mask in one.items())
