"""Conditions as terms: each a set of cells for some fields, and guesses where cells do not tell. A condition holds
where one of its terms does.

A guess is what a test answers on a value of which only the cell is known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from routing.engine.conditions import EVERY_LEAD, All, AnyOf, Condition, Not, Setting, Test, holds, tests_in
from routing.engine.facts import Facts
from routing.engine.lint.cells import PARTS, Cells, Mask, cells_of

MOST_TERMS = 64
NO_LEAD = AnyOf()


@dataclass(frozen=True, slots=True)
class Term:
    """All of this at once."""

    masks: Mapping[str, Mask] = field(default_factory=dict)
    guesses: Mapping[Test, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """`is_whole`: these are all of them; the condition may hold elsewhere too where it is not."""

    any_of: tuple[Term, ...]
    is_whole: bool = True


EVERYTHING, NOTHING = Terms((Term(),)), Terms(())


class Space:
    """The fields that some conditions speak of, each with its cells."""

    def __init__(self, conditions: Iterable[Condition], setting: Setting) -> None:
        asked: dict[str, dict[Test, None]] = defaultdict(dict)
        for condition in conditions:
            for test in tests_in(condition):
                asked[test.field][test] = None
        self.setting = setting
        self.cells: dict[str, Cells] = {name: cells_of(name, tuple(tests), setting) for name, tests in asked.items()}
        self._all = {name: cells.all for name, cells in self.cells.items()}
        # Of each field the blank, if it can be blank.
        self.blanks: dict[str, Mask] = {name: cells.blank for name, cells in self.cells.items() if cells.blank}
        self._terms: dict[Condition, Terms] = {}

    def all(self, name: str) -> Mask:
        return self._all[name]

    def possible(self, test: Test, held: bool) -> Mask:
        """The cells in which the test may give this answer."""
        surely, maybe = self.cells[test.field].where(test)
        return surely | maybe if held else self._all[test.field] ^ surely

    def terms(self, condition: Condition) -> Terms:
        found = self._terms.get(condition)
        if found is None:
            found = self._terms[condition] = self._read(condition, True)
        return found

    def _read(self, condition: Condition, held: bool) -> Terms:
        match condition:
            case Test():
                return self._literal(condition, held)
            case Not(part=part):
                return self._read(part, not held)
            case All(parts=parts) | AnyOf(parts=parts):
                read = [self._read(part, held) for part in parts]
                return self._both(read) if isinstance(condition, All) is held else self._either(read)

    def _literal(self, test: Test, held: bool) -> Terms:
        surely, maybe = self.cells[test.field].where(test)
        if maybe:
            return Terms((Term({}, {test: held}),))
        return self._of_field(test.field, surely if held else self._all[test.field] ^ surely)

    def _of_field(self, name: str, mask: Mask) -> Terms:
        if not mask:
            return NOTHING
        return EVERYTHING if mask == self._all[name] else Terms((Term({name: mask}),))

    def _both(self, read: Sequence[Terms]) -> Terms:
        found, is_whole = EVERYTHING.any_of, True
        for terms in read:
            is_whole = is_whole and terms.is_whole
            met = [self.both(one, other) for one in found for other in terms.any_of]
            found = tuple(term for term in met if term is not None)
            if len(found) > MOST_TERMS:
                found, is_whole = found[:MOST_TERMS], False
        return Terms(found, is_whole)

    def _either(self, read: Sequence[Terms]) -> Terms:
        """What is said of one field alone comes together in one term."""
        plain: dict[str, Mask] = {}
        others: list[Term] = []
        for term in (term for terms in read for term in terms.any_of):
            if not term.masks and not term.guesses:
                return EVERYTHING
            if len(term.masks) == 1 and not term.guesses:
                ((name, mask),) = term.masks.items()
                plain[name] = plain.get(name, 0) | mask
            else:
                others.append(term)
        found = [term for name, mask in plain.items() for term in self._of_field(name, mask).any_of]
        if any(not term.masks for term in found):
            return EVERYTHING
        found += others
        return Terms(tuple(found[:MOST_TERMS]), all(terms.is_whole for terms in read) and len(found) <= MOST_TERMS)

    def both(self, one: Term, other: Term) -> Term | None:
        """Both at once; None where they plainly contradict each other."""
        masks = dict(one.masks)
        for name, mask in other.masks.items():
            both = masks.get(name, self._all[name]) & mask
            if not both:
                return None
            masks[name] = both
        guesses = dict(one.guesses)
        for test, held in other.guesses.items():
            if guesses.setdefault(test, held) is not held:
                return None
        return Term(masks, guesses)


def known(condition: Condition, facts: Facts, setting: Setting) -> Condition:
    """The condition where these facts have been set: what it asks of them is answered."""
    match condition:
        case Test():
            if condition.field not in facts:
                return condition
            return EVERY_LEAD if holds(condition, facts, setting) else NO_LEAD
        case Not(part=part):
            return Not(known(part, facts, setting))
        case All(parts=parts):
            return All(tuple(known(part, facts, setting) for part in parts))
        case AnyOf(parts=parts):
            return AnyOf(tuple(known(part, facts, setting) for part in parts))


def contradict(one: Test, is_one: bool, other: Test, is_other: bool) -> bool:
    """Whether two tests of one field cannot answer so on any one value that is not blank. False: perhaps they can."""
    one, is_one = _positive(one, is_one)
    other, is_other = _positive(other, is_other)
    if is_one and is_other:
        return _exclude(one, other)
    if is_one:
        return _implies(one, other)
    return is_other and _implies(other, one)


def _positive(test: Test, held: bool) -> tuple[Test, bool]:
    positive = {"not_contains": "contains", "has_none": "has_any"}.get(test.op)
    return (test, held) if positive is None else (Test(test.field, positive, test.value, None, test.type), not held)


def _exclude(one: Test, other: Test) -> bool:
    if one.op == other.op == "starts_with":
        return not (one.operand.startswith(other.operand) or other.operand.startswith(one.operand))
    if one.op == other.op == "ends_with":
        return not (one.operand.endswith(other.operand) or other.operand.endswith(one.operand))
    return False


def _implies(one: Test, other: Test) -> bool:
    """Where the first holds for a value, the second does."""
    if one.op in PARTS and other.op in PARTS:
        if other.op == "contains":
            return other.operand in one.operand
        if one.op != other.op:
            return False
        starts = other.op == "starts_with"
        return bool(one.operand.startswith(other.operand) if starts else one.operand.endswith(other.operand))
    match one.op, other.op:
        case ("has_any", "has_any"):
            return bool(one.operand <= other.operand)
        case ("has_all", "has_all"):
            return bool(one.operand >= other.operand)
        case ("has_all", "has_any"):
            return not one.operand.isdisjoint(other.operand)
        case _:
            return one.op == other.op and one.value == other.value
