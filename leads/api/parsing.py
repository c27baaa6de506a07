"""The bodies that programs send, strictly: JSON in UTF-8, not too large, not too deep, and all of it storable."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import accumulate, islice
from typing import IO, Any, NoReturn

from rest_framework import exceptions
from rest_framework.parsers import BaseParser

from leads.api.refusals import BODY, TooLarge

LARGEST = 4 * 1024 * 1024  # bytes: a whole rule document
DEEPEST = 128
MOST_VALUES = 300_000
MOST_DIGITS = 30  # turning a number of thousands of digits into an integer takes for ever
MOST_TOLD = 20
STRINGS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

# Where a piece is: the way to what holds it, and its key there. Joined only for the few that are told.
Trail = tuple[()] | tuple["Trail", str | int]


class StrictJSONParser(BaseParser):
    """JSON in UTF-8. The standard one takes UTF-16, lets the last of two equal keys win and knows no depth."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        raw = stream.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise TooLarge(f"The body may have at most {LARGEST // 1024**2} MiB.")
        return parsed(raw)


def parsed(raw: bytes) -> Any:
    """The JSON value, or a problem that says what is wrong with it."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise exceptions.ParseError(f"The body is not UTF-8: byte {wrong.start} cannot be read.") from wrong
    _check_shape(text)
    try:
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_whole,
            object_pairs_hook=_without_doubles,
        )
    except json.JSONDecodeError as wrong:
        place = f"line {wrong.lineno}, column {wrong.colno}"
        raise exceptions.ParseError(f"The body is not JSON: {wrong.msg} at {place}.") from wrong
    # Neither can stand in a JSON text but as an escape, so nearly every body is spared the search.
    if "\\u" in text and (paths := list(islice(_unstorable({BODY: value}), MOST_TOLD))):
        message = "Holds a NUL or half a character (a lone surrogate), which no database keeps."
        raise exceptions.ValidationError({path.removeprefix(f"{BODY}."): message for path in paths})
    return value


def _check_shape(text: str) -> None:
    """Count brackets and commas before parsing; those within strings do not count."""
    bare = STRINGS.sub("", text)
    if bare.count(",") >= MOST_VALUES:
        raise TooLarge(f"The body may have at most {MOST_VALUES:,} values.")
    brackets = bare.encode(errors="replace").translate(None, delete=NO_BRACKETS)
    if max(accumulate(map(STEPS.__getitem__, brackets)), default=0) > DEEPEST:
        raise exceptions.ParseError(f"The body is nested deeper than {DEEPEST} levels.")


def _refuse_constant(name: str) -> NoReturn:
    raise exceptions.ParseError(f"{name} is not JSON: leave the value out or send null.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise exceptions.ParseError(f"{text[:20]} is too large for a number.")
    return number


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise exceptions.ParseError(f"{text[:20]}… is too large for a number.")
    return int(text)


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise exceptions.ParseError(f"A key stands twice in one object: {UNSTORABLE.sub('?', twice)[:80]}")
    return found


def _unstorable(value: dict[str, object]) -> Iterator[str]:
    """The paths of texts that cannot be stored."""
    waiting: list[tuple[Trail, dict[str, object] | list[object]]] = [((), value)]
    while waiting:
        trail, whole = waiting.pop()
        for key, part in whole.items() if isinstance(whole, dict) else enumerate(whole):
            if isinstance(part, dict | list):
                if part:
                    waiting.append(((trail, key), part))
            elif isinstance(part, str) and UNSTORABLE.search(part):
                yield _path((trail, key))
            if isinstance(key, str) and UNSTORABLE.search(key):
                yield _path((trail, key))


def _path(trail: Trail) -> str:
    if not trail:
        return ""
    before, key = _path(trail[0]), trail[1]
    if isinstance(key, int):
        return f"{before}[{key}]"
    name = UNSTORABLE.sub("?", key)[:80]
    return f"{before}.{name}" if before else name
