"""What rules may ask about a lead: the names, their types, and how a raw value becomes a fact.

The parser, the builder's pickers and the docs all read this vocabulary. A fact keeps the text as it came;
texts are compared by their `normal` form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
    Field("first_name", TEXT, "first name"),
    Field("last_name", TEXT, "last name"),
    Field("phone", TEXT, "phone"),
    Field("company", TEXT, "company"),
    Field("website", TEXT, "website"),
    Field("title", TEXT, "job title"),
    Field("country", TEXT, "country"),
    Field("state", TEXT, "state"),
    Field("city", TEXT, "city"),
    Field("postal_code", TEXT, "postal code"),
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
    Field("account.match", TEXT, "account match"),
    Field("time.weekday", TEXT, "weekday"),
    Field("time.hour", NUMBER, "hour"),
)

_SIGNAL = re.compile(r"signal\.([a-z0-9][a-z0-9_.-]{0,59})\Z")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The fields that rules may name. `signal.<key>` is always a number, whatever the key."""

    fields: Mapping[str, Field]

    def get(self, name: str) -> Field | None:
        known = self.fields.get(name)
        if known is None and (signal := _SIGNAL.match(name)):
            return Field(name, NUMBER, f"signal {signal[1]}")
        return known

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields.values())

    def with_custom(self, fields: Iterable[Field]) -> Vocabulary:
        """The same with an admin's `custom.*` fields; a built-in one cannot be redefined."""
        custom = {field.name: field for field in fields if field.name.startswith("custom.")}
        return Vocabulary({**self.fields, **custom})


STANDARD = Vocabulary({field.name: field for field in BUILT_IN})


def normal(text: str) -> str:
    """How two texts are compared: NFKC, case-folded, trimmed, inner white space squeezed."""
    if text.isascii():
        return " ".join(text.lower().split())
    # Folding can leave letters that compose, and composing can leave letters that fold ("ẛ"): twice is enough.
    for _ in range(2):
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(text.split())
