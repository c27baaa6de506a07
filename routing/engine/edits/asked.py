"""The arguments of a deed, read: as JSON has them, or as the texts of a form. What does not do is Refused by name."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Any

from routing.engine.edits.deed import Arguments, Refused
from routing.engine.reader import EMAIL, ISO_DATE, LONGEST_TEXT, SLUG, storable

DEEPEST = 16  # levels of lists and objects within an argument
_WHOLE = re.compile(r"-?\d{1,9}\Z", re.ASCII)


def refuse_unkeepable(arguments: Arguments) -> None:
    """All are kept with the deed, even those that it has no use for: what no row can hold is Refused by name."""
    for key, value in arguments.items():
        level: list[Any] = [key, value]
        for _ in range(DEEPEST):
            if not all(map(_is_keepable, level)):
                raise Refused(key if storable(key) else "", "Holds a character or a number that cannot be kept.")
            level = [piece for one in level for piece in _pieces(one)]
        if level:
            raise Refused(key, "Is nested too deeply.")


def text(arguments: Arguments, key: str, *, longest: int = LONGEST_TEXT) -> str:
    """Trimmed; "" where it is left out."""
    given = arguments.get(key, "")
    if given is None:
        return ""
    if not isinstance(given, str) or not storable(given):
        raise Refused(key, "Must be a text.")
    if len(given.strip()) > longest:
        raise Refused(key, f"Has {len(given.strip()):,} characters; at most {longest:,} are kept.")
    return given.strip()


def texts(arguments: Arguments, key: str) -> list[str]:
    """A list of texts without blanks; one text by itself is a list of one."""
    given = arguments.get(key, [])
    items = given if isinstance(given, list | tuple) else [given]
    return [one for item in items if (one := text({key: item}, key))]


def whole(arguments: Arguments, key: str, *, lowest: int = 0, highest: int = 1_000_000) -> int | None:
    """None where it is left out."""
    given = arguments.get(key)
    if given is None or given == "":
        return None
    if isinstance(given, str) and _WHOLE.match(given.strip()):
        given = int(given)
    if not isinstance(given, int) or isinstance(given, bool) or not lowest <= given <= highest:
        raise Refused(key, f"Must be a whole number from {lowest:,} to {highest:,}.")
    return given


def choice(arguments: Arguments, key: str, choices: tuple[str, ...]) -> str:
    given = text(arguments, key)
    if given not in choices:
        raise Refused(key, f"Must be one of {', '.join(one for one in choices if one)}.")
    return given


def slug(arguments: Arguments, key: str) -> str:
    """ "" where it is left out."""
    given = text(arguments, key)
    if given and not SLUG.match(given):
        raise Refused(key, "Must be a short name: letters, digits, - and _.")
    return given


def email(arguments: Arguments, key: str) -> str:
    given = text(arguments, key)
    if given and not EMAIL.match(given):
        raise Refused(key, "Must be an e-mail address.")
    return given


def day(arguments: Arguments, key: str) -> str:
    """A date as it is written in a document."""
    given = text(arguments, key)
    try:
        if given and ISO_DATE.match(given):
            return date.fromisoformat(given).isoformat()
    except ValueError:  # the 30th of February
        given = "no day"
    if given:
        raise Refused(key, "Must be a date such as 2026-01-31.")
    return ""


def _is_keepable(value: Any) -> bool:
    if isinstance(value, str):
        return storable(value)
    return not isinstance(value, float) or math.isfinite(value)


def _pieces(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return list(value) if isinstance(value, list | tuple) else []
