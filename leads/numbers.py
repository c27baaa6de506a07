"""Numbers as people write them in forms: `1,200`, `$1.2M`, `250+`, `51-200`. Pure.

Which sign parts thousands and which one fractions depends on who writes. Two kinds of signs, or the same sign twice,
tell: `1.234,56` is German, `1.234.567` can't be a fraction. A single comma before three digits parts thousands, a
single dot is a fraction as in JSON itself: `1,200` is 1200, `1.200` is 1.2 (1200 where only whole numbers make sense).
"""

from __future__ import annotations

import math
import re
import unicodedata
from functools import lru_cache

LARGEST = 10**15  # beyond every revenue; what is larger is a mistake or an attack
MOST_EMPLOYEES = 10_000_000
LONGEST = 60  # characters
SCALES = {
    **dict.fromkeys(("k", "thousand", "tsd", "tsd.", "tausend", "mil"), 10**3),
    **dict.fromkeys(("m", "mm", "mn", "mio", "mio.", "million", "millions", "millionen"), 10**6),
    **dict.fromkeys(("b", "bn", "billion", "billions", "mrd", "mrd.", "milliarden", "milliard"), 10**9),
}
CURRENCIES = r"us\$|[$€£¥₹]|usd|eur|euro|euros|dollars?|gbp|chf|cad|aud|jpy|inr|sek|nok|dkk|pln|brl"
PLAIN = re.compile(
    rf"""(?:(?:{CURRENCIES})\s?)?
    (?P<digits>[0-9](?:[0-9.,'’\s]*[0-9])?)
    (?:\s?(?P<scale>{"|".join(sorted(map(re.escape, SCALES), key=len, reverse=True))})\b\.?)?
    (?:\s?(?:{CURRENCIES}))?""",
    re.VERBOSE,
)
GROUPED = re.compile(r"[0-9]{1,3}(?:[ '’][0-9]{3})+(?=[.,]|$)")
RANGE = re.compile(r"\s*(?:-|–|—|\bto\b|\bbis\b|\band\b|\bà\b)\s*")
AROUND = re.compile(r"(?:between|from|over|more than|at least|about|around|approx\.?|ca\.?|circa|>=?|~|≥|\+)\s*")
BELOW = re.compile(r"(?:under|less than|up to|fewer than|below|max\.?|<=?|≤|bis zu|unter)\s*")
BEHIND = re.compile(r"\s*(?:\+|\b(?:or more|plus|employees|people|staff|ftes?|seats|users|mitarbeiter)\b)\s*$")


def own_number(text: object) -> int | None:
    """An id or an epoch that was ours and comes back with a form; None for whatever else stands in its place."""
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 19 else None


def read_number(value: object) -> int | float | None:
    """The number that is meant, or the lower end of a range; None where none is."""
    return _read(value, whole=False)


def read_count(value: object) -> int | None:
    """A number of people: whole, not negative, and not more than work anywhere."""
    number = _read(value, whole=True)
    return int(number) if number is not None and number == int(number) and 0 <= number <= MOST_EMPLOYEES else None


def _read(value: object, *, whole: bool) -> int | float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value if abs(value) <= LARGEST and math.isfinite(value) else None
    if not isinstance(value, str) or len(value) > LONGEST:
        return None
    return _written(value, whole)


@lru_cache(maxsize=4096)  # a form offers the same few answers to everybody
def _written(value: str, whole: bool) -> int | float | None:
    text = unicodedata.normalize("NFKC", value).strip().lower()
    while (shorter := BEHIND.sub("", text)) != text:
        text = shorter
    if below := BELOW.match(text):
        # Nobody knows how far below: the lower end of "up to 50" is nothing.
        return None if _meant(text[below.end() :], whole=whole) is None else 0
    number = _meant(AROUND.sub("", text, count=1) if AROUND.match(text) else text, whole=whole)
    return None if number is None else int(number) if number == int(number) else number


def _meant(text: str, *, whole: bool) -> float | None:
    negative = text.startswith("-")
    lower, *upper = RANGE.split(text.removeprefix("-"), maxsplit=1)
    first, scale = _plain(lower, whole=whole)
    if first is None or (upper and negative):
        return None
    if upper:
        second, upper_scale = _plain(upper[0], whole=whole)
        if second is None:
            return None
        # In "1-5M" the M is meant for both; in "500-1M" it can't be.
        scale = scale or (upper_scale if first <= second else 1)
    number = first * (scale or 1)
    if number > LARGEST:
        return None
    return -number if negative else number


def _plain(text: str, *, whole: bool) -> tuple[float | None, int]:
    """The figure, and what `M` or `thousand` behind it multiplies by (0: nothing said)."""
    found = PLAIN.fullmatch(text.strip())
    if found is None:
        return None, 0
    digits = _english(found["digits"], whole=whole)
    return (None if digits is None else float(digits)), SCALES.get(found["scale"] or "", 0)


def _english(digits: str, *, whole: bool) -> str | None:
    """The figure with a dot for the fraction and nothing between thousands; None if its signs make no sense."""
    if GROUPED.match(digits):
        digits = re.sub(r"[ '’]", "", digits)
    if not re.fullmatch(r"[0-9]+(?:[.,][0-9]+)*", digits):
        return None
    dots, commas = digits.count("."), digits.count(",")
    if dots and commas:
        thousands, fraction = (".", ",") if digits.rfind(",") > digits.rfind(".") else (",", ".")
        if digits.count(fraction) > 1:
            return None
        digits = digits.replace(fraction, "!")
    elif dots > 1 or commas > 1 or (commas and re.fullmatch(r"[0-9]{1,3},[0-9]{3}", digits)):
        thousands = "." if dots else ","
    elif whole and dots and re.fullmatch(r"[0-9]{1,3}\.[0-9]{3}", digits):
        thousands = "."
    else:
        return digits.replace(",", ".")
    groups = digits.partition("!")[0].split(thousands)
    if not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:]):
        return None
    return digits.replace(thousands, "").replace("!", ".")
