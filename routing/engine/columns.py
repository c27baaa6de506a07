"""The index of a list of rules: one column for each field, from the lead's value to the rules that are still possible.

A set of rules is a whole number with a bit for each (bit 0 is the first rule). A rule that asks nothing of a column is
possible there whatever the value. To keep the index small for rules with very many values, only the busiest values
have their set ready; for the others it is put together when somebody asks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import repeat
from math import inf, nextafter
from operator import and_, getitem, or_

from routing.engine.conditions import Test
from routing.engine.facts import FieldType
from routing.engine.operators import COMPARABLE, Comparable

# Bytes of ready sets that one column may hold, about.
ROOM = 8 * 1024 * 1024

# Leads say the same few things again and again, so answers are kept, up to a number that grows with the rules.
LONGEST_KEPT, LONGEST_KEPT_SET = 100, 8

NUMERIC = (int, float)
RANGES = ("gt", "gte", "lt", "lte", "between")
ON_LISTS = ("in_list", "not_in_list")
NEGATIVE = ("is_not", "not_in", "not_in_list", "has_none", "is_present")  # these hold for a value that nobody names
INDEXED = frozenset((*RANGES, *NEGATIVE, "is", "in", "in_list", "has_any", "is_blank"))


Entry = tuple[int, Test]  # a rule's number, and what it asks of a column


class Column(dict[object, int]):
    """From a fact as it came to the rules that are still possible; what is not ready is found when it is missing."""


@dataclass(frozen=True, slots=True)
class Around:
    """What the columns of a level share: how many rules there are, the lists, and how territories nest."""

    rules: int
    lists: Mapping[str, frozenset[str]]
    ancestors: Mapping[str, frozenset[str]]

    @property
    def room(self) -> int:
        """How many ready sets a column may hold."""
        return ROOM // (self.rules // 7 + 40)

    @property
    def kept(self) -> int:
        """How many answers a column may keep beside what was ready."""
        return min(64 + 4 * self.rules, 4096)


def column_for(kind: FieldType, entries: Sequence[Entry], around: Around) -> Column:
    if kind is FieldType.MANY:
        return ManyColumn(entries, around)
    if kind is FieldType.NUMBER and any(test.op in RANGES for _, test in entries):
        return RangeColumn(entries, around)
    return ValueColumn(kind, entries, around)


def set_of(rules: Sequence[int]) -> int:
    bits = 0
    if len(rules) < 8:
        for rule in rules:
            bits |= 1 << rule
        return bits
    octets = bytearray((max(rules) >> 3) + 1)
    for rule in rules:
        octets[rule >> 3] |= 1 << (rule & 7)
    return int.from_bytes(octets, "little")


class ValueColumn(Column):
    """Values that are equal or not, on a list or not: a value turns the answer of every rule that names it."""

    def __init__(self, kind: FieldType, entries: Sequence[Entry], around: Around) -> None:
        super().__init__()
        naming = _by_value(entries)
        if kind is FieldType.TERRITORY:
            naming = _with_descendants(naming, around.ancestors)
        self.compare = COMPARABLE[kind]
        self.blank = _on_blank(entries, around)
        self.unnamed = _on_anything_else(entries, around)
        self.lists = [(around.lists.get(slug, frozenset()), set_of(rules)) for slug, rules in _by_list(entries).items()]
        busiest = _busiest(naming, around.room)
        self.naming = naming if len(naming) > len(busiest) else {}
        self.update((value, self.answer(value, naming[value])) for value in busiest)
        self.update((spelt, self[value]) for spelt, value in _spellings(entries, self.compare) if value in self)
        self[None] = self.blank
        self.most = len(self) + around.kept

    def __missing__(self, value: object) -> int:
        compared = self.compare(value)
        if compared is None:
            return self.blank
        found = self.get(compared)
        if found is None:
            found = self.answer(compared, self.naming.get(compared, ()))
        if len(self) < self.most and len(str(value)) <= LONGEST_KEPT:
            self[value] = found
        return found

    def answer(self, compared: Comparable, rules: Sequence[int]) -> int:
        possible = self.unnamed ^ set_of(rules) if rules else self.unnamed
        for members, turned in self.lists:
            if compared in members:
                possible ^= turned
        return possible


class RangeColumn(Column):
    """Numbers on a line cut at every bound: slot 2i+1 is the i-th bound itself, even slots are what lies between.

    With very many bounds only every `step`-th slot is ready, and the rules that turn on the way from there are turned.
    """

    def __init__(self, entries: Sequence[Entry], around: Around) -> None:
        super().__init__()
        bounds = sorted({bound for _, test in entries for bound in _bounds(test)})
        last = 2 * len(bounds)
        self.cuts = [cut for bound in bounds for cut in (bound, _just_above(bound))]
        self.turning = _turning(entries, {bound: 2 * index + 1 for index, bound in enumerate(bounds)}, last)
        self.step = last // around.room + 1
        self.slots = []
        possible = _unasked(entries, around)
        for slot, rules in enumerate(self.turning):
            if rules:
                possible ^= set_of(rules)
            if slot % self.step == 0:
                self.slots.append(possible)
        self[None] = self.blank = _on_blank(entries, around)
        self.most = around.kept

    def __missing__(self, value: object) -> int:
        if not isinstance(value, NUMERIC) or value != value:
            return self.blank
        slot, step = bisect_right(self.cuts, value), self.step
        found = self.slots[slot // step]
        if step > 1:
            for rules in self.turning[slot - slot % step + 1 : slot + 1]:
                found ^= set_of(rules)
        if len(self) < self.most:
            self[value] = found
        return found


class ManyColumn(Column):
    """Sets of texts. For `has_any` each text makes rules possible; for `has_none` each makes some impossible."""

    def __init__(self, entries: Sequence[Entry], around: Around) -> None:
        super().__init__()
        self.join = and_ if any(test.op == "has_none" for _, test in entries) else or_
        self.texts = ValueColumn(FieldType.TEXT, entries, around)
        self[None] = self.blank = self.texts.blank
        self.unnamed = self.texts.blank = self.texts.unnamed  # one blank among texts changes nothing
        self.most = around.kept

    def __missing__(self, value: object) -> int:
        if not isinstance(value, tuple) or not value:
            return self.blank
        found = reduce(self.join, map(getitem, repeat(self.texts), value))
        if found == self.unnamed and not any(map(COMPARABLE[FieldType.TEXT], value)):
            return self.blank
        if len(self) < self.most and len(value) <= LONGEST_KEPT_SET:
            self[value] = found
        return found


def _unasked(entries: Sequence[Entry], around: Around) -> int:
    return ((1 << around.rules) - 1) ^ set_of([rule for rule, _ in entries])


def _on_blank(entries: Sequence[Entry], around: Around) -> int:
    return _unasked(entries, around) | set_of([rule for rule, test in entries if test.answer_on_blank])


def _on_anything_else(entries: Sequence[Entry], around: Around) -> int:
    """What is possible for a value that no rule names."""
    return _unasked(entries, around) | set_of([rule for rule, test in entries if test.op in NEGATIVE])


def _by_value(entries: Sequence[Entry]) -> dict[object, list[int]]:
    """The rules that name each value."""
    found: dict[object, list[int]] = {}
    for rule, test in entries:
        operand = test.operand
        if operand is not None and test.op not in ON_LISTS:
            for value in operand if isinstance(operand, frozenset) else (operand,):
                found.setdefault(value, []).append(rule)
    return found


def _by_list(entries: Sequence[Entry]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for rule, test in entries:
        if test.op in ON_LISTS:
            found.setdefault(test.operand, []).append(rule)
    return found


def _with_descendants(
    naming: Mapping[object, list[int]], ancestors: Mapping[str, frozenset[str]]
) -> dict[object, list[int]]:
    """A rule that names a territory means everything inside it too."""
    nothing: frozenset[str] = frozenset()
    return {
        place: sorted({rule for name in (place, *ancestors.get(str(place), nothing)) for rule in naming.get(name, ())})
        for place in (*naming, *ancestors)
    }


def _busiest(naming: Mapping[object, list[int]], room: int) -> Collection[object]:
    if len(naming) <= room:
        return naming
    return sorted(naming, key=lambda value: len(naming[value]), reverse=True)[:room]


def _spellings(entries: Sequence[Entry], compare: Callable[[str], Comparable]) -> Iterator[tuple[str, Comparable]]:
    """Leads tend to spell a value as the rules do: then its form for comparing need not be found at all."""
    seen = set()
    for _, test in entries:
        for written in test.value if isinstance(test.value, tuple) else (test.value,):
            if isinstance(written, str) and written not in seen:
                seen.add(written)
                yield written, compare(written)


def _just_above(bound: float | int) -> float | int:
    """Nothing lies between a number and this one; from 2^52 on, floats are whole numbers."""
    return nextafter(bound, inf) if abs(bound) < 2**52 else int(bound) + 1


def _bounds(test: Test) -> Iterable[float | int]:
    if isinstance(test.operand, tuple | frozenset):
        return test.operand
    return () if test.operand is None else (test.operand,)


def _turning(entries: Sequence[Entry], slots: Mapping[float | int, int], last: int) -> list[list[int]]:
    """For each slot the rules whose answer changes on entering it."""
    turning: list[list[int]] = [[] for _ in range(last + 2)]
    for rule, test in entries:
        for start, end in _spans(test, slots, last):
            turning[start].append(rule)
            turning[end + 1].append(rule)
    return turning


def _spans(test: Test, slots: Mapping[float | int, int], last: int) -> Iterator[tuple[int, int]]:
    """The stretches of slots, first and last included, where the test holds."""
    operand, op = test.operand, test.op
    match op:
        case "gt":
            yield slots[operand] + 1, last
        case "gte":
            yield slots[operand], last
        case "lt":
            yield 0, slots[operand] - 1
        case "lte":
            yield 0, slots[operand]
        case "between":
            yield slots[operand[0]], slots[operand[1]]
        case "is" | "in":
            for slot in sorted(slots[bound] for bound in _bounds(test)):
                yield slot, slot
        case "is_not" | "not_in" | "is_present":
            start = 0
            for slot in sorted(slots[bound] for bound in _bounds(test)):
                yield start, slot - 1
                start = slot + 1
            yield start, last
