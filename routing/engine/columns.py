"""The index of a list of rules: one column for each field, from the lead's value to the rules that are still possible.

A set of rules is a whole number with a bit for each (bit 0 is the first rule). A rule that asks nothing of a column is
possible there whatever the value. To keep the index small for rules with very many values, only the busiest values
have their set ready; for the others it is put together when somebody asks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from routing.engine.conditions import Seen, Test
from routing.engine.facts import FieldType, normal
from routing.engine.operators import COMPARABLE, Comparable

# Bytes of ready sets that one column may hold, about.
ROOM = 8 * 1024 * 1024

RANGES = ("gt", "gte", "lt", "lte", "between")
ON_LISTS = ("in_list", "not_in_list")
POSITIVE = ("is", "in", "in_list", "has_any")
NEGATIVE = ("is_not", "not_in", "not_in_list", "has_none", "is_present")  # these hold for a value that nobody names
INDEXED = frozenset((*RANGES, *POSITIVE, *NEGATIVE, "is_blank"))

T = TypeVar("T")


class Entry(NamedTuple):
    """What one rule asks of a column."""

    rule: int
    test: Test
    operand: Comparable


class Column(NamedTuple):
    """`ready` answers for many values as they come (None is a blank); `find` answers for every value."""

    field: str
    ready: Mapping[object, int]
    find: Callable[[object, Seen], int]


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


def column_for(field: str, kind: FieldType, entries: Sequence[Entry], around: Around) -> Column:
    unasked = ((1 << around.rules) - 1) ^ set_of(entry.rule for entry in entries)
    blank = unasked | set_of(entry.rule for entry in entries if entry.test.answer_on_blank)
    unnamed = unasked | set_of(entry.rule for entry in entries if entry.test.op in NEGATIVE)
    if kind is FieldType.MANY:
        return _column_of_many(field, entries, around, blank, unnamed)
    if kind is FieldType.NUMBER and any(entry.test.op in RANGES for entry in entries):
        return _column_of_ranges(field, entries, around, blank, unasked)
    return _column_of_values(field, entries, around, blank, unnamed)


def set_of(rules: Iterable[int]) -> int:
    numbers = list(rules)
    if len(numbers) < 8:
        bits = 0
        for number in numbers:
            bits |= 1 << number
        return bits
    octets = bytearray((max(numbers) >> 3) + 1)
    for number in numbers:
        octets[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(octets, "little")


def _column_of_values(field: str, entries: Sequence[Entry], around: Around, blank: int, unnamed: int) -> Column:
    """Values that are equal or not, on a list or not: a value turns the answer of every rule that names it."""
    kind = entries[0].test.type
    compare = COMPARABLE[kind]
    turning = _by_value(entries, *POSITIVE, *NEGATIVE)
    if kind is FieldType.TERRITORY:
        turning = _with_descendants(turning, around.ancestors)
    lists = [(around.lists.get(slug, frozenset()), set_of(rules)) for slug, rules in _by_list(entries).items()]

    def answer(compared: Comparable) -> int:
        possible = unnamed ^ set_of(turning.get(compared, ()))
        for members, rules in lists:
            if compared in members:
                possible ^= rules
        return possible

    ready: dict[object, int] = {value: answer(value) for value in _busiest(turning, around.room)}
    ready = _with_spellings(ready, entries, compare)
    ready[None] = blank

    def find(value: object, seen: Seen) -> int:
        compared = seen[field] = compare(value)
        known = ready.get(compared)
        return answer(compared) if known is None else known

    return Column(field, ready, find)


def _column_of_ranges(field: str, entries: Sequence[Entry], around: Around, blank: int, unasked: int) -> Column:
    """Numbers on a line cut at every bound: slot 2i+1 is the i-th bound itself, even slots are what lies between."""
    bounds = sorted({bound for entry in entries for bound in _bounds(entry)})
    slots = {bound: 2 * index + 1 for index, bound in enumerate(bounds)}
    last = 2 * len(bounds)
    turning: list[list[int]] = [[] for _ in range(last + 2)]  # the rules that change their answer on entering a slot
    for entry in entries:
        for start, end in _spans(entry, slots, last):
            turning[start].append(entry.rule)
            turning[end + 1].append(entry.rule)

    step = last // around.room + 1
    possible, ready = unasked, []
    for slot, rules in enumerate(turning):
        possible ^= set_of(rules)
        if slot % step == 0:
            ready.append(possible)
    compare = COMPARABLE[FieldType.NUMBER]

    def find(value: object, seen: Seen) -> int:
        compared = seen[field] = compare(value)
        if compared is None:
            return blank
        slot = bisect_left(bounds, compared) + bisect_right(bounds, compared)
        found = ready[slot // step]
        for rules in turning[slot - slot % step + 1 : slot + 1]:
            found ^= set_of(rules)
        return found

    return Column(field, {None: blank}, find)


def _column_of_many(field: str, entries: Sequence[Entry], around: Around, blank: int, unnamed: int) -> Column:
    """Sets of texts: each text makes some rules possible (`has_any`) and others impossible (`has_none`)."""
    making, spoiling = _by_value(entries, "has_any"), _by_value(entries, "has_none")
    compare = COMPARABLE[FieldType.MANY]

    def answer(text: object) -> tuple[int, int]:
        return set_of(making.get(text, ())), set_of(spoiling.get(text, ()))

    ready = {text: answer(text) for text in _busiest({**spoiling, **making}, around.room // 2)}
    ready = _with_spellings(ready, entries, normal)

    def find(value: object, seen: Seen) -> int:
        texts: Comparable = value if isinstance(value, tuple) and all(text in ready for text in value) else ()
        if not texts:
            texts = seen[field] = compare(value)
        if texts is None:
            return blank
        made = spoilt = 0
        for text in texts:
            makes, spoils = ready.get(text) or answer(text)
            made |= makes
            spoilt |= spoils
        return (unnamed ^ spoilt) | made

    return Column(field, {None: blank}, find)


def _by_value(entries: Sequence[Entry], *ops: str) -> dict[object, list[int]]:
    """The rules that name each value."""
    found: dict[object, list[int]] = {}
    for rule, test, operand in entries:
        if operand is not None and test.op in ops and test.op not in ON_LISTS:
            for value in operand if isinstance(operand, frozenset) else (operand,):
                found.setdefault(value, []).append(rule)
    return found


def _by_list(entries: Sequence[Entry]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for rule, test, operand in entries:
        if test.op in ON_LISTS:
            found.setdefault(operand, []).append(rule)
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


def _busiest(naming: Mapping[object, list[int]], room: int) -> Iterable[object]:
    if len(naming) <= room:
        return naming
    return sorted(naming, key=lambda value: len(naming[value]), reverse=True)[:room]


def _with_spellings(
    ready: dict[object, T], entries: Sequence[Entry], compare: Callable[[str], Comparable]
) -> dict[object, T]:
    """Leads tend to spell a value as the rules do: then its form for comparing need not be found at all."""
    spelt = dict(ready)
    for _, test, _ in entries:
        for written in test.value if isinstance(test.value, tuple) else (test.value,):
            if isinstance(written, str) and written not in spelt and (compared := compare(written)) in ready:
                spelt[written] = ready[compared]
    return spelt


def _bounds(entry: Entry) -> Iterable[float | int]:
    if isinstance(entry.operand, tuple | frozenset):
        return entry.operand
    return () if entry.operand is None else (entry.operand,)


def _spans(entry: Entry, slots: Mapping[float | int, int], last: int) -> Iterator[tuple[int, int]]:
    """The stretches of slots, first and last included, where the entry's rule is possible."""
    operand, op = entry.operand, entry.test.op
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
            for slot in sorted(slots[bound] for bound in _bounds(entry)):
                yield slot, slot
        case "is_not" | "not_in" | "is_present":
            start = 0
            for slot in sorted(slots[bound] for bound in _bounds(entry)):
                yield start, slot - 1
                start = slot + 1
            yield start, last
