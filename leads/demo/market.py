"""The demo's accounts, and where their people are: read from the records, or invented from them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from leads.demo.crm import Company, Crm
from leads.demo.people import Staff
from leads.demo.words import slug
from leads.lists import country_code
from routing.engine.facts import normal

ENTERPRISE, MIDDLE = 5_000, 1_000
NAMED = 4  # one account in four has an owner
MOST_OWNED = 2
STATES = (
    ("IL", "TX", "MN", "MO", "OH", "MI", "WI", "TN", "IN", "KS"),
    ("NY", "MA", "PA", "FL", "GA", "NC", "VA", "NJ", "MD", "CT"),
    ("CA", "WA", "OR", "CO", "AZ", "NV", "UT", "NM", "ID", "HI"),
)


def homes(crm: Crm) -> Mapping[str, str]:
    """The office that had most of an account's opportunities."""
    offices = {agent.name: agent.office for agent in crm.agents}
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for one in crm.opportunities:
        if one.account:
            seen[one.account][offices[one.agent]] += 1
    return {name: office.most_common(1)[0][0] for name, office in seen.items()}


def owners(crm: Crm, staff: Staff) -> Mapping[str, str]:
    """The largest accounts belong to the agent who had most to do with them, but nobody has more than two."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for one in crm.opportunities:
        seen[one.account][one.agent] += 1
    largest = sorted(crm.companies, key=lambda company: -company.employees)[: len(crm.companies) // NAMED]
    owned: dict[str, str] = {}
    for company in largest:
        held = Counter(owned.values())
        free = [agent for agent, _ in seen[company.name].most_common() if held[agent] < MOST_OWNED]
        if free:
            owned[company.name] = staff.star if staff.star in free else free[0]
    return owned


def states_of(office: str, staff: Staff) -> tuple[str, ...]:
    return STATES[staff.offices.index(office) % len(STATES)]


def domain(company: str) -> str:
    return f"{slug(company, between='').replace('-', '')}.example"


def tier(company: Company) -> str:
    return "enterprise" if company.employees >= ENTERPRISE else "mid-market" if company.employees >= MIDDLE else "small"


def country(company: Company) -> str:
    return country_code(normal(company.country)) or "US"


def accounts(crm: Crm, staff: Staff) -> list[dict[str, Any]]:
    """Whoever ever bought is a customer."""
    owned = owners(crm, staff)
    bought = {one.account for one in crm.opportunities if one.stage == "Won"}
    found = []
    for company in crm.companies:
        account = {
            "name": company.name,
            "domains": [domain(company.name)],
            "owner": staff.emails[owned[company.name]] if company.name in owned else None,
            "parent": company.parent or None,
            "is_customer": company.name in bought or None,
            "tier": tier(company),
            "country": country(company),
            "employees": company.employees,
            "revenue_musd": company.revenue,
            "sector": company.sector,
        }
        found.append({key: value for key, value in account.items() if value is not None})
    return found
