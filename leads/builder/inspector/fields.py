"""What a condition can ask, as a form offers it: fields in groups, the operators of each type in plain words, and
the control in which the value of an operator is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from routing.engine.facts import Field, FieldType, Vocabulary
from routing.engine.operators import OPERATORS
from routing.engine.targets import ROW_VALUES

WORDS: Mapping[str, str] = {
    "is": "is",
    "is_not": "is not",
    "in": "is any of",
    "not_in": "is none of",
    "contains": "contains",
    "not_contains": "does not contain",
    "starts_with": "starts with",
    "ends_with": "ends with",
    "matches": "matches the pattern",
    "in_list": "is on the list",
    "not_in_list": "is not on the list",
    "gt": "is more than",
    "gte": "is at least",
    "lt": "is less than",
    "lte": "is at most",
    "between": "is between",
    "has_any": "has any of",
    "has_all": "has all of",
    "has_none": "has none of",
    "before": "is before",
    "after": "is after",
    "within_last_days": "is in the last … days",
    "more_than_days_ago": "is more than … days ago",
    "is_blank": "is blank",
    "is_present": "is given",
}
OF_TERRITORY = {"in": "is in"}

# The order of the groups is the order in which a form, then the company, then our own records tell of a lead.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "What was asked for",
        ("intent", "product_interest", "source", "campaign", "message", "language", "tags", "priority", "segment"),
    ),
    (
        "Company",
        ("company", "industry", "employees", "revenue", "website", "website_domain", "email_domain"),
    ),
    (
        "Person",
        (
            *("email", "is_free_email", "is_disposable_email", "is_role_email", "first_name", "last_name", "phone"),
            *("title", "seniority", "function"),
        ),
    ),
    ("Place", ("territory", "country", "state", "county", "city", "postal_code", "timezone")),
    ("Score", ("score", "grade")),
    (
        "Account",
        (
            *("account.matched", "account.is_customer", "account.tier", "account.owner", "account.team"),
            *("account.name", "account.match"),
        ),
    ),
    ("Time", ("received_at", "time.weekday", "time.hour")),
)
ACTIVITY, OWN, OTHER = "Activity", "Your own fields", "Other"
MONEY = frozenset({"revenue"})

SEVERAL = frozenset({"in", "not_in", "has_any", "has_all", "has_none"})
ABOUT_PRESENCE = frozenset({"is_blank", "is_present"})
ON_LISTS = frozenset({"in_list", "not_in_list"})
DAYS = frozenset({"within_last_days", "more_than_days_ago"})


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """Choices under one heading."""

    title: str
    choices: tuple[Choice, ...]


def offered(vocabulary: Vocabulary, signals: Iterable[str], chosen: str = "") -> tuple[Choices, ...]:
    """All fields in their groups. A field that is chosen is offered even if nobody knows it any more."""
    heading = {name: title for title, names in GROUPS for name in names}
    place = {name: index for index, name in enumerate(heading)}
    known = [*vocabulary, *(field for name in sorted(set(signals)) if (field := vocabulary.get(name)))]
    if chosen and chosen not in [field.name for field in known]:
        known.append(vocabulary.get(chosen) or Field(chosen, FieldType.TEXT, chosen))
    titles = [*dict.fromkeys(heading.values()), ACTIVITY, OWN, OTHER]

    def title_of(field: Field) -> str:
        own = {"signal": ACTIVITY, "custom": OWN}.get(field.name.partition(".")[0], OTHER)
        return heading.get(field.name, own)

    def order(field: Field) -> tuple[int, int, str]:
        return titles.index(title_of(field)), place.get(field.name, len(place)), field.label

    return tuple(
        Choices(title, tuple(Choice(field.name, capital(field.label), field.name == chosen) for field in group))
        for title, group in groupby(sorted(known, key=order), key=title_of)
    )


def for_tables(vocabulary: Vocabulary, chosen: str = "") -> tuple[Choices, ...]:
    """The fields that a table can look up."""
    fitting = Vocabulary({field.name: field for field in vocabulary if field.type in ROW_VALUES})
    return offered(fitting, (), chosen)


def operators(kind: FieldType, chosen: str = "") -> tuple[Choice, ...]:
    words = {**WORDS, **OF_TERRITORY} if kind is FieldType.TERRITORY else WORDS
    found = [Choice(op, words[op], op == chosen) for op in OPERATORS[kind]]
    if chosen and chosen not in OPERATORS[kind]:
        found.append(Choice(chosen, f"{chosen}?", chosen=True))
    return tuple(found)


def control(field: Field, op: str) -> str:
    """The name of the control for the value: what `templates/builder/inspector_value.html` draws."""
    if op in ABOUT_PRESENCE:
        return "none"
    if op in ON_LISTS:
        return "list"
    if op in SEVERAL:
        return "tokens"
    if op in DAYS:
        return "days"
    if op == "between":
        return "range"
    return {
        FieldType.BOOLEAN: "truth",
        FieldType.TIME: "date",
        FieldType.NUMBER: "number",
        FieldType.TERRITORY: "tokens",
    }.get(field.type, "text")


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]
