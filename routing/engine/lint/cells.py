"""The values of one field, in cells: no condition of the tree can tell two values of the same cell apart.

A set of cells is a number, one bit a cell, so that "and", "or" and "not" of conditions on one field are one step each.
Where a cell stands for many texts, a pattern or a part of a text may hold for some of them: that is a `maybe`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import combinations, pairwise, product
from math import floor
from typing import NamedTuple

from routing.engine.conditions import Setting, Test
from routing.engine.facts import WEEKDAYS, FieldType
from routing.engine.operators import Comparable

Mask = int

MOST_SET_MEMBERS = 9  # so many texts of a set field are followed in every combination
MOST_MOMENTS = 2_000  # cells of a time field
PARTS = ("contains", "not_contains", "starts_with", "ends_with")  # hold for some texts of a cell
LISTS = ("in_list", "not_in_list")
RELATIVE = ("within_last_days", "more_than_days_ago")
MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)
ANOTHER = "\x00another"  # no fact is this text: it stands for all that are not named


class Answer(NamedTuple):
    """The cells for which a test surely holds, and those where it depends on the very value."""

    surely: Mask
    maybe: Mask = 0


@dataclass(slots=True)
class Cells:
    """`values` has one of each cell in the form that is compared; the last cell is the blank, where there is one.

    `crowds` are cells of many different texts.
    """

    values: Sequence[Comparable | None]
    setting: Setting
    crowds: Mask = 0
    is_unknown: bool = False  # too much to tell apart: every present value is in one cell
    _answers: dict[Test, Answer] = field(default_factory=dict)
    _index: dict[Comparable, int] = field(default_factory=dict)

    @property
    def all(self) -> Mask:
        return (1 << len(self.values)) - 1

    @property
    def blank(self) -> Mask:
        return self.all ^ self._present

    def where(self, test: Test) -> Answer:
        found = self._answers.get(test)
        if found is None:
            found = self._answers[test] = self._answer(test)
        return found

    def _answer(self, test: Test) -> Answer:
        if test.op in ("is", "in", "is_not", "not_in") and test.type in (FieldType.TEXT, FieldType.NUMBER):
            return Answer(self._named(test))
        surely = self.blank if test.answer_on_blank else 0
        if test.op in ("is_blank", "is_present"):
            return Answer(surely | (self._present if test.op == "is_present" else 0))
        maybe = self._maybe(test)
        check = test.operator.check(test.operand)
        for number, value in enumerate(self.values):
            if value is None or maybe >> number & 1:
                continue
            if check(*self._asked(test, value)):
                surely |= 1 << number
        return Answer(surely, maybe)

    def _named(self, test: Test) -> Mask:
        """Equality needs no asking of each cell: there may be thousands."""
        if not self._index:
            self._index = {value: number for number, value in enumerate(self.values) if value is not None}
        named = test.operand if isinstance(test.operand, frozenset) else (test.operand,)
        found = 0
        for value in named:
            if (number := self._index.get(value)) is not None:
                found |= 1 << number
        if test.op in ("is_not", "not_in"):
            found ^= self._present
        return found | (self.blank if test.answer_on_blank else 0)

    @property
    def _present(self) -> Mask:
        return self.all >> 1 if self.values[-1] is None else self.all

    def _maybe(self, test: Test) -> Mask:
        if test.op == "matches" or self.is_unknown:  # a pattern sees the text as it came, a cell only as it is compared
            return self._present
        return self.crowds if test.op in PARTS else 0

    def _asked(self, test: Test, value: Comparable) -> tuple[Comparable, Setting]:
        if test.type is not FieldType.TIME:
            return value, self.setting
        instant, age = value
        return (self.setting.now - age if test.op in RELATIVE else instant), self.setting


def cells_of(name: str, tests: Sequence[Test], setting: Setting) -> Cells:
    """The cells that these tests, all on the field of this name, divide its values into."""
    kind = tests[0].type
    if name == "time.hour":  # the clock is never blank
        return Cells(tuple(range(24)), setting)
    if name == "time.weekday":
        return Cells(WEEKDAYS, setting)
    match kind:
        case FieldType.NUMBER:
            return Cells((*_numbers(tests), None), setting)
        case FieldType.BOOLEAN:
            return Cells((True, False, None), setting)
        case FieldType.TIME:
            return _moments(tests, setting)
        case FieldType.TERRITORY:
            places = {place for test in tests for place in _texts_of(test)} | setting.ancestors.keys()
            return Cells((*sorted(places), ANOTHER, None), setting)
        case FieldType.MANY:
            return _sets(tests, setting)
        case FieldType.TEXT:
            return _texts(tests, setting)


def _texts_of(test: Test) -> Iterable[str]:
    if test.op in (*LISTS, *PARTS, "matches"):
        return ()
    return test.operand if isinstance(test.operand, frozenset) else (test.operand,) if test.operand else ()


def _texts(tests: Sequence[Test], setting: Setting) -> Cells:
    """Each named text by itself; of the others those that are on the same lists together; then all the rest."""
    named = {text for test in tests for text in _texts_of(test)}
    lists = sorted({test.operand for test in tests if test.op in LISTS})
    memberships: dict[str, int] = {}
    for number, slug in enumerate(lists):
        for text in setting.lists.get(slug, ()):
            memberships[text] = memberships.get(text, 0) | 1 << number
    groups = {on: text for text, on in sorted(memberships.items()) if text not in named}
    values = (*sorted(named), *groups.values(), ANOTHER, None)
    crowds = ((1 << (len(groups) + 1)) - 1) << len(named)
    return Cells(values, setting, crowds)


def _numbers(tests: Sequence[Test]) -> list[Comparable]:
    """The bounds, and one number of each gap between them."""
    bounds: set[Comparable] = set()
    for test in tests:
        if test.operand is not None:
            bounds |= set(test.operand) if isinstance(test.operand, frozenset | tuple) else {test.operand}
    if not bounds:
        return [1]
    edges = sorted(bounds)
    found: list[Comparable] = [floor(edges[0]) - 1]
    for low, high in pairwise(edges):
        whole = floor(low) + 1
        found += [low, whole if whole < high else (Fraction(low) + Fraction(high)) / 2]
    return [*found, edges[-1], floor(edges[-1]) + 1]


def _sets(tests: Sequence[Test], setting: Setting) -> Cells:
    texts = sorted({text for test in tests for text in _texts_of(test)})
    if len(texts) > MOST_SET_MEMBERS:
        return Cells((frozenset({ANOTHER}), None), setting, is_unknown=True)
    subsets = (frozenset(some) for size in range(1, len(texts) + 1) for some in combinations(texts, size))
    return Cells((*subsets, frozenset({ANOTHER}), None), setting)


def _moments(tests: Sequence[Test], setting: Setting) -> Cells:
    """By the calendar and by age, for the clock goes on: a day next year will one day be last week.

    Only pairs are left that some instant from now on can have.
    """
    instants = _line({test.operand for test in tests if isinstance(test.operand, datetime)}, setting.now)
    ages = _line({test.operand for test in tests if isinstance(test.operand, timedelta)} | {timedelta()}, timedelta())
    if len(instants) * len(ages) > MOST_MOMENTS:
        return Cells(((setting.now, timedelta()), None), setting, is_unknown=True)
    values = [
        (instant.one, age.one)
        for instant, age in product(instants, ages)
        if instant.top is None
        or age.top is None
        or instant.top + age.top > setting.now
        or (instant.is_edge and age.is_edge and instant.top + age.top == setting.now)
    ]
    return Cells((*values, None), setting)


class _Stretch(NamedTuple):
    """An edge or what lies between two: one of it, and its upper end (None: it has none)."""

    one: Comparable
    top: Comparable | None
    is_edge: bool


def _line(edges: set[Comparable], somewhere: Comparable) -> list[_Stretch]:
    if not edges:
        return [_Stretch(somewhere, None, False)]
    line = sorted(edges)
    found = []
    for number, edge in enumerate(line):
        before = line[number - 1] if number else None
        if before is None:
            found += _outside(edge, -1)
        elif edge - before > MOMENT:
            found.append(_Stretch(before + (edge - before) / 2, edge, False))
        found.append(_Stretch(edge, edge, True))
    return found + [_Stretch(stretch.one, None, False) for stretch in _outside(line[-1], 1)]


def _outside(edge: Comparable, direction: int) -> list[_Stretch]:
    """What lies beyond the first or the last edge; nothing where the calendar ends there."""
    for step in (DAY, MOMENT):
        try:
            return [_Stretch(edge + direction * step, edge, False)]
        except OverflowError:
            continue
    return []


def bits(mask: Mask) -> Iterable[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


Space = Mapping[str, Cells]
