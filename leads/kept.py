"""What could not be taken is kept for people to see: small, and as every database and encoder takes it. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
LONGEST = 1_000  # characters of a text
MOST_PARTS = 20  # of a list or an object
DEEPEST = 4
LARGEST_INTEGER = 2**53  # beyond, JavaScript and half the world's JSON lose digits


def storable(text: str) -> str:
    """The text with U+FFFD for what PostgreSQL cannot keep: NUL, and halves of surrogate pairs."""
    return text if text.isascii() and "\x00" not in text else UNSTORABLE.sub(REPLACEMENT, text)


def kept(value: object, depth: int = 0) -> object:
    """A likeness of the value as it came; what is too long, too deep or too large ends in an ellipsis."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return storable(value[:LONGEST]) + ("…" if len(value) > LONGEST else "")
    if isinstance(value, int):
        return value if abs(value) < LARGEST_INTEGER else f"a whole number of {value.bit_length()} bits"
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth >= DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        some = list(value.items())[:MOST_PARTS]
        return {storable(str(name)[:100]): kept(part, depth + 1) for name, part in some}
    if isinstance(value, list | tuple):
        return [kept(part, depth + 1) for part in value[:MOST_PARTS]]
    return storable(str(value)[:LONGEST])
