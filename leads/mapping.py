"""From a parsed body to items, each a few raw values by fact: the sender's preset first, the admin's mapping on top.

A mapping is a JMESPath for each fact. One that fails on some body leaves its field blank; it refuses no delivery.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from leads.normalise import FROM_SENDERS
from leads.presets import PRESETS, preset_named
from leads.presets.shape import Preset

LONGEST_PATH = 500
MOST_ITEMS = 1_000
LONGEST_KEY = 255


class BadMapping(ValueError):
    """What is wrong with a source's preset or paths; `problems` are (path, problem)."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path}: {problem}" for path, problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Reading:
    """How one source's bodies are read. The paths are compiled JMESPaths (None: the preset's way)."""

    preset: Preset
    items: Any = None
    mapping: tuple[tuple[str, Any], ...] = ()
    event_id: Any = None


@dataclass(frozen=True, slots=True)
class Item:
    """One would-be lead: raw values by fact, the sender's id for it, and why it can be none ("" if it can)."""

    raw: Mapping[str, object]
    key: str = ""
    problem: str = ""


def compile_reading(
    *, preset: str = "", items: str = "", mapping: Mapping[str, str] | None = None, event_id: str = "", path: str = ""
) -> Reading:
    """A source's way of reading. Raises `BadMapping` with every problem, each with its path below `path`."""
    problems: list[tuple[str, str]] = []
    known = preset_named(preset)
    if known is None:
        problems.append((_below(path, "preset"), f"{preset!r} is not known; the presets are {', '.join(PRESETS)}"))
    fields = []
    for field, expression in (mapping or {}).items():
        here = _below(path, f"mapping.{field}")
        if field not in FROM_SENDERS and field != "name" and not field.startswith("custom."):
            problems.append(
                (here, f"{field!r} cannot come from a sender; these can: {', '.join(sorted(FROM_SENDERS))}")
            )
        fields.append((field, _compiled(expression, here, problems)))
    compiled_items = _compiled(items, _below(path, "items"), problems) if items else None
    compiled_id = _compiled(event_id, _below(path, "id"), problems) if event_id else None
    if problems or known is None:
        raise BadMapping(problems)
    return Reading(known, compiled_items, tuple(fields), compiled_id)


def read(reading: Reading, body: object) -> tuple[Item, ...]:
    """The would-be leads of a body, in its order; at most a thousand."""
    if reading.items is not None:
        found = _search(reading.items, body)
        parts = [] if found is None else found if isinstance(found, list) else [found]
    else:
        parts = reading.preset.items(body)
    return tuple(_item(reading, part) for part in parts[:MOST_ITEMS])


def event_id(reading: Reading, body: object) -> str:
    """The sender's id for the whole delivery: by the source's own path, else as the preset knows; "" if it has none."""
    if reading.event_id is not None:
        found = _search(reading.event_id, body)
        text = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    else:
        text = reading.preset.event_id(body)
    return text[:LONGEST_KEY]


def _item(reading: Reading, part: object) -> Item:
    found = reading.preset.found(part)
    raw = dict(found.raw)
    mapped = False
    for field, expression in reading.mapping:
        value = _search(expression, part)
        if value is not None:
            raw[field] = value
            mapped = True
    return Item(raw, found.key[:LONGEST_KEY], "" if mapped else found.problem)


def _search(expression: Any, data: object) -> object:
    try:
        return expression.search(data)
    except (JMESPathError, ArithmeticError, TypeError, ValueError, RecursionError):
        # An expression that does not fit this body finds nothing in it.
        return None


def _compiled(expression: object, path: str, problems: list[tuple[str, str]]) -> Any:
    if not isinstance(expression, str) or not expression.strip():
        problems.append((path, "should be a JMESPath, like data.email"))
        return None
    if len(expression) > LONGEST_PATH:
        problems.append((path, f"a JMESPath may have at most {LONGEST_PATH} characters"))
        return None
    try:
        return jmespath.compile(expression)
    except (JMESPathError, RecursionError) as wrong:
        problems.append((path, f"{expression!r} is no JMESPath: {' '.join(str(wrong).split())[:200]}"))
        return None


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
