"""Spans of time as a configuration writes them: `500ms`, `2s`, `1m30s`, `30d`. Pure."""

from __future__ import annotations

import re

UNITS = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1))
SPAN = re.compile(r"(?:(\d{1,3})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m(?!s))?(?:(\d{1,7})s)?(?:(\d{1,9})ms)?", re.ASCII)


def read_span(text: str) -> int:
    """In milliseconds. Raises `ValueError` that says what would be right."""
    found = SPAN.fullmatch(text.strip()) if text.strip() else None
    if found is None:
        raise ValueError("must be a span of time such as 500ms, 3s, 1m30s or 30d")
    return sum(int(count or 0) * unit for count, (_, unit) in zip(found.groups(), UNITS, strict=True))


def write_span(milliseconds: int) -> str:
    """The shortest way to write it."""
    text, left = "", milliseconds
    for name, unit in UNITS:
        count, left = divmod(left, unit)
        text += f"{count}{name}" if count else ""
    return text or "0s"
