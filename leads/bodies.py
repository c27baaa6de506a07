"""The body of a delivery, strictly: form fails loudly.

JSON, `application/x-www-form-urlencoded` and `multipart/form-data`, in UTF-8. The standard parsers are too kind: they
take UTF-16, let the last of two keys win, overflow on deep nesting and hand on what PostgreSQL cannot store. Pure.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from email.message import Message
from functools import lru_cache
from typing import NoReturn
from urllib.parse import parse_qsl

from leads.kept import storable
from leads.multipart import BadMultipart, fields_of

DEEPEST = 32
MOST_KEYS = 500
MOST_PARTS = 5_000  # lists and objects: five hundred keys cannot mean more
MOST_DIGITS = 18  # of a whole number; 19 may not fit into 64 bits
LONGEST_CONTENT_TYPE = 500
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
NO_BRACKET = re.compile(r"[^\[\]{}]+")
ESCAPED_UNSTORABLE = re.compile(r"\\u(?:0000|d[89a-f])", re.IGNORECASE)


class BadBody(Exception):
    """The body cannot be read: the HTTP status to answer with, and what is wrong in words."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail


def parse_body(content_type: str, raw: bytes) -> object:
    """The body as a dict or a list of JSON-like values. Raises `BadBody`.

    Forms become a dict of texts, or of lists of texts where a name is repeated. NUL and lone surrogates in texts are
    replaced by U+FFFD: the sender's bytes are kept with the event, and the value is flagged when it is normalised.
    """
    kind, charset, boundary = _declared(content_type[: LONGEST_CONTENT_TYPE + 1])
    if charset not in ("", "utf-8", "utf8"):
        raise BadBody(415, "Unsupported charset", "Send the body in UTF-8.")
    if kind == JSON or (kind.startswith("application/") and kind.endswith("+json")):
        return _from_json(raw)
    if kind == FORM:
        return _from_pairs(_form_pairs(raw))
    if kind == MULTIPART and boundary:
        return _from_pairs(_multipart_pairs(raw, boundary))
    raise BadBody(
        415, "Unsupported media type", f"Send {JSON}, {FORM} or {MULTIPART} with a boundary as the Content-Type."
    )


@lru_cache(maxsize=256)  # the library's parser takes longer than all the rest, and senders use the same few
def _declared(content_type: str) -> tuple[str, str, str]:
    """The media type, charset and boundary of a Content-Type header; "" for what it does not say."""
    if len(content_type) > LONGEST_CONTENT_TYPE or "*" in content_type:
        return "", "", ""  # parameters in numbered parts (RFC 2231) break the library's parser, and nobody sends them
    message = Message()
    message["content-type"] = content_type.replace("\r", "").replace("\n", "")
    charset, boundary = message.get_param("charset", ""), message.get_param("boundary", "")
    kind = content_type.partition(";")[0].strip().lower()
    return kind, str(charset).strip().lower(), str(boundary)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise BadBody(400, "Not UTF-8", f"The body is not UTF-8: byte {wrong.start} cannot be read.") from wrong


def _from_json(raw: bytes) -> object:
    text = _decoded(raw)
    _check_depth(text)
    try:
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_whole,
            object_pairs_hook=_Objects().made_of,
        )
    except json.JSONDecodeError as wrong:
        place = f"line {wrong.lineno}, column {wrong.colno}"
        raise BadBody(400, "Not JSON", f"The body is not JSON: {wrong.msg} at {place}.") from wrong
    if not isinstance(value, dict | list) or value == []:
        raise BadBody(400, "No lead in it", "The body must be a JSON object, or a list of objects that is not empty.")
    return _storable(value) if ESCAPED_UNSTORABLE.search(text) else value


def _check_depth(text: str) -> None:
    """Count the brackets before parsing, so that deep nesting costs nothing; brackets within strings do not count."""
    opened = text.count("[") + text.count("{")
    if opened <= DEEPEST:
        return
    if opened > MOST_PARTS:
        raise BadBody(400, "Too many parts", f"The body has more than {MOST_PARTS:,} lists and objects.")
    depth = 0
    for bracket in NO_BRACKET.sub("", STRING.sub("", text)):
        if bracket in "]}":
            depth -= 1
        elif (depth := depth + 1) > DEEPEST:
            raise BadBody(400, "Too deep", f"The body is nested deeper than {DEEPEST} levels.")


def _refuse_constant(name: str) -> NoReturn:
    raise BadBody(400, "Not a number", f"{name} is not JSON: leave the value out or send null.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise BadBody(400, "Not a number", f"{text[:20]} is too large for a number.")
    return number


def _whole(text: str) -> int | str:
    """A whole number; one that others cannot keep stays a text. Numbers of thousands of digits take long to make."""
    return int(text) if len(text) <= MOST_DIGITS else text


class _Objects:
    """The objects of one body: no key twice, and not too many of them altogether."""

    def __init__(self) -> None:
        self.keys = 0

    def made_of(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        self.keys += len(pairs)
        if self.keys > MOST_KEYS:
            raise BadBody(400, "Too many keys", f"The body has more than {MOST_KEYS} keys.")
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise BadBody(400, "Key given twice", f"The key {storable(twice)[:80]!r} stands twice in one object.")
        return found


def _storable(value: object) -> object:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(part) for part in value]
    if isinstance(value, dict):
        return {storable(name): _storable(part) for name, part in value.items()}
    return value


def _form_pairs(raw: bytes) -> list[tuple[str, str]]:
    if raw.lstrip()[:1] in (b"{", b"["):
        raise BadBody(415, "Not a form", f"The body looks like JSON: send it with Content-Type {JSON}.")
    text = _decoded(raw)
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_KEYS)
    except UnicodeDecodeError as wrong:
        raise BadBody(400, "Not UTF-8", "A value of the form is not UTF-8 once decoded.") from wrong
    except ValueError as wrong:
        raise BadBody(400, "Too many keys", f"The form has more than {MOST_KEYS} fields.") from wrong


def _multipart_pairs(raw: bytes, boundary: str) -> list[tuple[str, str]]:
    if b"--" + boundary.encode("utf-8", "replace") not in raw:
        raise BadBody(415, "Not a form", "The body is no multipart/form-data: the boundary is nowhere in it.")
    try:
        parts = fields_of(raw, boundary, most=MOST_KEYS)
    except BadMultipart as wrong:
        raise BadBody(400, "Not a form", str(wrong)) from wrong
    return [(name, _decoded(value)) for name, value in parts]


def _from_pairs(pairs: Iterable[tuple[str, str]]) -> object:
    found: dict[str, object] = {}
    for name, value in pairs:
        name, value = storable(name), storable(value)
        before = found.get(name)
        if before is None:
            found[name] = value
        elif isinstance(before, list):
            before.append(value)
        else:
            found[name] = [before, value]
    if not found:
        raise BadBody(400, "No lead in it", "The form has no field.")
    return found
