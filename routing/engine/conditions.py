"""The condition tree: what a rule asks of a lead.

A condition that parsed never raises; on a blank every operator has a fixed answer, unless `if_blank` overrides it.
"""

from __future__ import annotations

from dataclasses import dataclass

from routing.engine.facts import STANDARD, FieldType
from routing.engine.operators import Setting

__all__ = ["EVERY_LEAD", "All", "AnyOf", "Condition", "Not", "Operand", "Setting", "Test"]

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

    # pytest collects classes of this name.
    __test__ = False

    def __post_init__(self) -> None:
        known = STANDARD.get(self.field)
        if known is not None and known.type is not self.type:
            object.__setattr__(self, "type", known.type)


Condition = All | AnyOf | Not | Test

EVERY_LEAD = All()
