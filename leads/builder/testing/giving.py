"""Facts and times as somebody gives them to a test: read, or refused with the field and what would be right."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from leads.kept import storable
from leads.normalise import normalise
from leads.pages.facts import capitalised
from routing.engine.document import size
from routing.engine.facts import WEEKDAYS, Field, FieldType, Vocabulary, as_json, is_blank

FULL_NAME = "name"  # a form's one field for both, understood wherever leads come in
LARGEST = 256 * 1024  # bytes
FARTHEST = timedelta(days=20 * 365)
MOST_SAID = 8
WANTED: Mapping[FieldType, str] = {
    FieldType.NUMBER: "a number, such as 200",
    FieldType.BOOLEAN: "yes or no",
    FieldType.TIME: "a date or a time, such as 2026-01-31 or 2026-01-31T09:00",
    FieldType.MANY: "texts with commas between them",
    FieldType.TEXT: "a text",
    FieldType.TERRITORY: "the slug of a territory",
}
WANTED_OF: Mapping[str, str] = {
    "country": "a country, such as DE or Germany",
    "email": "an e-mail address, such as priya@northwind.example",
    "phone": "a phone number",
    "website": "an address on the web",
    "timezone": "a time zone, such as Europe/Berlin",
}


class Unusable(Exception):
    """What was given cannot be used; `problems` have a sentence each, which names its field."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


def fact_of(field: Field, typed_in: str, vocabulary: Vocabulary) -> Any:
    """One value as JSON keeps it; None for a blank. Raises Unusable."""
    if is_blank(typed_in):
        return None
    found = normalise({field.name: typed_in}, vocabulary, trusted=True).facts
    if field.name not in found:
        raise Unusable([_unfit(field)])
    return as_json({field.name: found[field.name]})[field.name]


def facts_of_json(text: str, vocabulary: Vocabulary) -> dict[str, Any]:
    """A pasted object of facts by name. Raises Unusable with everything that is wrong with it."""
    if not text.strip():
        raise Unusable(['Paste an object with the fields of a lead, such as {"country": "DE", "employees": 200}.'])
    try:
        found = json.loads(text)
    except json.JSONDecodeError as wrong:
        raise Unusable([f"This is no JSON: line {wrong.lineno}, column {wrong.colno}: {wrong.msg}."]) from None
    except (RecursionError, ValueError):
        raise Unusable(["This JSON is nested too deeply, or has a number too long, to be read."]) from None
    if not isinstance(found, dict):
        raise Unusable(["This must be one object in braces, with the fields of a lead by name."])
    if size(found) > LARGEST:
        raise Unusable([f"This is larger than {LARGEST // 1024} KiB."])
    return facts_of(found, vocabulary)


def facts_of(raw: Mapping[str, Any], vocabulary: Vocabulary) -> dict[str, Any]:
    """The facts among these, all of which must be known and fit."""
    problems = [_unknown(name, vocabulary) for name in raw if name != FULL_NAME and vocabulary.get(name) is None]
    read = normalise(raw, vocabulary, trusted=True)
    for name in raw:
        field = vocabulary.get(name)
        if field is not None and name in read.set_aside:
            problems.append(_unfit(field))
    if problems:
        more = len(problems) - MOST_SAID
        raise Unusable(problems[:MOST_SAID] + ([f"And {more} more."] if more > 0 else []))
    return {name: value for name, value in raw.items() if not is_blank(value)}


def moment_of(day: str, at: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The next such day and hour on a clock in `zone`; None for now. `day` is a weekday or a date in ISO form."""
    if not day:
        return None
    try:
        hour = time.fromisoformat(at or "00:00").replace(tzinfo=None)
        wanted = _day(day, hour, now.astimezone(zone))
        moment = datetime.combine(wanted, hour, zone).astimezone(now.tzinfo)
    except (ValueError, OverflowError):
        raise Unusable(["Time: choose a day and an hour, such as Sunday 03:00."]) from None
    if abs(moment - now) > FARTHEST:  # what is promised from then on must have a date, too
        raise Unusable([f"Time: choose a day within {FARTHEST.days // 365} years of today."])
    return moment


def _day(day: str, hour: time, now: datetime) -> date:
    if day not in WEEKDAYS:
        return date.fromisoformat(day)
    ahead = (WEEKDAYS.index(day) - now.weekday()) % 7
    wanted = now.date() + timedelta(days=ahead)
    return wanted + timedelta(days=7) if ahead == 0 and hour <= now.time() else wanted


def _unfit(field: Field) -> str:
    return f"{capitalised(field.label)} must be {WANTED_OF.get(field.name, WANTED[field.type])}."


def _unknown(name: str, vocabulary: Vocabulary) -> str:
    name = storable(name)
    names = [field.name for field in vocabulary] + [FULL_NAME]
    near = difflib.get_close_matches(name.casefold().replace(" ", "_"), names, 1)
    return f"{name[:80]}: there is no such field.{f' Did you mean {near[0]}?' if near else ''}"
