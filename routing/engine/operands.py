"""What stands on the right of an operator: read as the user wrote it, refused with what would be right.

Each reader takes the operand and the name of its field, and returns the form that is compared.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import re2

from routing.engine.facts import moment, normal, number, weekday

LONGEST_PATTERN, LONGEST_DAYS = 500, 36_500


class Unfit(ValueError):
    """An operand that does not suit its operator; the message says what would."""


def nothing(value: object, field: str) -> None:
    if value is not None:
        raise Unfit("takes no value: leave it out")


def one_text(value: object, field: str) -> str:
    if field == "time.weekday":
        if (day := weekday(value)) is None:
            raise Unfit("must be a weekday: mon … sun, a full name, or 1 (Monday) to 7")
        return day
    if not isinstance(value, str):
        raise Unfit('must be a text, such as "DE"')
    if not (text := normal(value)):
        raise Unfit("must not be empty: use is_blank or is_present")
    return text


def some_texts(value: object, field: str) -> frozenset[str]:
    return frozenset(one_text(item, field) for item in _items(value, "texts"))


def one_number(value: object, field: str) -> float | int:
    figure = number(value)
    if figure is None:
        raise Unfit("must be a number, such as 200")
    return figure


def some_numbers(value: object, field: str) -> frozenset[float | int]:
    return frozenset(one_number(item, field) for item in _items(value, "numbers"))


def two_numbers(value: object, field: str) -> tuple[float | int, float | int]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise Unfit("must be two numbers, [lowest, highest]; both belong to it")
    low, high = (one_number(item, field) for item in value)
    if low > high:
        raise Unfit("must be [lowest, highest]: the first is greater than the second")
    return low, high


def yes_or_no(value: object, field: str) -> bool:
    if not isinstance(value, bool):
        raise Unfit("must be true or false")
    return value


def pattern(value: object, field: str) -> Any:
    if not isinstance(value, str) or not value:
        raise Unfit("must be a pattern (a text in RE2 syntax)")
    if len(value) > LONGEST_PATTERN:
        raise Unfit(f"the pattern has {len(value)} characters; at most {LONGEST_PATTERN} are allowed")
    options = re2.Options()
    options.log_errors, options.case_sensitive, options.max_mem = False, False, 1 << 20
    try:
        return re2.compile(value.encode(), options=options)
    except UnicodeEncodeError:
        raise Unfit("the pattern holds half a character (a lone surrogate)") from None
    except re2.error as refusal:
        reason = refusal.args[0]
        shown = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise Unfit(f"RE2 refuses the pattern: {shown}") from None


def slug(value: object, field: str) -> str:
    if not isinstance(value, str) or not (name := value.strip()):
        raise Unfit("must be a slug")
    return name


def places(value: object, field: str) -> frozenset[str]:
    places = _items(value, "slugs") if isinstance(value, list | tuple) else [value]
    return frozenset(slug(place, field) for place in places)


def instant(value: object, field: str) -> datetime:
    instant = moment(value)
    if instant is None:
        raise Unfit("must be a date or a time in ISO form, such as 2026-01-31 or 2026-01-31T09:00:00Z")
    return instant


def days(value: object, field: str) -> timedelta:
    figure = number(value)
    if figure is None or isinstance(value, str) or not 0 < figure <= LONGEST_DAYS:
        raise Unfit(f"must be a number of days, more than 0 and at most {LONGEST_DAYS:,}")
    return timedelta(days=figure)


def _items(value: object, what: str) -> list[object]:
    if not isinstance(value, list | tuple):
        raise Unfit(f"must be a list of {what}")
    if not value:
        raise Unfit(f"must name at least one of the {what}: an empty list never holds")
    return list(value)
