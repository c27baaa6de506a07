"""Untrusted JSON into a condition."""

from __future__ import annotations

from datetime import date
from typing import cast

from routing.engine.conditions import EVERY_LEAD, All, AnyOf, Condition, Not, Operand, Test, tests_in
from routing.engine.facts import Field, FieldType
from routing.engine.operands import Unfit
from routing.engine.operators import OPERATORS
from routing.engine.reader import Reader, shown, storable

DEEPEST, MOST_TESTS = 32, 200
ABOUT_PRESENCE = ("is_blank", "is_present")
FORMS = '{"all": […]}, {"any": […]}, {"not": …} or {"field", "op", "value"}'


def read_when(reader: Reader, data: object, path: str) -> Condition:
    """A rule's whole condition, within the limit of tests for one rule."""
    condition = read_condition(reader, data, path)
    if (count := len(list(tests_in(condition)))) > MOST_TESTS:
        reader.refuse(path, f"has {count} conditions; a rule may have at most {MOST_TESTS}")
    return condition


def read_condition(reader: Reader, data: object, path: str, depth: int = 1) -> Condition:
    forms = [key for key in ("all", "any", "not", "field") if key in data] if isinstance(data, dict) else []
    if len(forms) != 1 or not isinstance(data, dict):
        reader.refuse(path, f"must be one condition, {FORMS}" + ("" if len(forms) > 1 else f", not {shown(data)}"))
        return EVERY_LEAD
    if forms == ["field"]:
        return _test(reader, data, path)
    if depth > DEEPEST:
        reader.refuse(path, f"conditions are nested more than {DEEPEST} deep")
        return EVERY_LEAD

    form = forms[0]
    reader.members(data, path, (form,))
    inner = f"{path}.{form}"
    if form == "not":
        return Not(read_condition(reader, data["not"], inner, depth + 1))
    parts = tuple(
        read_condition(reader, part, where, depth + 1) for part, where in reader.items(data[form], inner, "conditions")
    )
    return All(parts) if form == "all" else AnyOf(parts)


def given(value: object) -> Operand:
    """An operand as the user wrote it; YAML has dates where JSON has texts. What is neither stays, to be refused."""
    if isinstance(value, list | tuple):
        return tuple(value)
    return value.isoformat() if isinstance(value, date) else cast(Operand, value)


def _test(reader: Reader, data: dict[str, object], path: str) -> Condition:
    reader.members(data, path, ("field", "op", "value", "if_blank"))
    field = reader.field(data["field"], f"{path}.field")
    if field is None or not _goes_with(reader, data.get("op"), field, f"{path}.op"):
        return EVERY_LEAD
    op, value, if_blank = str(data["op"]), data.get("value"), data.get("if_blank")
    if if_blank is not None:
        reader.flag(if_blank, f"{path}.if_blank")
        if op in ABOUT_PRESENCE:
            reader.refuse(f"{path}.if_blank", f"says nothing beside {op}, which asks just that: leave it out")

    texts = value if isinstance(value, list | tuple) else (value,)
    if not all(storable(text) for text in texts if isinstance(text, str)):
        reader.refuse(f"{path}.value", "holds a NUL or half a character (a lone surrogate), which no database keeps")
        return EVERY_LEAD
    try:
        test = Test(field.name, op, given(value), None if if_blank is None else if_blank is True, field.type)
    except Unfit as unfit:
        reader.refuse(f"{path}.value", str(unfit) if value in (None, "", [], ()) else f"{unfit} (not {shown(value)})")
        return EVERY_LEAD
    _check_references(reader, test, f"{path}.value")
    return test


def _goes_with(reader: Reader, op: object, field: Field, path: str) -> bool:
    operators = OPERATORS[field.type]
    if isinstance(op, str) and op in operators:
        return True
    if op is None:
        problem = "is missing"
    elif isinstance(op, str) and any(op in others for others in OPERATORS.values()):
        problem = f"{op} does not go with {field.name}, which is a {field.type} field"
    else:
        problem = f"unknown operator {shown(op)}{reader.near(op, operators)}"
    reader.refuse(path, f"{problem}; a {field.type} field has {', '.join(operators)}")
    return False


def _check_references(reader: Reader, test: Test, path: str) -> None:
    if test.op in ("in_list", "not_in_list"):
        reader.reference(test.operand, path, reader.references.lists, "list")
    elif test.type is FieldType.TERRITORY and test.op == "in":
        for slug in sorted(test.operand):
            reader.reference(slug, path, reader.references.territories, "territory")
