"""A lookup table's answer: the first row that lists the lead's own value."""

from __future__ import annotations

from routing.engine.conditions import Setting, Test
from routing.engine.evaluate import holds
from routing.engine.facts import Facts, FieldType
from routing.engine.targets import Table, Target


def row_of(table: Table, facts: Facts, setting: Setting) -> tuple[Target, str]:
    """The target of the first row whose values hold the fact, compared like `in`, and that row's name in the path."""
    for index, row in enumerate(table.rows):
        if any(holds(test, facts, setting) for test in _tests(table, row.values)):
            return row.target, f"row {index + 1}"
    return table.otherwise, "otherwise"


def _tests(table: Table, values: tuple[str | int | float | bool, ...]) -> tuple[Test, ...]:
    if table.type is FieldType.BOOLEAN:
        return tuple(Test(table.field, "is", value, type=table.type) for value in values)
    operator = "has_any" if table.type is FieldType.MANY else "in"
    return (Test(table.field, operator, values, type=table.type),)
