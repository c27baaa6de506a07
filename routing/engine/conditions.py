"""The condition tree: what a rule asks of a lead.

A condition that parsed never raises; on a blank every operator has a fixed answer, unless `if_blank` overrides it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from routing.engine.facts import STANDARD, Facts, FieldType
from routing.engine.operands import Unfit
from routing.engine.operators import Comparable, Operator, Setting, comparable, operator_for

__all__ = ["EVERY_LEAD", "All", "AnyOf", "Condition", "Not", "Operand", "Setting", "Test", "Unfit", "holds", "tests_in"]

# As the user wrote it: "1,200" stays a text, a list became a tuple, an ISO date stays a text.
Operand = str | int | float | bool | tuple[str | int | float, ...] | None


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class Test:
    """One question; one that makes no sense cannot be made, it raises Unfit.

    `type` matters for the admin's own fields only: the built-in ones know theirs.
    """

    field: str
    op: str
    value: Operand = None
    if_blank: bool | None = None
    type: FieldType = FieldType.TEXT
    operator: Operator = dataclasses.field(init=False, repr=False, compare=False)
    operand: Comparable = dataclasses.field(init=False, repr=False, compare=False)  # the value as it is compared

    __test__ = False  # or pytest would collect it

    def __post_init__(self) -> None:
        known = STANDARD.get(self.field)
        if known is not None and known.type is not self.type:
            object.__setattr__(self, "type", known.type)
        operator = operator_for(self.type, self.op)
        if operator is None:
            raise Unfit(f"{self.field} is a {self.type} field, which has no operator {self.op}")
        object.__setattr__(self, "operator", operator)
        object.__setattr__(self, "operand", operator.takes(self.value, self.field))

    @property
    def answer_on_blank(self) -> bool:
        return self.operator.blank if self.if_blank is None else self.if_blank


Condition = All | AnyOf | Not | Test

EVERY_LEAD = All()


# What the facts of one decision look like in the form that is compared: found once, however many conditions ask.
Seen = dict[str, Comparable]
Question = Callable[[Facts, Setting, Seen], bool]
Reason = Callable[[Facts, Setting], str]  # why a condition held, or did not


def holds(condition: Condition, facts: Facts, setting: Setting) -> bool:
    return question(condition)(facts, setting, {})


def tests_in(condition: Condition) -> Iterator[Test]:
    """All that is asked, in the order in which it is written."""
    match condition:
        case Test():
            yield condition
        case Not(part=part):
            yield from tests_in(part)
        case All(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from tests_in(part)


@lru_cache(maxsize=20_000)
def question(condition: Condition) -> Question:
    """The condition, ready to be asked of many leads: operands are read and patterns compiled only once."""
    match condition:
        case Test():
            return _ask(condition)
        case All(parts=parts):
            questions = [question(part) for part in parts]
            return lambda facts, setting, seen: all(ask(facts, setting, seen) for ask in questions)
        case AnyOf(parts=parts):
            questions = [question(part) for part in parts]
            return lambda facts, setting, seen: any(ask(facts, setting, seen) for ask in questions)
        case Not(part=part):
            ask = question(part)
            return lambda facts, setting, seen: not ask(facts, setting, seen)


def _ask(test: Test) -> Question:
    field, kind, on_blank, verbatim = test.field, test.type, test.answer_on_blank, test.operator.verbatim
    check = test.operator.check(test.operand)

    def ask(facts: Facts, setting: Setting, seen: Seen) -> bool:
        if field in seen:
            compared = seen[field]
        else:
            compared = seen[field] = comparable(kind, facts.get(field))
        if compared is None:
            return on_blank
        return check(facts[field] if verbatim else compared, setting)

    return ask
