"""The operators of conditions: which type has which, what they take, and what each of them answers.

An operator turns its operand into a check; a check never raises, whatever the lead says. Both are compared in the form
that `comparable` and `operands` give them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from routing.engine import operands
from routing.engine.facts import FieldType, normal

LONGEST_SUBJECT = 4096


@dataclass(frozen=True, slots=True)
class Setting:
    """What conditions look up besides the lead: the time, the named lists, and how territories nest.

    `lists` holds the values as `facts.normal` makes them; `ancestors` gives a territory itself and all above it.
    """

    now: datetime
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ancestors: Mapping[str, frozenset[str]] = field(default_factory=dict)


# A fact or operand in the form that is compared; which form depends on the type (see `comparable`).
Comparable = Any
Check = Callable[[Comparable, Setting], bool]


@dataclass(frozen=True, slots=True)
class Operator:
    """`says` is its part of a sentence; `blank` its answer on a blank; `verbatim` checks see the text as it came."""

    says: str
    takes: Callable[[object, str], Comparable]
    check: Callable[[Comparable], Check]
    blank: bool = False
    verbatim: bool = False


def operator_for(kind: FieldType, op: str) -> Operator | None:
    return OPERATORS[kind].get(op)


def comparable(kind: FieldType, value: object) -> Comparable | None:
    """The fact in the form that is compared, or None where it is blank or does not fit its type."""
    return COMPARABLE[kind](value)


def _text(value: object) -> str | None:
    return (normal(value) or None) if isinstance(value, str) else None


def _number(value: object) -> float | int | None:
    return value if isinstance(value, int | float) and value == value else None


def _truth(value: object) -> bool | None:
    return bool(value) if value in (True, False) else None


def _many(value: object) -> frozenset[str] | None:
    texts = value if isinstance(value, tuple) else ()
    return frozenset(normal(text) for text in texts if isinstance(text, str)) - {""} or None


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) and value.tzinfo is not None else None


def _place(value: object) -> str | None:
    return (value.strip() or None) if isinstance(value, str) else None


def _subject(text: str) -> bytes:
    plain = unicodedata.normalize("NFKC", text[:LONGEST_SUBJECT]).strip()
    return plain.encode(errors="replace")[:LONGEST_SUBJECT]


_EVERY: Mapping[str, Operator] = {
    "is_blank": Operator("is blank", operands.nothing, lambda _: lambda fact, setting: False, blank=True),
    "is_present": Operator("is given", operands.nothing, lambda _: lambda fact, setting: True),
}
_TEXT: Mapping[str, Operator] = {
    "is": Operator("is {}", operands.one_text, lambda want: lambda fact, setting: fact == want),
    "is_not": Operator("is not {}", operands.one_text, lambda want: lambda fact, setting: fact != want, blank=True),
    "in": Operator("is one of {}", operands.some_texts, lambda want: lambda fact, setting: fact in want),
    "not_in": Operator(
        "is none of {}", operands.some_texts, lambda want: lambda fact, setting: fact not in want, blank=True
    ),
    "contains": Operator("contains {}", operands.one_text, lambda want: lambda fact, setting: want in fact),
    "not_contains": Operator(
        "does not contain {}", operands.one_text, lambda want: lambda fact, setting: want not in fact, blank=True
    ),
    "starts_with": Operator(
        "starts with {}", operands.one_text, lambda want: lambda fact, setting: fact.startswith(want)
    ),
    "ends_with": Operator("ends with {}", operands.one_text, lambda want: lambda fact, setting: fact.endswith(want)),
    "matches": Operator(
        "matches {}",
        operands.pattern,
        lambda want: lambda fact, setting: want.search(_subject(fact)) is not None,
        verbatim=True,
    ),
    "in_list": Operator(
        "is on the list {}", operands.slug, lambda want: lambda fact, setting: fact in setting.lists.get(want, ())
    ),
    "not_in_list": Operator(
        "is not on the list {}",
        operands.slug,
        lambda want: lambda fact, setting: fact not in setting.lists.get(want, ()),
        blank=True,
    ),
}
_NUMBER: Mapping[str, Operator] = {
    "is": Operator("is {}", operands.one_number, _TEXT["is"].check),
    "is_not": Operator("is not {}", operands.one_number, _TEXT["is_not"].check, blank=True),
    "in": Operator("is one of {}", operands.some_numbers, _TEXT["in"].check),
    "not_in": Operator("is none of {}", operands.some_numbers, _TEXT["not_in"].check, blank=True),
    "gt": Operator("is more than {}", operands.one_number, lambda want: lambda fact, setting: fact > want),
    "gte": Operator("is at least {}", operands.one_number, lambda want: lambda fact, setting: fact >= want),
    "lt": Operator("is less than {}", operands.one_number, lambda want: lambda fact, setting: fact < want),
    "lte": Operator("is at most {}", operands.one_number, lambda want: lambda fact, setting: fact <= want),
    "between": Operator(
        "is between {}", operands.two_numbers, lambda want: lambda fact, setting: want[0] <= fact <= want[1]
    ),
}
_BOOLEAN: Mapping[str, Operator] = {"is": Operator("is {}", operands.yes_or_no, _TEXT["is"].check)}
_MANY: Mapping[str, Operator] = {
    "has_any": Operator(
        "has any of {}", operands.some_texts, lambda want: lambda fact, setting: not want.isdisjoint(fact)
    ),
    "has_all": Operator("has all of {}", operands.some_texts, lambda want: lambda fact, setting: want <= fact),
    "has_none": Operator(
        "has none of {}", operands.some_texts, lambda want: lambda fact, setting: want.isdisjoint(fact), blank=True
    ),
}
_TIME: Mapping[str, Operator] = {
    "before": Operator("is before {}", operands.instant, lambda want: lambda fact, setting: fact < want),
    "after": Operator("is after {}", operands.instant, lambda want: lambda fact, setting: fact > want),
    "within_last_days": Operator(
        "is within the last {} days",
        operands.days,
        lambda want: lambda fact, setting: timedelta() <= setting.now - fact <= want,
    ),
    "more_than_days_ago": Operator(
        "is more than {} days ago", operands.days, lambda want: lambda fact, setting: setting.now - fact > want
    ),
}
_TERRITORY: Mapping[str, Operator] = {
    "in": Operator(
        "is in {}",
        operands.places,
        lambda want: lambda fact, setting: fact in want or not want.isdisjoint(setting.ancestors.get(fact, ())),
    ),
}
OPERATORS: Mapping[FieldType, Mapping[str, Operator]] = {
    FieldType.TEXT: {**_TEXT, **_EVERY},
    FieldType.NUMBER: {**_NUMBER, **_EVERY},
    FieldType.BOOLEAN: {**_BOOLEAN, **_EVERY},
    FieldType.MANY: {**_MANY, **_EVERY},
    FieldType.TIME: {**_TIME, **_EVERY},
    FieldType.TERRITORY: {**_TERRITORY, **_EVERY},
}
COMPARABLE: Mapping[FieldType, Callable[[object], Comparable | None]] = {
    FieldType.TEXT: _text,
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: _truth,
    FieldType.MANY: _many,
    FieldType.TIME: _moment,
    FieldType.TERRITORY: _place,
}
