"""A lead's facts as people read them: labelled, in groups, and with a flag on what did not fit its field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from leads.provenance import BY_PROVIDER, Origin
from routing.engine.facts import Facts, Value, Vocabulary, from_json, moment

NO_ORIGINS: Mapping[str, Origin] = {}
NO_NAMES: Mapping[str, str] = {}

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Person": ("first_name", "last_name", "title", "seniority", "function", "email", "phone", "language", "timezone"),
    "Company": (
        *(
            "company",
            "website",
            "industry",
            "employees",
            "revenue",
            "city",
            "state",
            "county",
            "postal_code",
            "country",
        ),
    ),
    "Request": ("intent", "product_interest", "message", "source", "campaign", "tags", "priority", "segment"),
    "Account": (
        "account.name",
        "account.owner",
        "account.team",
        "account.is_customer",
        "account.tier",
        "account.match",
    ),
}
SIGNAL = "signal."
COMPANY = ("industry", "employees", "revenue", "website")
# Told elsewhere on the page, or of use to rules only.
UNTOLD = (
    "received_at",
    "time.weekday",
    "time.hour",
    "account.matched",
    "email_domain",
    "is_free_email",
    "is_disposable_email",
    "is_role_email",
    "website_domain",
    "score",
    "grade",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One fact. `aside` is what was sent instead of it and could not be used; `origin` whence, if it was not."""

    label: str
    value: str = ""
    aside: str = ""
    origin: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    lines: Sequence[Line]


def groups(
    facts: Facts,
    aside: Mapping[str, object],
    vocabulary: Vocabulary,
    provenance: Mapping[str, Origin] = NO_ORIGINS,
    providers: Mapping[str, str] = NO_NAMES,
) -> list[Group]:
    """Every fact once: in its group, or under "More". `providers` are the names of those that may have filled one."""
    said = (facts, aside, vocabulary)
    grouped = {name for names in GROUPS.values() for name in names}
    rest = tuple(name for name in sorted({*facts, *aside}) if name not in grouped and name not in UNTOLD)
    found = [Group(title, list(lines(*said, names, provenance, providers))) for title, names in GROUPS.items()]
    signals = tuple(name for name in rest if name.startswith(SIGNAL))
    found.append(Group("Activity", list(lines(*said, signals))))
    rest = tuple(name for name in rest if not name.startswith(SIGNAL))
    found.append(Group("More", list(lines(*said, rest, provenance, providers))))
    return [group for group in found if group.lines]


def lines(
    facts: Facts,
    aside: Mapping[str, object],
    vocabulary: Vocabulary,
    names: Sequence[str],
    provenance: Mapping[str, Origin] = NO_ORIGINS,
    providers: Mapping[str, str] = NO_NAMES,
) -> Iterator[Line]:
    for name in names:
        field = vocabulary.get(name)
        label = capitalised(field.label if field else name.removeprefix("custom.").replace("_", " "))
        if name in facts or name in aside:
            value = in_words(facts[name]) if name in facts else ""
            origin = provenance.get(name) if name in facts else None
            yield Line(
                label,
                value,
                _as_sent(aside[name]) if name in aside else "",
                _origin(origin, vocabulary, providers) if origin else "",
                moment(origin["at"]) if origin and "at" in origin else None,
            )


def company(facts: Facts, vocabulary: Vocabulary) -> list[Line]:
    """The few that a rep wants beside the name."""
    found = list(lines(facts, {}, vocabulary, COMPANY))
    place = ", ".join(str(facts[name]) for name in ("city", "state", "country") if name in facts)
    return [*found, Line("Location", place)] if place else found


def typed_facts(data: Mapping[str, object], vocabulary: Vocabulary) -> Facts:
    return from_json(data, vocabulary)


def in_words(value: Value) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%-d %b %Y %H:%M}"
    return ", ".join(value) if isinstance(value, tuple) else value


def answer(name: str, value: Value, vocabulary: Vocabulary) -> str:
    """A fact in so few words that it stands beside others: "Healthcare", "2,400 employees", "account is a customer"."""
    field = vocabulary.get(name)
    label = field.label if field else name
    if isinstance(value, bool):
        return label if value else f"not: {label}"
    if isinstance(value, int | float):
        return f"{in_words(value)} {label}"
    return _short(in_words(value), 40)


def _origin(origin: Origin, vocabulary: Vocabulary, providers: Mapping[str, str]) -> str:
    """Where a fact comes from that nobody sent: "from the postal code", "from Clearview"."""
    by = origin["by"]
    if by.startswith(BY_PROVIDER):
        slug = by.removeprefix(BY_PROVIDER)
        return f"from {providers.get(slug, slug)}"
    field = vocabulary.get(by)
    return f"from the {field.label if field else by}"


def capitalised(label: str) -> str:
    return label[:1].upper() + label[1:]


def _as_sent(value: object) -> str:
    return _short(value if isinstance(value, str) else repr(value), 80)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
