"""From a parsed body to its items: one for each lead, with raw values by fact, or the reason why it can't be one. Pure.

A source names a preset for a known sender, JMESPaths of its own, or both: then its own have the last word. The paths
are RevOps', the bodies are strangers': a path that fails on a body leaves its field blank and says so on the lead.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult

from leads.activity.reading import is_activity
from leads.normalise import FROM_SENDERS
from leads.presets import PRESETS, Preset, activities, as_id, event_id_of, joined_ids, preset_named
from leads.presets.answers import MANY, alone

LONGEST_PATH = 500  # characters
WIDEST_PATH = 64  # how often a path may copy its input: `[@,@][]` doubles it, and again, and again
MOST_ITEMS = 500
MOST_FIELDS = 200
# What an item says of an activity; `type` makes it one. The intent is a field of leads too.
OF_ACTIVITIES = frozenset({"type", *activities.SAID}) - {"intent"}
MAPPED = FROM_SENDERS | {"name"} | OF_ACTIVITIES
IDENTITY = frozenset({"email", "phone", "name", "first_name", "last_name", "company"})
NOBODY = "There is no e-mail, phone, name or company in it. Mend the source's mapping and replay it."
SIDE_BY_SIDE = frozenset({"multi_select_list", "multi_select_dict", "function_expression"})
EACH = "expref"
# Everything the library lets through when a path meets a body it was not written for, such as a slice with step 0.
FAILURES = (JMESPathError, TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError)


class BadMapping(ValueError):
    """What is wrong with a source's preset or paths; `problems` are (path, problem)."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path}: {problem}" for path, problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Path:
    text: str
    compiled: ParsedResult


@dataclass(frozen=True, slots=True)
class Reading:
    """How the bodies of one source are read. No preset: what is not mapped stays in the event."""

    preset: Preset | None
    items: Path | None = None
    mapping: tuple[tuple[str, Path], ...] = ()
    id: Path | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One would-be lead: raw values by fact, the sender's id for it, and why it can be none ("" if it can).

    With an `activity` it is not a lead: it tells what the person of `raw` did.
    """

    raw: Mapping[str, object]
    key: str = ""
    problem: str = ""
    activity: Mapping[str, object] | None = None


def compile_reading(
    *, preset: str = "", items: str = "", mapping: Mapping[str, str] | None = None, event_id: str = "", path: str = ""
) -> Reading:
    """A source's way of reading. Raises `BadMapping` with every problem, each with its path below `path`.

    Without a preset the generic one reads, unless the mapping itself says who it is: then nothing else is guessed.
    """
    problems: list[tuple[str, str]] = []
    mapping = mapping or {}
    found = None if not preset and IDENTITY & mapping.keys() else preset_named(preset)
    if preset and found is None:
        problems.append((_below(path, "preset"), f"{preset[:60]!r} is not known; the presets are {', '.join(PRESETS)}"))
    if len(mapping) > MOST_FIELDS:
        problems.append((_below(path, "mapping"), f"maps {len(mapping)} fields; at most {MOST_FIELDS} are allowed"))
    fields = []
    for field, text in mapping.items():
        here = _below(path, f"mapping.{field}")
        if field not in MAPPED and not field.startswith("custom."):
            problems.append((here, f"{field!r} cannot come from a sender; these can: {', '.join(sorted(MAPPED))}"))
        if compiled := compiled_path(text, here, problems):
            fields.append((field, compiled))
    its_items = compiled_path(items, _below(path, "items"), problems) if items else None
    its_id = compiled_path(event_id, _below(path, "id"), problems) if event_id else None
    if problems:
        raise BadMapping(problems)
    return Reading(found, its_items, tuple(fields), its_id)


def read(reading: Reading, body: object) -> tuple[Item, ...]:
    """The would-be leads of a body, in its order. Never raises, whatever the body is."""
    found = _items(reading, body)
    if len(found) > MOST_ITEMS:
        return (Item({}, problem=f"It holds {len(found)} items; at most {MOST_ITEMS} in one delivery are read."),)
    return tuple(_item(reading, one) for one in found)


def event_id(reading: Reading, body: object) -> str:
    """The sender's id for the whole delivery: by the source's own path, else as the preset knows; "" if it has none."""
    if reading.id is None:
        return event_id_of(reading.preset, body) if reading.preset else ""
    found, _ = search_path(reading.id, body)
    if found is None and isinstance(body, list):
        found = [search_path(reading.id, item)[0] for item in _items(reading, body)[:MOST_ITEMS]]
    return joined_ids(found[:MOST_ITEMS]) if isinstance(found, list) else as_id(found)


def _items(reading: Reading, body: object) -> Sequence[object]:
    if reading.items is not None:
        found, _ = search_path(reading.items, body)
        return found if isinstance(found, list) else [] if found is None else [found]
    if reading.preset is not None:
        return reading.preset.items(body)
    return body if isinstance(body, list) else [body]


def _item(reading: Reading, item: object) -> Item:
    if not isinstance(item, dict):
        return Item({}, problem="It is not an object with fields.")
    raw = reading.preset.shape(item) if reading.preset else {}
    said: dict[str, object] = {}
    for field, path in reading.mapping:
        value, failure = search_path(path, item)
        into = said if field in OF_ACTIVITIES else raw
        if failure:
            # No field takes an object: normalising sets it aside, and the lead shows it.
            into[field] = {"path": path.text, "failed": failure}
        elif value is not None:
            into[field] = value if field in MANY or field.startswith("custom.") else alone(value)
    told = reading.preset.activity(item) if reading.preset else activities.plain(item)
    if is_activity(said.get("type", told.get("type"))):
        return _activity(reading, item, raw, {**told, **said})
    return Item(raw, _key(reading, item), _problem(reading.preset, item, raw))


def _activity(reading: Reading, item: Mapping[str, object], raw: dict[str, object], said: dict[str, object]) -> Item:
    """An intent that the source's own mapping names is the activity's; a preset's guess at one is not."""
    if any(field == "intent" for field, _ in reading.mapping) and "intent" in raw:
        said["intent"] = raw["intent"]
    if reading.preset and not raw.keys() & IDENTITY and (address := reading.preset.acting(item)):
        raw["email"] = address
    named = raw.keys() & IDENTITY or said.keys() & {"domain", "account"}
    problem = "" if named or not reading.preset else reading.preset.missing(item)
    key = as_id(search_path(reading.id, item)[0]) if reading.id is not None else as_id(activities.plain_id(item))
    return Item(raw, key, problem, said)


def _key(reading: Reading, item: Mapping[str, object]) -> str:
    if reading.id is not None:
        return as_id(search_path(reading.id, item)[0])
    return as_id(reading.preset.item_id(item)) if reading.preset else ""


def _problem(preset: Preset | None, item: Mapping[str, object], raw: Mapping[str, object]) -> str:
    if preset and (refused := preset.refuses(item)):
        return refused
    if raw.keys() & IDENTITY:
        return ""
    return (preset.missing(item) if preset else "") or NOBODY


def search_path(path: Path, value: object) -> tuple[object, str]:
    """What the path finds, and in words why it could not be asked."""
    try:
        return path.compiled.search(value), ""
    except FAILURES as failure:
        return None, " ".join(str(failure).split())[:200] or type(failure).__name__


def compiled_path(text: object, path: str, problems: list[tuple[str, str]]) -> Path | None:
    if not isinstance(text, str) or not text.strip():
        problems.append((path, "should be a JMESPath, like data.email"))
        return None
    if len(text) > LONGEST_PATH:
        problems.append((path, f"a JMESPath may have at most {LONGEST_PATH} characters"))
        return None
    try:
        compiled = _parsed(text)
        width = _width(compiled.parsed)
    except (JMESPathError, RecursionError) as wrong:
        problems.append((path, f"{text!r} is no JMESPath: {' '.join(str(wrong).split())[:200]}"))
        return None
    if width > WIDEST_PATH:
        problems.append((path, "builds lists of what it is given too many times over; make it simpler"))
        return None
    return Path(text, compiled)


@lru_cache(maxsize=2048)
def _parsed(text: str) -> ParsedResult:
    return jmespath.compile(text)


def _width(node: Mapping[str, object]) -> int:
    """How many times the whole input may come out again at worst: parts of a list add up, steps multiply.

    So does what a function does with every element (`&`).
    """
    children = node.get("children")
    below = [child for child in children if isinstance(child, dict)] if isinstance(children, list) else []
    beside = [_width(child) for child in below if child.get("type") != EACH]
    each = math.prod(_width(child) for child in below if child.get("type") == EACH)
    return each * (max(sum(beside), 1) if node.get("type") in SIDE_BY_SIDE else math.prod(beside))


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
