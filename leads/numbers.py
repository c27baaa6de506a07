"""Numbers as people write them in forms: `1,200`, `$1.2M`, `250+`, `51-200`. Pure."""

from __future__ import annotations

import math
import re

LARGEST = 10.0**15  # beyond every revenue; what is larger is a mistake or an attack
SCALES = {"": 1, "k": 1_000, "m": 1_000_000, "mn": 1_000_000, "mm": 1_000_000, "b": 10**9, "bn": 10**9}
CURRENCIES = "usd|eur|gbp|chf|cad|aud|jpy|inr|sek|nok|dkk|pln|brl|us[$]|[$€£¥₹]"
NUMBER = re.compile(
    r"""
    (?:(?:CURRENCIES)\s?)?           # a currency before it
    (?P<digits>\d{1,3}(?:[,' \u00a0]\d{3})+(?:\.\d+)?|\d{1,18}(?:\.\d+)?)
    \s?(?P<scale>k|mn|mm|m|bn|b|thousand|million|billion)?
    (?:\s?(?:CURRENCIES))?           # or behind it
    \Z""".replace("CURRENCIES", CURRENCIES),
    re.VERBOSE | re.ASCII,
)
WORDS = {"thousand": "k", "million": "m", "billion": "b"}
RANGE = re.compile(r"\s*(?:-|–|—|to|bis|and)\s*")
AROUND = re.compile(r"^(?:over|more than|about|around|approx\.?|ca\.?|circa|up to|under|less than|>=?|<=?|~|≥|≤)\s*")
BEHIND = re.compile(r"\s*(?:\+|employees|people|staff|fte|ftes|or more)+\s*$")


def read_number(value: object) -> int | float | None:
    """The number that is meant, or the lower end of a range; None where none is.

    "1.200" is 1.2: without a second sign there is no telling a German thousand from an English fraction, and JSON's own
    numbers are English.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value if math.isfinite(value) and abs(value) <= LARGEST else None
    if not isinstance(value, str) or len(value) > 60:
        return None
    text = AROUND.sub("", value.strip().lower())
    text = BEHIND.sub("", text)
    negative = text.startswith("-")
    lower, *rest = RANGE.split(text.removeprefix("-"), maxsplit=1)
    number = _plain(lower)
    if number is None or (rest and _plain(rest[0]) is None):
        return None
    if rest and not _has_scale(lower):
        number *= _scale_of(rest[0])
    number = -number if negative else number
    return int(number) if number == int(number) else number


def _plain(text: str) -> float | None:
    match = NUMBER.match(text.strip())
    if match is None:
        return None
    digits = re.sub("[,' \u00a0]", "", match["digits"])
    number = float(digits) * _scale_of(text)
    return number if number <= LARGEST else None


def _has_scale(text: str) -> bool:
    match = NUMBER.match(text.strip())
    return match is not None and bool(match["scale"])


def _scale_of(text: str) -> int:
    """What `M` or `thousand` multiplies by; in "1-5M" it is meant for both ends."""
    match = NUMBER.match(text.strip())
    scale = (match["scale"] if match else "") or ""
    return SCALES[WORDS.get(scale, scale)]
