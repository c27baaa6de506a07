"""The records of a CRM in three CSV files: accounts, sales_teams, sales_pipeline."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

SAMPLE = Path(__file__).with_name("sample")
FILES = ("accounts.csv", "sales_teams.csv", "sales_pipeline.csv")
# As a person who knows the records would correct them.
MENDED = {
    "technolgy": "technology",
    "GTXPro": "GTX Pro",
    "Philipines": "Philippines",
    "Korea": "South Korea",
}


@dataclass(frozen=True, slots=True)
class Agent:
    name: str
    manager: str
    office: str


@dataclass(frozen=True, slots=True)
class Company:
    name: str
    sector: str
    country: str
    employees: int
    revenue: float  # millions of dollars
    parent: str


@dataclass(frozen=True, slots=True)
class Opportunity:
    """`engaged` is None while somebody is only being prospected; `closed` while it is open."""

    id: str
    agent: str
    product: str
    account: str
    stage: str  # Prospecting, Engaging, Won, Lost
    engaged: date | None
    closed: date | None


@dataclass(frozen=True, slots=True)
class Crm:
    agents: tuple[Agent, ...]
    companies: tuple[Company, ...]
    opportunities: tuple[Opportunity, ...]

    def moved_to(self, today: date) -> Crm:
        """The same records with the newest day of all being today."""
        shift = today - max(day for one in self.opportunities for day in (one.engaged, one.closed) if day)
        return Crm(self.agents, self.companies, tuple(_moved(one, shift) for one in self.opportunities))


def is_crm(folder: Path) -> bool:
    return all((folder / name).is_file() for name in FILES)


def read_crm(folder: Path) -> Crm:
    """The records in this folder."""
    return Crm(
        agents=tuple(
            Agent(row["sales_agent"], row["manager"], row["regional_office"])
            for row in _rows(folder / "sales_teams.csv")
        ),
        companies=tuple(_company(row) for row in _rows(folder / "accounts.csv")),
        opportunities=tuple(_opportunity(row) for row in _rows(folder / "sales_pipeline.csv")),
    )


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield {name: MENDED.get(value.strip(), value.strip()) for name, value in row.items()}


def _company(row: Mapping[str, str]) -> Company:
    return Company(
        name=row["account"],
        sector=row["sector"],
        country=row["office_location"],
        employees=int(row["employees"]),
        revenue=float(row["revenue"]),
        parent=row["subsidiary_of"],
    )


def _opportunity(row: Mapping[str, str]) -> Opportunity:
    return Opportunity(
        id=row["opportunity_id"],
        agent=row["sales_agent"],
        product=row["product"],
        account=row["account"],
        stage=row["deal_stage"],
        engaged=_day(row["engage_date"]),
        closed=_day(row["close_date"]),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _moved(one: Opportunity, shift: timedelta) -> Opportunity:
    engaged = one.engaged + shift if one.engaged else None
    closed = one.closed + shift if one.closed else None
    return Opportunity(one.id, one.agent, one.product, one.account, one.stage, engaged, closed)
