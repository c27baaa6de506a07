"""The same condition said with fewer `not` and `any`, so that more of it can be looked up instead of asked."""

from __future__ import annotations

from routing.engine.conditions import All, AnyOf, Condition, Not, Test
from routing.engine.facts import FieldType

OPPOSITES = {
    "is": "is_not",
    "in": "not_in",
    "in_list": "not_in_list",
    "gt": "lte",
    "gte": "lt",
    "has_any": "has_none",
    "is_blank": "is_present",
}
OPPOSITES |= {opposite: op for op, opposite in OPPOSITES.items()}


def simpler(condition: Condition) -> Condition:
    """One step; the same condition where there is nothing to simplify."""
    match condition:
        case Not(part=Not(part=part)):
            return part
        case Not(part=AnyOf(parts=parts)):
            return All(tuple(Not(part) for part in parts))
        case Not(part=Test() as test):
            return _opposite(test) or condition
        case AnyOf(parts=parts):
            return _one_of(parts) or condition
        case Test(op="has_all", value=tuple(texts)):
            return All(
                tuple(Test(condition.field, "has_any", (text,), condition.if_blank, condition.type) for text in texts)
            )
        case _:
            return condition


def _opposite(test: Test) -> Test | None:
    if_blank = None if test.op in ("is_blank", "is_present") else not test.answer_on_blank
    if test.type is FieldType.BOOLEAN and test.op == "is":
        return Test(test.field, "is", not test.value, if_blank, test.type)
    if test.type is FieldType.TERRITORY or test.op not in OPPOSITES:
        return None
    return Test(test.field, OPPOSITES[test.op], test.value, if_blank, test.type)


def _one_of(parts: tuple[Condition, ...]) -> Condition | None:
    """Any of several values of one field is what `in` says."""
    if len(parts) == 1:
        return parts[0]
    tests = [part for part in parts if isinstance(part, Test) and part.op in ("is", "in") and not part.answer_on_blank]
    fields = {(test.field, test.type) for test in tests}
    if len(tests) < len(parts) or len(fields) != 1:
        return None
    ((field, kind),) = fields
    if kind is FieldType.BOOLEAN:  # has no `in`
        return None
    values = [value for test in tests for value in (test.value if isinstance(test.value, tuple) else (test.value,))]
    return Test(field, "in", tuple(value for value in values if value is not None), type=kind)
