"""What rules may ask about a lead: the names, their types, and how a raw value becomes a fact.

The parser, the builder's pickers and the docs all read this vocabulary. A fact keeps the text as it came;
texts are compared by their `normal` form.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import lru_cache


class FieldType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    MANY = "many"
    TIME = "time"
    TERRITORY = "territory"


Value = str | float | int | bool | tuple[str, ...] | datetime
Facts = Mapping[str, Value]  # blank = the key is absent


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: FieldType
    label: str


TEXT, NUMBER, BOOLEAN = FieldType.TEXT, FieldType.NUMBER, FieldType.BOOLEAN
MANY, TIME, TERRITORY = FieldType.MANY, FieldType.TIME, FieldType.TERRITORY

BUILT_IN = (
    Field("email", TEXT, "e-mail"),
    Field("email_domain", TEXT, "e-mail domain"),
    Field("is_free_email", BOOLEAN, "free e-mail"),
    Field("is_disposable_email", BOOLEAN, "throw-away e-mail"),
    Field("is_role_email", BOOLEAN, "shared inbox"),
    Field("first_name", TEXT, "first name"),
    Field("last_name", TEXT, "last name"),
    Field("phone", TEXT, "phone"),
    Field("company", TEXT, "company"),
    Field("website", TEXT, "website"),
    Field("website_domain", TEXT, "website domain"),
    Field("title", TEXT, "job title"),
    Field("seniority", TEXT, "seniority"),
    Field("function", TEXT, "function"),
    Field("country", TEXT, "country"),
    Field("state", TEXT, "state"),
    Field("county", TEXT, "county"),
    Field("city", TEXT, "city"),
    Field("postal_code", TEXT, "postal code"),
    Field("timezone", TEXT, "time zone"),
    Field("industry", TEXT, "industry"),
    Field("employees", NUMBER, "employees"),
    Field("revenue", NUMBER, "revenue"),
    Field("source", TEXT, "source"),
    Field("campaign", TEXT, "campaign"),
    Field("intent", TEXT, "intent"),
    Field("product_interest", MANY, "product interest"),
    Field("language", TEXT, "language"),
    Field("message", TEXT, "message"),
    Field("tags", MANY, "tags"),
    Field("priority", TEXT, "priority"),
    Field("segment", TEXT, "segment"),
    Field("received_at", TIME, "received at"),
    Field("score", NUMBER, "score"),
    Field("grade", TEXT, "grade"),
    Field("territory", TERRITORY, "territory"),
    Field("account.matched", BOOLEAN, "account matched"),
    Field("account.name", TEXT, "account name"),
    Field("account.is_customer", BOOLEAN, "account is a customer"),
    Field("account.tier", TEXT, "account tier"),
    Field("account.owner", TEXT, "account owner"),
    Field("account.team", TEXT, "account team"),
    Field("account.match", TEXT, "account match"),
    Field("time.weekday", TEXT, "weekday"),
    Field("time.hour", NUMBER, "hour"),
)

_WINDOW = re.compile(r"(.+)_([0-9]+)d\Z")
_SIGNAL = re.compile(r"signal\.([a-z0-9][a-z0-9_.-]{0,59})\Z")


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The fields that rules may name. `signal.<key>` is always a number, whatever the key. Compared by identity."""

    fields: Mapping[str, Field]

    def get(self, name: str) -> Field | None:
        known = self.fields.get(name)
        if known is None and (signal := _SIGNAL.match(name)):
            return Field(name, NUMBER, _signal_label(signal[1]))
        return known

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields.values())

    def with_custom(self, fields: Iterable[Field]) -> Vocabulary:
        """The same with an admin's `custom.*` fields; a built-in one cannot be redefined."""
        custom = {field.name: field for field in fields if field.name.startswith("custom.")}
        return Vocabulary({**self.fields, **custom})


def _signal_label(signal: str) -> str:
    """`account.pricing_views_7d` is "pricing views in 7 days at the account"."""
    key = signal.removeprefix("account.")
    window = _WINDOW.match(key)
    words = (window[1] if window else key).replace("_", " ")
    days = "" if window is None else " in a day" if window[2] == "1" else f" in {window[2]} days"
    return f"{words}{days}{' at the account' if key != signal else ''}"


STANDARD = Vocabulary({field.name: field for field in BUILT_IN})


LONGEST_REMEMBERED = 100
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = {
    spelling: short
    for number, (short, full) in enumerate(zip(WEEKDAYS, _FULL_NAMES, strict=True), start=1)
    for spelling in (short, full, str(number))
}
_TRUTH = {"true": True, "yes": True, "1": True, "on": True, "false": False, "no": False, "0": False, "off": False}
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d{1,30})(\.\d{1,30})?\Z", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\S+)?\Z", re.ASCII)


def normal(text: str) -> str:
    """How two texts are compared: NFKC, case-folded, trimmed, inner white space squeezed."""
    return _remembered(text) if len(text) <= LONGEST_REMEMBERED else _normalised(text)


def typed(raw: Mapping[str, object], vocabulary: Vocabulary) -> tuple[dict[str, Value], dict[str, object]]:
    """The facts among raw values, and what did not fit (or is in no vocabulary), set aside as it came."""
    facts: dict[str, Value] = {}
    aside: dict[str, object] = {}
    for name, value in raw.items():
        if is_blank(value):
            continue
        field = vocabulary.get(name)
        fact = None if field is None else fitted(value, field)
        if fact is None:
            aside[name] = value
        else:
            facts[name] = fact
    return facts, aside


def as_json(facts: Facts) -> dict[str, object]:
    """For the decision log; `from_json` reads it back."""
    return {name: _plain(value) for name, value in facts.items()}


def from_json(data: Mapping[str, object], vocabulary: Vocabulary) -> dict[str, Value]:
    """Facts as the log kept them. Fields that have left the vocabulary since are gone: no rule can ask for them."""
    return typed(data, vocabulary)[0]


def is_blank(value: object) -> bool:
    if isinstance(value, str):
        return not value or value.isspace()
    if isinstance(value, list | tuple):
        return all(part is None or (isinstance(part, str) and not part.strip()) for part in value)
    return value is None


def fitted(value: object, field: Field) -> Value | None:
    """The value as a fact of this field, or None where it does not fit."""
    if field.name == "time.weekday":
        return weekday(value)
    match field.type:
        case FieldType.TEXT | FieldType.TERRITORY:
            return _text(value)
        case FieldType.NUMBER:
            return number(value)
        case FieldType.BOOLEAN:
            return truth(value)
        case FieldType.MANY:
            return _many(value)
        case FieldType.TIME:
            return moment(value)


def weekday(value: object) -> str | None:
    """`mon` … `sun`, also from a full name or 1 (Monday) … 7."""
    text = _text(value)
    return None if text is None else _WEEKDAY.get(normal(text))


def truth(value: object) -> bool | None:
    """True or false, also from yes/no, 1/0, on/off."""
    text = str(value) if isinstance(value, bool) else _text(value)
    return None if text is None else _TRUTH.get(normal(text))


def number(value: object) -> float | int | None:
    """A finite number, or a text that is plainly one ("1,200"); nothing else."""
    if isinstance(value, str):
        text = value.strip()
        if len(text) > 60 or not _NUMBER.match(text):
            return None
        digits = text.replace(",", "")
        return float(digits) if "." in digits else int(digits)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return value if math.isfinite(value) else None
    except OverflowError:  # an integer beyond what a float can hold
        return None


def moment(value: object) -> datetime | None:
    """An instant in UTC from a datetime, a date (its midnight) or ISO text; without a zone, UTC is meant."""
    try:
        if isinstance(value, str) and _MOMENT.match(text := value.strip()):
            value = datetime.fromisoformat(text)
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError):  # the 30th of February; an offset that leads out of the calendar
        return None
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else None


def _normalised(text: str) -> str:
    if text.isascii():
        return " ".join(text.lower().split())
    # Folding can leave letters that compose ("ǰ" becomes two): hence NFKC again.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split())


# Leads say the same few things again and again: countries, sources, industries.
_remembered = lru_cache(maxsize=8192)(_normalised)


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    figure = number(value)
    if isinstance(figure, float) and figure.is_integer():
        figure = int(figure)
    return None if figure is None else str(figure)


def _many(value: object) -> tuple[str, ...] | None:
    parts = value if isinstance(value, list | tuple) else [value]
    texts = [_text(part) for part in parts if not is_blank(part)]
    fitting = tuple(text for text in texts if text is not None)
    return fitting if fitting and len(fitting) == len(texts) else None


def _plain(value: Value) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
