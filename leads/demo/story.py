"""The records as the story of who came in when, through what, and how it ended."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TextIO
from zoneinfo import ZoneInfo

from leads.demo import market, visitors
from leads.demo.crm import Crm, Opportunity
from leads.demo.people import Staff, cast
from leads.demo.visitors import Visitor, Workplace
from leads.demo.words import number

PROSPECTED_WITHIN = 40  # days: the records give no date to those who are only being prospected
# Minutes ago at which the newest came in, whatever the hour: something to look at right after the start.
MINUTES_AGO = (1, 2, 4, 6, 9, 13, 18, 24)
PRIVATE = (3, 5)  # of these, who write from home and ask for a price: they wait in a queue, to be pulled
QUIET = timedelta(minutes=40)  # before the fresh ones, nobody came
COLUMNS = (
    "id", "received_at", "closed_at", "email", "first_name", "last_name", "title", "company", "industry", "employees",
    "country", "state", "intent", "source", "campaign", "product_interest", "actual_rep",
)  # fmt: skip


def tell(crm: Crm, now: datetime) -> list[Visitor]:
    """Everybody, in the order in which they came. The records must have been moved to today."""
    return sorted(_Storyteller(crm, now).everybody(), key=lambda visitor: (visitor.at, visitor.id))


def facts_of(visitor: Visitor) -> dict[str, object]:
    """What a form knows of a visitor: what is blank is left out."""
    work = visitor.work
    facts: dict[str, object] = {
        "email": visitor.email,
        "first_name": visitor.first_name,
        "last_name": visitor.last_name,
        "title": visitor.title,
        "company": work.company,
        "industry": work.industry,
        "employees": work.employees,
        "country": work.country,
        "state": work.state,
        "intent": visitor.intent,
        "campaign": visitor.campaign,
        "product_interest": visitor.product,
    }
    return {name: value for name, value in facts.items() if value}


def write_history(visitors: Iterable[Visitor], file: TextIO) -> None:
    """The story as `simulate` reads it."""
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for visitor in visitors:
        closed_at = visitor.closed_at.isoformat() if visitor.closed_at else ""
        row = {"id": visitor.id, "received_at": visitor.at.isoformat(), "closed_at": closed_at}
        writer.writerow({**row, **facts_of(visitor), "source": visitor.source, "actual_rep": visitor.agent})


class _Storyteller:
    def __init__(self, crm: Crm, now: datetime) -> None:
        self.crm = crm
        self.now = now.replace(microsecond=0)
        self.staff: Staff = cast(crm)
        self.offices: Mapping[str, str] = {agent.name: agent.office for agent in crm.agents}
        self.companies = {company.name: company for company in crm.companies}
        self.homes = market.homes(crm)
        self.own = sorted(name for name, agent in market.owners(crm, self.staff).items() if agent == self.staff.star)

    def everybody(self) -> Iterator[Visitor]:
        prospects = [one for one in self.crm.opportunities if one.engaged is None]
        fresh = sorted(prospects, key=lambda one: number("fresh", one.id, below=1 << 30))[: len(MINUTES_AGO)]
        for order, (minutes, one) in enumerate(zip(MINUTES_AGO, fresh, strict=False)):
            # Every second one is of the demo rep's own accounts: he finds somebody in his queue.
            account = self.own[order // 2 % len(self.own)] if self.own and order % 2 == 0 else one.account
            at = self.now - timedelta(minutes=minutes)
            came = self._visitor(replace(one, account=account), at, stage=visitors.FRESH)
            yield visitors.from_home(came) if order in PRIVATE else came
        newest = {one.id for one in fresh}
        for one in self.crm.opportunities:
            if one.id not in newest:
                yield self._visitor(one, self._arrival(one), stage=one.stage)

    def _visitor(self, one: Opportunity, at: datetime, *, stage: str) -> Visitor:
        account = one.account
        closed_at = self._closing(one, at)
        return visitors.visitor(
            one,
            account,
            self._workplace(one, account),
            at,
            stage="Engaging" if stage in ("Won", "Lost") and closed_at is None else stage,
            closed_at=closed_at,
            agent=self.staff.emails[one.agent],
        )

    def _workplace(self, one: Opportunity, account: str) -> Workplace:
        if account not in self.companies:
            return visitors.somewhere(one, self.staff)
        return visitors.at_account(self.companies[account], self.homes[account], self.staff)

    def _arrival(self, one: Opportunity) -> datetime:
        """On the day of the records; mostly, but not only, in office hours."""
        day = one.engaged or self.now.date() - timedelta(days=1 + number("day", one.id, below=PROSPECTED_WITHIN))
        early = number("early", one.id, below=10) == 0
        minute = number("minute", one.id, below=24 * 60) if early else 7 * 60 + number("minute", one.id, below=11 * 60)
        return min(self._instant(one, day, minute), self._before_now(one))

    def _closing(self, one: Opportunity, at: datetime) -> datetime | None:
        if one.closed is None:
            return None
        closed = self._instant(one, one.closed, 9 * 60 + number("closing", one.id, below=8 * 60))
        closed = max(closed, at + timedelta(hours=2))
        return closed if closed <= self.now else None

    def _instant(self, one: Opportunity, day: date, minute: int) -> datetime:
        zone = ZoneInfo(self.staff.zone(self.offices[one.agent]))
        wall = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone)
        return wall.astimezone(UTC) + timedelta(seconds=number("second", one.id, below=60))

    def _before_now(self, one: Opportunity) -> datetime:
        """Today's later hours are yet to come: who would come in them came this morning."""
        return self.now - QUIET - timedelta(seconds=number("today", one.id, below=8 * 3600))
