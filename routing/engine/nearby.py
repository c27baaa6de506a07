"""Other values of one field that may change what rules answer, the smallest change first.

Of a number what lies on either side of every bound, as fine as bounds and number are written; so the nearest that makes
a difference is among them. Of a text what rules name, before what nobody names; of a set one more or one less.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from routing.engine.candidates import candidates
from routing.engine.conditions import Setting, Test
from routing.engine.facts import FieldType, Value, normal

MOST_NUMBERS, MOST_OTHERS = 4_000, 400
FINEST = 6  # decimals
STRANGER = "something else"  # a text that no rule names
MONTH_SECONDS = 30 * 86_400
# These compare a text as a whole, so what no rule names is all alike to them.
WHOLE = ("is", "in", "is_not", "not_in")

# What a change weighs besides its size: an answer that changes is more than a figure that moves.
ANOTHER, FILLED, EMPTIED = 1.0, 1.2, 1.5


def nearby(name: str, value: Value | None, tests: Sequence[Test], setting: Setting) -> list[tuple[float, Value | None]]:
    """(how much of a change it is, the value): the smallest change first."""
    kind = tests[0].type
    found: Sequence[tuple[float, Value]]
    if kind is FieldType.NUMBER:
        found = _numbers(value, tests)
    elif kind is FieldType.TIME:
        found = _moments(name, value, tests, setting)
    elif kind is FieldType.MANY:
        found = [(ANOTHER, each) for each in _sets(value, tests)]
    else:
        found = [(ANOTHER, each) for each in _others(name, value, tests, setting)]
    if value is None:
        return [(FILLED, each) for _, each in found]
    return [*found, (EMPTIED, None)]


def _numbers(value: Value | None, tests: Sequence[Test]) -> list[tuple[float, Value]]:
    bounds = [bound for test in tests for bound in _bounds(test)]
    now = value if isinstance(value, int | float) else None
    fine = min(FINEST, max((_decimals(one) for one in (*bounds, *([] if now is None else [now]))), default=0))
    step = Decimal(1).scaleb(-fine)
    found: dict[float | int, None] = {}
    for bound in dict.fromkeys(bounds):
        exact = Decimal(str(bound))
        for one in (exact, exact + step, exact - step):
            found[int(one) if one == one.to_integral_value() else float(one)] = None
    if now is None:
        return [(FILLED, one) for one in list(found)[:MOST_NUMBERS]]
    sized = sorted((abs(one - now) / max(abs(one), abs(now), 1), abs(one - now), one) for one in found if one != now)
    nearest = sorted(sized, key=lambda each: each[1])
    return [(size, one) for size, _, one in nearest[:MOST_NUMBERS]]


def _bounds(test: Test) -> Iterable[float | int]:
    operand = test.operand
    if isinstance(operand, frozenset):
        return sorted(operand)
    if isinstance(operand, tuple):
        return operand
    return () if operand is None else (operand,)


def _decimals(value: float | int) -> int:
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _moments(name: str, value: Value | None, tests: Sequence[Test], setting: Setting) -> list[tuple[float, Value]]:
    found = [one for one in candidates(name, tests, setting, {}) if isinstance(one, datetime) and one != value]
    if not isinstance(value, datetime):
        return [(FILLED, one) for one in found[:MOST_OTHERS]]
    found.sort(key=lambda one: abs(one - value))
    return [(min(ANOTHER, abs(one - value).total_seconds() / MONTH_SECONDS), one) for one in found[:MOST_OTHERS]]


def _sets(value: Value | None, tests: Sequence[Test]) -> Iterator[Value]:
    has = value if isinstance(value, tuple) else ()
    held = {normal(one) for one in has}
    named = [text for test in tests for text in (test.value if isinstance(test.value, tuple) else (test.value,))]
    texts = list(dict.fromkeys(text for text in named if isinstance(text, str)))[:MOST_OTHERS]
    yield from ((*has, text) for text in texts if normal(text) not in held)
    for text in has:
        if rest := tuple(other for other in has if other != text):
            yield rest
    together = tuple(dict.fromkeys([*has, *texts]))
    if len(together) > len(has) + 1:
        yield together


def _others(name: str, value: Value | None, tests: Sequence[Test], setting: Setting) -> list[Value]:
    """Those that rules name first, as they write them; a stranger to all of them last."""
    if tests[0].type is FieldType.BOOLEAN:
        return [one for one in (True, False) if one != value]
    named = [one for test in tests if test.op in WHOLE for one in _written(test)]
    if all(test.op in WHOLE or test.value is None for test in tests):
        made: Iterable[Value | None] = ()
    else:
        made = (one for one in candidates(name, tests, setting, {}) if one is not None)
    now = normal(value) if isinstance(value, str) else ""
    strangers = [STRANGER] if tests[0].type is FieldType.TEXT else []
    found = [one for one in dict.fromkeys((*named, *made)) if one is not None and normal(str(one)) != now]
    return [*found[:MOST_OTHERS], *strangers]


def _written(test: Test) -> Iterable[Value]:
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    return [one for one in values if one is not None]
