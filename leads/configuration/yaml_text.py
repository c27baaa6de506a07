"""YAML text ⇄ plain values (texts, numbers, truths, lists, mappings), and nothing else: no tags, no Python objects.

Types are those of YAML 1.2, with the numbers of JSON: `NO`, `on` and `2026-01-05` are texts, and so is `01234`, which
may be a postal code. Works on libyaml's events: building nodes first takes ten times as long for a large file.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import yaml

Plain = Any  # None | bool | int | float | str | list[Plain] | dict[str, Plain]; JSON is Any where it is read

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MOST_NODES = 10_000_000  # after aliases are followed: a few lines of aliases can stand for billions
DEEPEST = 100
WIDTH = 120
ENDLESS = 1 << 60

NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,29})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?")
WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

# What needs no quotes wherever it stands. Anything else is written as JSON writes it.
BARE = re.compile(r"[^\W\d](?:[\w./@+()&'%=-]| (?=[\w(&+])|:(?=\w))*")
BARE_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?)?")
MEANT_OTHERWISE = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})  # by readers of YAML 1.1
UNPRINTABLE = re.compile("[\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


class Mark(Protocol):
    """A place in the text, as both of PyYAML's parsers know it; counted from 0."""

    line: int
    column: int


class BadYaml(ValueError):
    """Not YAML, or YAML that a configuration has no use for; says where."""

    def __init__(self, problem: str, mark: Mark | None) -> None:
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        super().__init__(f"{where}{problem}")


def load(text: str, *, most: int = MOST_NODES) -> Plain:
    """The one document in this text; None if it is empty. `most` values may come out of it."""
    builder = _Builder(most)
    try:
        for event in yaml.parse(text, Loader=LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise BadYaml(error.problem or "this is not YAML", error.problem_mark) from error
    except yaml.reader.ReaderError as error:
        raise BadYaml(f"character {error.position + 1}: {error.reason}", None) from error
    return builder.document


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    values: list[Plain] | dict[str, Plain]
    anchor: str | None
    first_node: int
    key: str | None = None


@dataclass(slots=True)
class _Builder:
    most: int
    document: Plain = None
    documents: int = 0
    nodes: int = 0
    open: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Plain, int]] = field(default_factory=dict)

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._take_scalar(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._begin(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            done = self.open.pop()
            self._place(done.values, done.anchor, self.nodes - done.first_node + 1, event)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise BadYaml(f"*{event.anchor} stands for nothing that came before it", event.start_mark)
            value, size = self.anchors[event.anchor]
            self._count(size, event)
            self._place(value, None, size, event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise BadYaml("a second document begins here; a file holds one", event.start_mark)

    def _take_scalar(self, event: yaml.ScalarEvent) -> None:
        self._check(event)
        if "\0" in event.value:
            raise BadYaml("a text holds the character NUL, which no database keeps", event.start_mark)
        parent = self.open[-1] if self.open else None
        if parent is not None and isinstance(parent.values, dict) and parent.key is None:
            if event.value in parent.values:
                raise BadYaml(f"{event.value!r} stands here twice", event.start_mark)
            parent.key = event.value
            return
        self._count(1, event)
        value = plain_value(event.value) if event.style in (None, "") else event.value
        self._place(value, event.anchor, 1, event)

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        self._check(event)
        self._count(1, event)
        if len(self.open) >= DEEPEST:
            raise BadYaml(f"this is nested more than {DEEPEST} deep", event.start_mark)
        self._refuse_as_key(event)
        values: list[Plain] | dict[str, Plain] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.open.append(_Open(values, event.anchor, self.nodes))

    def _place(self, value: Plain, anchor: str | None, size: int, event: yaml.Event) -> None:
        if anchor:
            self.anchors[anchor] = (value, size)
        if not self.open:
            self.document = value
            return
        parent = self.open[-1]
        if isinstance(parent.values, list):
            parent.values.append(value)
            return
        self._refuse_as_key(event)
        assert parent.key is not None
        parent.values[parent.key] = value
        parent.key = None

    def _refuse_as_key(self, event: yaml.Event) -> None:
        if self.open and isinstance(self.open[-1].values, dict) and self.open[-1].key is None:
            raise BadYaml("a key must be a text", event.start_mark)

    def _check(self, event: yaml.ScalarEvent | yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        if event.tag is not None:
            raise BadYaml(f"tags such as {event.tag} are not understood here; leave it out", event.start_mark)

    def _count(self, size: int, event: yaml.Event) -> None:
        self.nodes += size
        if self.nodes > self.most:
            raise BadYaml(f"this stands for more than {self.most:,} values", event.start_mark)


def plain_value(text: str) -> Plain:
    """What an unquoted text stands for."""
    if text in WORDS:
        return WORDS[text]
    number = NUMBER.fullmatch(text)
    if number is None:
        return text
    value = float(text) if number[2] or number[3] else int(text)
    return value if math.isfinite(value) else text


def dump(document: dict[str, Plain]) -> str:
    """The text for these values: always the same for the same values, one line for whatever fits into one."""
    lines: list[str] = []
    for key, value in document.items():
        if isinstance(value, list | dict) and value:
            lines.append(f"{_scalar(key)}:")
            lines += _block(value, 2)
        else:
            lines.append(f"{_scalar(key)}: {_in_line(value, WIDTH)}")
    return "\n".join(lines) + "\n"


def in_line(value: Plain) -> str:
    """The values in one line, however long it gets."""
    return _in_line(value, ENDLESS) or ""


def _block(value: list[Plain] | dict[str, Plain], indent: int) -> Iterator[str]:
    pad = " " * indent
    heads = (f"{_scalar(key)}:" for key in value) if isinstance(value, dict) else ("-" for _ in value)
    below = value.values() if isinstance(value, dict) else value
    for head, part in zip(heads, below, strict=True):
        text = _in_line(part, WIDTH - indent - len(head) - 1)
        if text is not None:
            yield f"{pad}{head} {text}"
        elif head == "-":
            lines = _block(part, indent + 2)
            yield f"{pad}- {next(lines).lstrip(' ')}"
            yield from lines
        else:
            yield f"{pad}{head}"
            yield from _block(part, indent + 2)


def _in_line(value: Plain, room: int) -> str | None:
    """The value in one line, or None if it needs more than `room`; a text, number or empty list always has room."""
    if not isinstance(value, list | dict):
        return _scalar(value)
    parts = []
    left = room
    for item in value.items() if isinstance(value, dict) else ((None, part) for part in value):
        key, part = item
        text = _in_line(part, left)
        if text is None:
            return None
        parts.append(text if key is None else f"{_scalar(key)}: {text}")
        left -= len(parts[-1]) + 2
        if left < 0:
            return None
    inside = ", ".join(parts)
    return f"{{{inside}}}" if isinstance(value, dict) else f"[{inside}]"


def _scalar(value: str | float | None) -> str:
    if isinstance(value, str):
        return value if _needs_no_quotes(value) else _quoted(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return json.dumps(value, allow_nan=False)


def _needs_no_quotes(text: str) -> bool:
    return (bool(BARE.fullmatch(text)) and text.lower() not in MEANT_OTHERWISE) or bool(BARE_TIME.fullmatch(text))


def _quoted(text: str) -> str:
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))
