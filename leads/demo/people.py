"""The demo's sales organisation: agents become reps, managers teams, offices pools."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from leads.demo.crm import Agent, Crm
from leads.demo.logins import DOMAIN, MANAGER, REP
from leads.demo.words import slug

ZONES = ("America/Chicago", "America/New_York", "America/Los_Angeles")
OFFICE_DAY = ["08:00-12:00", "13:00-17:00"]
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE_DAY)
LEAST_CAPACITY = 30
REGULATED = ("finance", "medical")
DESK = 4  # members of the enterprise desk


@dataclass(frozen=True, slots=True)
class Staff:
    """Who is who: e-mails by name, the offices in order, and the few who play a part in the demo."""

    emails: Mapping[str, str]  # of agents
    managers: Mapping[str, str]
    offices: tuple[str, ...]
    star: str  # the rep of the demo's login
    on_leave: str
    paused: str
    full: str

    def zone(self, office: str) -> str:
        return ZONES[self.offices.index(office) % len(ZONES)]


def cast(crm: Crm) -> Staff:
    """Give everybody an e-mail, and the parts of the demo to the busiest four."""
    offices = tuple(sorted({agent.office for agent in crm.agents}))
    busiest = [name for name, _ in workload(crm).most_common()]
    star, on_leave, paused, full = busiest[:DESK]
    lead_manager = next(agent.manager for agent in crm.agents if agent.name == star)
    return Staff(
        emails={agent.name: REP.email if agent.name == star else address(agent.name) for agent in crm.agents},
        managers={
            manager: MANAGER.email if manager == lead_manager else address(manager)
            for manager in dict.fromkeys(agent.manager for agent in crm.agents)
        },
        offices=offices,
        star=star,
        on_leave=on_leave,
        paused=paused,
        full=full,
    )


def address(name: str) -> str:
    return f"{slug(name, between='.')}@{DOMAIN}"


def workload(crm: Crm) -> Counter[str]:
    """Opportunities of each agent."""
    return Counter(one.agent for one in crm.opportunities)


def teams(crm: Crm, staff: Staff) -> list[dict[str, Any]]:
    """A team for each manager, with the hours of its office and a queue of its own."""
    offices = {agent.manager: agent.office for agent in crm.agents}
    return [
        {
            "slug": slug(manager),
            "name": f"{offices[manager]} · {manager}",
            "manager": email,
            "timezone": staff.zone(offices[manager]),
            "hours": WEEK,
            "queue": slug(manager),
        }
        for manager, email in staff.managers.items()
    ]


def reps(crm: Crm, staff: Staff, today: date) -> list[dict[str, Any]]:
    """Whoever has sold something works; of the others some are about to start and some have left."""
    busy, levels, most_open = workload(crm), skill_levels(crm), open_at_most(crm)
    idle = [agent.name for agent in crm.agents if not busy[agent.name]]
    found = []
    for agent in crm.agents:
        rep: dict[str, Any] = {
            "email": staff.emails[agent.name],
            "name": agent.name,
            "team": slug(agent.manager),
            "timezone": staff.zone(agent.office),
            "hours": None if agent.name == staff.star else WEEK,
            "holidays": "US",
            "capacity": max(LEAST_CAPACITY, round(most_open[agent.name] * 1.2, -1)),
            "daily_cap": 25,
            "skills": levels[agent.name],
            "backup": staff.emails[_colleague(agent, crm, busy)],
        }
        if agent.name in idle:
            later = idle.index(agent.name) % 2 == 0
            rep |= {"starts_on": (today + timedelta(days=9)).isoformat()} if later else {"active": False}
        if agent.name == staff.on_leave:
            start, end = today - timedelta(days=2), today + timedelta(days=8)
            rep["time_off"] = [{"start": f"{start}T00:00", "end": f"{end}T00:00", "kind": "pto", "note": "Family"}]
        found.append({key: value for key, value in rep.items() if value is not None})
    return found


def pools(crm: Crm, staff: Staff) -> list[dict[str, Any]]:
    """A pool for each office, the enterprise desk of the busiest, and those who know regulated industries."""
    busy, levels = workload(crm), skill_levels(crm)
    usual = sum(busy.values()) / max(1, len([name for name in busy if busy[name]]))
    desk = [staff.star, staff.on_leave, staff.paused, staff.full]
    experts = [agent.name for agent in crm.agents if any(levels[agent.name].get(one, 0) >= 3 for one in REGULATED)]
    offices = [
        {
            "slug": slug(office),
            "name": f"{office} office",
            "strategy": "weighted",
            "members": [
                {"rep": staff.emails[agent.name], "weight": 2 if busy[agent.name] > 1.3 * usual else 1}
                for agent in crm.agents
                if agent.office == office
            ],
        }
        for office in staff.offices
    ]
    return [
        *offices,
        {
            "slug": "enterprise",
            "name": "Enterprise desk",
            "strategy": "least_loaded",
            "members": [{"rep": staff.emails[name]} for name in desk],
        },
        {
            "slug": "regulated",
            "name": "Regulated industries",
            "members": [{"rep": staff.emails[name]} for name in experts],
        },
    ]


def skill_levels(crm: Crm) -> Mapping[str, dict[str, int]]:
    """How much of each product line and regulated industry an agent has won: 1 for a little, 5 for most."""
    sectors = {company.name: company.sector for company in crm.companies}
    won: dict[str, Counter[str]] = defaultdict(Counter)
    for one in crm.opportunities:
        if one.stage == "Won":
            for skill in {product_line(one.product), sectors.get(one.account, "")} & {*LINES, *REGULATED}:
                won[skill][one.agent] += 1
    levels: dict[str, dict[str, int]] = defaultdict(dict)
    for skill in sorted(won):
        best = max(won[skill].values())
        for agent, count in won[skill].items():
            levels[agent][skill] = 1 + round(4 * count / best)
    return levels


LINES = ("gtx", "mg", "gtk")


def product_line(product: str) -> str:
    return product.split()[0].lower() if product else ""


def open_at_most(crm: Crm) -> Mapping[str, int]:
    """The most opportunities that each agent had open at once."""
    steps: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for one in crm.opportunities:
        if one.engaged:
            steps[one.agent].append((one.engaged, 1))
        if one.engaged and one.closed:
            steps[one.agent].append((one.closed, -1))
    most: dict[str, int] = defaultdict(int)
    for agent, changes in steps.items():
        held = 0
        for _, change in sorted(changes):
            held += change
            most[agent] = max(most[agent], held)
    return most


def _colleague(agent: Agent, crm: Crm, busy: Counter[str]) -> str:
    """The next in the same office who has sold something."""
    office = [
        one.name for one in crm.agents if one.office == agent.office and (busy[one.name] or one.name == agent.name)
    ]
    return office[(office.index(agent.name) + 1) % len(office)]
