"""Who wrote, from where: invented people at the companies of the records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from leads.demo import market
from leads.demo.company import RIVALS
from leads.demo.crm import Company, Opportunity
from leads.demo.people import Staff
from leads.demo.words import COMPANY_ENDS, COMPANY_WORDS, FIRST, FREE_MAIL, LAST, TITLES, number, pick

FRESH = "Fresh"  # the stage of those who came in just now
INTENTS = ("demo", "demo", "demo", "pricing", "pricing", "trial", "trial", "content", "content", "content", "general")
CAMPAIGNS = ("spring-launch", "hardware-weekly", "search-brand", "search-generic", "")
PEOPLE_PER_ACCOUNT = 300  # so that now and then the same person comes back
UNKNOWN_SECTORS = ("retail", "software", "services", "marketing", "technology")


@dataclass(frozen=True, slots=True)
class Workplace:
    domain: str
    company: str = ""
    industry: str = ""
    employees: int = 0
    country: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who wrote, and what came of it: `stage` is that of the opportunity, or Fresh."""

    id: str
    at: datetime
    first_name: str
    last_name: str
    title: str
    work: Workplace
    intent: str
    source: str
    campaign: str
    product: str
    stage: str
    closed_at: datetime | None
    agent: str  # the e-mail of whoever really had it

    @property
    def is_fresh(self) -> bool:
        return self.stage == FRESH

    @property
    def email(self) -> str:
        return f"{self.first_name}.{self.last_name}@{self.work.domain}".lower()


def visitor(
    one: Opportunity, account: str, work: Workplace, at: datetime, *, stage: str, closed_at: datetime | None, agent: str
) -> Visitor:
    """The person behind an opportunity: always the same for the same records."""
    person = number("person", one.id, below=PEOPLE_PER_ACCOUNT) if account else one.id
    intent = pick(INTENTS, "intent", one.id)
    return Visitor(
        id=one.id,
        at=at,
        first_name=pick(FIRST, "first", account, person),
        last_name=pick(LAST, "last", account, person),
        title=pick(TITLES, "title", account, person),
        work=work,
        intent=intent,
        source=pick(("website", "website", "partner"), "source", one.id) if intent != "content" else "fair",
        campaign=pick(CAMPAIGNS, "campaign", one.id),
        product=one.product,
        stage=stage,
        closed_at=closed_at,
        agent=agent,
    )


def at_account(company: Company, office: str, staff: Staff) -> Workplace:
    """Where in the country follows from the office that looks after the account: the records do not say it."""
    country = market.country(company)
    states = market.states_of(office, staff)
    return Workplace(
        domain=market.domain(company.name),
        company=company.name,
        industry=company.sector,
        employees=company.employees,
        country=country,
        state=pick(states, "state", company.name) if country == "US" else "",
    )


def from_home(one: Visitor) -> Visitor:
    """The same person, but he names no company and asks for a price."""
    return replace(one, work=Workplace(domain=pick(FREE_MAIL, "mail", one.id)), intent="pricing", source="website")


def somewhere(one: Opportunity, staff: Staff) -> Workplace:
    """An opportunity without an account: a private address, now and then a rival, or a company nobody knows yet."""
    kind = number("kind", one.id, below=20)
    if kind < 8:
        return Workplace(domain=pick(FREE_MAIL, "mail", one.id))
    if kind == 8:
        return Workplace(domain=pick(RIVALS, "rival", one.id), company="")
    company = f"{pick(COMPANY_WORDS, 'word', one.id)} {pick(COMPANY_ENDS, 'end', one.id)}"
    office = pick(staff.offices, "office", one.id)
    return Workplace(
        domain=market.domain(company),
        company=company,
        industry=pick(UNKNOWN_SECTORS, "sector", one.id),
        employees=number("employees", one.id, below=900) + 3,
        country="US" if kind < 18 else "",
        state=pick(market.states_of(office, staff), "state", one.id) if kind < 18 else "",
    )
