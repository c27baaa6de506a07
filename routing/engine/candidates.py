"""Values that are worth trying for a field: those that its tests name, what lies just beside them, and blank.

For numbers, truths and texts that are compared whole, these stand for every value there is: a test cannot tell another
value from one of them. For patterns and parts of texts they are a good guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import combinations, pairwise, product

from routing.engine.conditions import Setting, Test
from routing.engine.facts import WEEKDAYS, FieldType, Value, normal

MOST = 3_000  # values of one field
MOST_SUBSETS = 8  # so many texts of a set are tried in every combination
SECOND = timedelta(seconds=1)
PARTS = ("starts_with", "contains", "ends_with", "not_contains")
PLAIN_RUN = re.compile(r"[A-Za-z0-9@ _-]+")

# What people would write of a field that a rule only says what it must not be.
ORDINARY: Mapping[str, Sequence[str]] = {
    "email": ("somebody@example.com",),
    "email_domain": ("example.com",),
    "country": ("US", "DE", "GB", "FR", "BR", "JP"),
    "state": ("CA", "NY", "Bavaria"),
    "time.weekday": WEEKDAYS,
}

Hints = Mapping[str, Sequence[Value]]


def candidates(name: str, tests: Sequence[Test], setting: Setting, hints: Hints) -> tuple[Value | None, ...]:
    """The values to try, the likeliest first; None, the blank, comes last."""
    kind = tests[0].type
    found: Iterable[Value]
    if kind is FieldType.NUMBER:
        found = _numbers(name, tests)
    elif kind is FieldType.BOOLEAN:
        found = (True, False)
    elif kind is FieldType.TIME:
        found = _moments(tests, setting)
    elif kind is FieldType.TERRITORY:
        found = (
            *sorted({place for test in tests for place in _operands(test)} | setting.ancestors.keys()),
            "elsewhere",
        )
    elif kind is FieldType.MANY:
        found = _sets(tests)
    else:
        found = _texts(name, tests, setting)
    distinct = dict.fromkeys((*hints.get(name, ()), *found))
    return (*list(distinct)[:MOST], None)


def _operands(test: Test) -> Iterable[str]:
    if isinstance(test.operand, frozenset | tuple):
        return sorted(test.operand)
    return (test.operand,) if isinstance(test.operand, str) else ()


def _numbers(name: str, tests: Sequence[Test]) -> Iterator[float | int]:
    if name == "time.hour":
        yield from range(24)
        return
    named: set[float | int] = set()
    for test in tests:
        operand = test.operand
        if operand is not None:
            named |= set(operand) if isinstance(operand, frozenset | tuple) else {operand}
    bounds = sorted(named)
    if not bounds:
        yield 1
        return
    yield from bounds
    yield bounds[-1] + 1
    for low, high in pairwise(bounds):
        yield low + 1 if high - low > 1 else (low + high) / 2
    yield bounds[0] - 1


def _moments(tests: Sequence[Test], setting: Setting) -> Iterator[datetime]:
    now = setting.now
    edges = [now]
    for test in tests:
        if isinstance(test.operand, datetime):
            edges.append(test.operand)
        elif isinstance(test.operand, timedelta):
            edges.append(now - test.operand)
    edges.sort()
    for edge in edges:
        yield from (edge, edge + SECOND, edge - SECOND)
    for early, late in pairwise(edges):
        yield early + (late - early) / 2


def _sets(tests: Sequence[Test]) -> Iterator[tuple[str, ...]]:
    texts = sorted({text for test in tests for text in _operands(test)})
    if len(texts) <= MOST_SUBSETS:
        for size in range(1, len(texts) + 1):
            yield from combinations(texts, size)
    else:
        yield from ((text,) for text in texts)
        yield from (tuple(sorted(_operands(test))) for test in tests if test.operand)
        for one, other in combinations([test for test in tests if test.operand], 2):
            yield tuple(sorted({*_operands(one), *_operands(other)}))
        yield tuple(texts)
    yield ("something else",)


def _texts(name: str, tests: Sequence[Test], setting: Setting) -> Iterator[str]:
    """Ordinary values, then what tests name in the user's own spelling, then texts put together from named parts."""
    named = dict.fromkeys(text for test in tests for text in _written(test) if text.strip())
    known = {normal(text) for text in named}
    if name != "time.weekday":
        yield from (text for text in (*ORDINARY.get(name, ()), "something else") if normal(text) not in known)
    else:
        yield from WEEKDAYS
    yield from named
    for slug in sorted({test.operand for test in tests if test.op in ("in_list", "not_in_list")}):
        yield from sorted(setting.lists.get(slug, frozenset()))
    yield from _joined(tests)
    yield from (run for test in tests if test.op == "matches" for run in PLAIN_RUN.findall(str(test.value)))


def _written(test: Test) -> Iterator[str]:
    if test.op not in ("matches", "in_list", "not_in_list"):
        for value in test.value if isinstance(test.value, tuple) else (test.value,):
            if isinstance(value, str):
                yield value


def _joined(tests: Sequence[Test]) -> Iterator[str]:
    parts = {op: [str(test.value).strip() for test in tests if test.op == op] for op in PARTS}
    starts, middles, ends = (["", *parts[op]] for op in ("starts_with", "contains", "ends_with"))
    middles += [f"{one} {other}" for one, other in combinations(parts["contains"], 2)]
    for number, (start, middle, end) in enumerate(product(starts, middles, ends)):
        if number >= MOST:
            return
        if sum(map(bool, (start, middle, end))) > 1 or middle:
            yield " ".join(part for part in (start, middle, end) if part)
        if start and end:
            yield f"{start}{middle}{end}"
