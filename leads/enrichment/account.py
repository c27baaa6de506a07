"""What an account knows of its people: it fills what they leave blank, before anybody else is asked. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from leads.matching import Match
from leads.normalise import normalise
from routing.engine.facts import Value

# How accounts call it, in their details → the fact that it fills.
FILLED = {
    **{name: name for name in ("industry", "employees", "revenue", "website", "country", "state", "city", "timezone")},
    "postal_code": "postal_code",
    "sector": "industry",
    "size": "employees",
    "annual_revenue": "revenue",
}
# Where the head office is says nothing about the time where somebody of it sits, unless it says where.
DERIVED = ("website_domain", "timezone", "county")


def account_fill(found: Match | None) -> dict[str, Value]:
    """The facts that the account of a lead gives it, where it has none of its own."""
    return fill_of(found.card.details, found.card.country) if found else {}


def fill_of(details: Mapping[str, object], country: str) -> dict[str, Value]:
    raw = {FILLED[name]: value for name, value in details.items() if name in FILLED}
    if country:
        raw["country"] = country
    if not raw:
        return {}
    return {name: value for name, value in normalise(raw).facts.items() if name in raw or name not in DERIVED}
