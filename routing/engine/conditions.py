"""The condition tree: what a rule asks of a lead.

A condition that parsed never raises; on a blank every operator has a fixed answer, unless `if_blank` overrides it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from routing.engine.facts import STANDARD, Facts, FieldType
from routing.engine.operands import Unfit
from routing.engine.operators import Comparable, Operator, Setting, comparable, operator_for

__all__ = ["EVERY_LEAD", "All", "AnyOf", "Condition", "Not", "Operand", "Setting", "Test", "holds"]

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
    """One question. `type` matters for the admin's own fields only: the built-in ones know theirs."""

    field: str
    op: str
    value: Operand = None
    if_blank: bool | None = None
    type: FieldType = FieldType.TEXT

    __test__ = False  # or pytest would collect it

    def __post_init__(self) -> None:
        known = STANDARD.get(self.field)
        if known is not None and known.type is not self.type:
            object.__setattr__(self, "type", known.type)

    @property
    def operator(self) -> Operator:
        found = operator_for(self.type, self.op)
        if found is None:
            raise Unfit(f"{self.field} is a {self.type} field, which has no operator {self.op}")
        return found

    @property
    def operand(self) -> Comparable:
        """The value in the form that is compared."""
        return self.operator.takes(self.value, self.field)

    @property
    def answer_on_blank(self) -> bool:
        return self.operator.blank if self.if_blank is None else self.if_blank


Condition = All | AnyOf | Not | Test

EVERY_LEAD = All()


def holds(condition: Condition, facts: Facts, setting: Setting) -> bool:
    match condition:
        case Test(field=field):
            return asking(condition)(facts.get(field), setting)
        case All(parts=parts):
            return all(holds(part, facts, setting) for part in parts)
        case AnyOf(parts=parts):
            return any(holds(part, facts, setting) for part in parts)
        case Not(part=part):
            return not holds(part, facts, setting)


@lru_cache(maxsize=50_000)
def asking(test: Test) -> Callable[[object, Setting], bool]:
    """The test as a question to a fact: its operand is read and its pattern compiled only once."""
    kind, operator, on_blank = test.type, test.operator, test.answer_on_blank
    check = operator.check(test.operand)

    def ask(fact: object, setting: Setting) -> bool:
        compared = comparable(kind, fact)
        if compared is None:
            return on_blank
        return check(fact if operator.verbatim else compared, setting)

    return ask
