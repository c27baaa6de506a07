"""What somebody types or picks as the right side of a question, in the form that the operator takes.

Nothing given is no value yet: the question is then unfinished, not refused.
"""

from __future__ import annotations

import re
from typing import Any

from routing.engine import facts, operands
from routing.engine.edits import asked
from routing.engine.edits.deed import Arguments, Refused
from routing.engine.facts import Field
from routing.engine.operands import Unfit
from routing.engine.operators import OPERATORS, Operator
from routing.engine.reader import storable

NONE_YET: list[Any] = [None, "", [], [None, None]]
LISTS = (operands.some_texts, operands.some_numbers, operands.places)
NUMBERS = (operands.one_number, operands.some_numbers, operands.two_numbers)
TEXTS = (operands.one_text, operands.some_texts)
# A list that is pasted or typed into one line.
BETWEEN_ITEMS = re.compile(r"[,;\t\n\r]+")
MOST_ITEMS = 10_000


def operand(field: Field, op: str, arguments: Arguments, *, or_none: bool = False) -> Any:
    """The value that is given; None where there is none yet. Refused where it cannot be what the operator takes, but
    with `or_none` it is left out: it may have been meant for another field.
    """
    operator = OPERATORS[field.type][op]
    if operator.takes is operands.nothing:
        return None
    value = _read(operator, _given(arguments, operator))
    if value in NONE_YET:
        return None
    if operator.takes is operands.two_numbers and None in value:  # the other one is still to come
        return value
    try:
        operator.takes(value, field.name)
    except Unfit as unfit:
        if or_none:
            return None
        raise Refused("value", _sentence(str(unfit))) from None
    return value


def carried(value: Any, before: Operator | None, after: Operator) -> Any:
    """What is left of a value when the operator changes: one becomes a list of one; None where it does not do."""
    if before is None or value in NONE_YET:
        return None
    if before.takes is after.takes:
        return value
    same_kind = any(before.takes in kind and after.takes in kind for kind in (NUMBERS, TEXTS))
    if not same_kind:
        return None
    items = list(value) if isinstance(value, list | tuple) else [value]
    if after.takes is operands.two_numbers:
        return [items[0], items[-1]]
    return items if after.takes in LISTS else items[0]


def _given(arguments: Arguments, operator: Operator) -> Any:
    """`values` are taken one by one as they are; one `value` for a list is cut where people cut lists."""
    if "values" in arguments:
        values = arguments["values"] if isinstance(arguments["values"], list | tuple) else [arguments["values"]]
        kept = operator.takes is operands.two_numbers  # a blank there says which of the two is missing
        return [one for one in values if kept or not facts.is_blank(one)]
    value = arguments.get("value")
    if not isinstance(value, str):
        return value
    if operator.takes is operands.some_numbers:  # 1,200 is one number
        return _items(re.split(r"[;\t\n\r]+|,(?!\d{3}(?!\d))", value))
    if operator.takes in LISTS or operator.takes is operands.two_numbers:
        return _items(BETWEEN_ITEMS.split(value))
    return asked.text(arguments, "value")


def _read(operator: Operator, given: Any) -> Any:
    items = given if isinstance(given, list) else [given]
    if len(items) > MOST_ITEMS:
        raise Refused("value", f"A question takes at most {MOST_ITEMS:,} values: make it a list of its own.")
    if not all(item is None or isinstance(item, str | int | float) for item in items):
        raise Refused("value", "Takes texts, numbers, yes or no.")
    if not all(storable(item) for item in items if isinstance(item, str)):
        raise Refused("value", "Holds a character that cannot be kept.")
    items = [item.strip() if isinstance(item, str) else item for item in items]
    if operator.takes in NUMBERS or operator.takes is operands.days:
        items = [_number(item) for item in items]
    if operator.takes is operands.two_numbers:
        items = [*items, None] if len(items) == 1 else items
        return items if any(item is not None for item in items) else None
    if operator.takes in LISTS:
        return once(items)
    if operator.takes is operands.yes_or_no:
        return facts.truth(given) if isinstance(given, str) and given else given
    return items[0] if len(items) == 1 else given


def _number(item: Any) -> Any:
    """As a number; what is none stays, to be refused with the operator's own words."""
    if item is None or item == "":
        return None
    figure = facts.number(item)
    return item if figure is None else figure


def once(items: list[Any]) -> list[Any]:
    """Each value once, however it was spelled, in the order given."""
    kept: dict[Any, Any] = {}
    for item in items:
        if item is not None:
            kept.setdefault(facts.normal(item) if isinstance(item, str) else item, item)
    return list(kept.values())


def _items(pieces: list[str]) -> list[str]:
    return [piece.strip() for piece in pieces if piece.strip()]


def _sentence(problem: str) -> str:
    return f"{problem[:1].upper()}{problem[1:]}."
