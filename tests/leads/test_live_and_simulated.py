"""Whatever happens, a simulation answers as live routing did: the same stories told both ways."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.leads.both_ways import told_both_ways

pytestmark = pytest.mark.django_db

LEADS, LEADS_OF_A_YEAR = 2000, 240
MONDAY = datetime(2026, 6, 1, 5, tzinfo=UTC)
NEW_YEAR = datetime(2025, 1, 6, 9, tzinfo=UTC)

EVERYTHING = Path(__file__).with_name("everything.yaml").read_text()
COUNTRIES = ("DE", "Germany", "AT", "US", "USA", "FR", "Japan", "", "n/a")
STATES = ("CA", "New York", "TX", "", "")
COMPANIES = ("Acme", "ACME Corp.", "Acme Holding GmbH", "Globex", "Globex Inc", "Initech", "Hooli", "", "Umbrella Corp")
DOMAINS = ("acme.com", "globex.com", "gmail.com", "nowhere.example", "initech.example", "hooli.example")
INTENTS = ("demo", "pricing", "content", "general", "")
EMPLOYEES = ("5", "51-200", "1,200", "n/a", "")
CROWDED = """
version: 1
reps:
  - {email: ada@example.com, name: Ada, capacity: 2}
  - {email: bob@example.com, name: Bob, capacity: 1, daily_cap: 6}
  - {email: cleo@example.com, name: Cleo, capacity: 1, time_off: [{start: 2026-06-03T14:00, end: 2026-06-03T16:00}]}
pools:
  - {slug: all, name: All, strategy: round_robin, members: [{rep: ada@example.com}, {rep: bob@example.com}]}
  - {slug: big, name: Big, strategy: least_loaded, members: [{rep: cleo@example.com}, {rep: ada@example.com}]}
queues: [{slug: triage, name: Triage}]
sources: [{slug: web, name: Web, auth: none}]
trees:
  - slug: main
    name: Main
    default: true
    document:
      format: 1
      sticky_days: 1
      rules:
        - id: big
          name: Big
          why: They buy.
          when: {field: employees, op: gte, value: 100}
          target: {kind: pool, pool: big, if_nobody: {kind: queue, queue: triage}}
      otherwise: {kind: pool, pool: all, if_nobody: {kind: queue, queue: triage}}
"""
SHIFTS = """
version: 1
reps:
  - {email: ada@example.com, name: Ada, hours: {wed: ["09:00-12:30", "13:00-17:00"]}}
  - {email: bob@example.com, name: Bob, timezone: Europe/Berlin, hours: {wed: ["12:00-22:00"]}}
  - {email: cleo@example.com, name: Cleo, hours: {wed: ["10:00-18:00"], thu: ["00:00-24:00"]}, capacity: 3}
pools:
  - slug: all
    name: All
    strategy: weighted
    members: [{rep: ada@example.com}, {rep: bob@example.com}, {rep: cleo@example.com}]
queues: [{slug: triage, name: Triage}]
sla_policies:
  - {slug: fast, name: Fast, respond_within: 40m, clock: rep_hours, for_intents: [demo]}
  - {slug: own, name: Own, respond_within: 2h, clock: rep_hours, default: true, silent_after: 4h, park_after: 3}
sources: [{slug: web, name: Web, auth: none}]
trees:
  - slug: main
    name: Main
    default: true
    document:
      format: 1
      sticky_days: 1
      rules:
        - id: big
          name: Big
          why: They buy.
          when: {field: employees, op: gte, value: 100}
          target: {kind: pool, pool: all, strategy: least_loaded, sla: fast}
      otherwise: {kind: pool, pool: all, if_nobody: {kind: queue, queue: triage, sla: own}}
"""
FIRM = """
version: 1
teams: [{slug: north, name: North}, {slug: south, name: South}]
skills: [{slug: german, name: German}, {slug: french, name: French}]
reps:
  - {email: ada@example.com, name: Ada, team: north, skills: {german: 3}}
  - {email: bob@example.com, name: Bob, team: north, skills: {french: 2}, capacity: 3}
  - {email: cleo@example.com, name: Cleo, team: south, backup: bob@example.com}
  - {email: dan@example.com, name: Dan, team: south, skills: {german: 1}}
accounts:
  - {name: Acme, domains: [acme.example], owner: bob@example.com, is_customer: true}
  - {name: Umbrella, domains: [umbrella.example], team: south, is_customer: true}
pools:
  - slug: closers
    name: Closers
    strategy: best_converting
    members: [{rep: ada@example.com}, {rep: cleo@example.com, weight: 2}, {rep: dan@example.com}]
  - {slug: speakers, name: Speakers, members: [{rep: ada@example.com}, {rep: dan@example.com}, {rep: bob@example.com}]}
scoring:
  threshold: 20
  rules:
    - {name: Staff, when: {field: employees, op: gte, value: 10}, points: 20}
    - {name: Home, when: {field: country, op: is, value: DE}, points: 15}
  grades: {A: 30, B: 0}
sources: [{slug: web, name: Web, auth: none}]
trees:
  - slug: main
    name: Main
    default: true
    document:
      format: 1
      sticky_days: 20
      rules:
        - id: customers
          name: Customers
          why: Whoever has them.
          when: {field: account.is_customer, op: is, value: true}
          target: {kind: account_owner, capacity: warn}
        - id: speakers
          name: Speakers
          why: They write in their language.
          when: {field: language, op: is_present}
          target: {kind: pool, pool: speakers, strategy: best_skilled, prefer_skills: [french, german]}
        - id: large
          name: Large
          why: They buy much.
          when: {field: employees, op: gte, value: 500}
          set: {segment: Enterprise}
          target: {kind: pool, pool: closers}
      otherwise: {kind: pool, pool: closers}
"""


def test_two_thousand_leads_with_everything_on_are_decided_alike():
    """Accounts by domain and name, territories, score and gate, skills, owners with cover, capacity, hours, waiting."""
    answers = told_both_ways(everybody(seed=7), EVERYTHING)

    said = {word for answer in answers.at_once for word in (answer["outcome"], answer["path"].split("/")[-1])}
    assert {"assigned", "queued", "nurture", "discarded", "gate", "sticky"} <= said
    assert {answer["cover_for"] for answer in answers.at_once} > {None}
    assert any(answer["notes"] for answer in answers.at_once)
    assert len(answers.later) > 20


def test_who_can_still_make_it_is_preferred_alike():
    """Promises in the reps' own time, and shifts that end while leads come in."""
    answers = told_both_ways(crowd(seed=1), SHIFTS)

    assert any("can still make it before" in answer["reason"] for answer in answers.at_once)


@pytest.mark.parametrize("seed", range(4))
def test_who_waits_and_who_returns_goes_to_the_same_rep(seed):
    """Few people, some by e-mail and some by phone alone, and reps with next to no room."""
    answers = told_both_ways(crowd(seed), CROWDED)

    assert answers.later


def test_what_looks_back_over_a_year_looks_back_alike():
    """Win rates of 180 days by segment, the floor of 30 days, owners who are full, an account's team, lost ones."""
    answers = told_both_ways(year(seed=1), FIRM)

    reasons = " ".join(answer["reason"] for answer in answers.at_once)
    for words in ("best win rate", "furthest below the fair share", "best skilled", "account's team south", "Score "):
        assert words in reasons
    assert "a new chance" in reasons


def everybody(seed: int) -> list[dict[str, Any]]:
    """What arrives, in the order of its time: new people and old ones, by e-mail, by phone alone, by neither."""
    chance, at = random.Random(seed), MONDAY
    rows: list[dict[str, Any]] = []
    for number in range(LEADS):
        at += timedelta(seconds=chance.choice((1, 20, 90, 600, 3600)))
        person = chance.randrange(LEADS // 2)
        facts = {
            "first_name": f"P{person}",
            "company": chance.choice(COMPANIES),
            "country": chance.choice(COUNTRIES),
            "state": chance.choice(STATES),
            "intent": chance.choice(INTENTS),
            "employees": chance.choice(EMPLOYEES),
            "language": chance.choice(("german", "french", "")),
        }
        if chance.random() < 0.85:
            facts["email"] = f"p{person}@{DOMAINS[person % len(DOMAINS)]}"
        if chance.random() < 0.4:
            facts["phone"] = f"+4930{20000000 + person}"
        closes = at + timedelta(minutes=chance.choice((10, 60, 600, 3000))) if chance.random() < 0.9 else None
        rows.append(
            {
                "id": str(number),
                "received_at": at,
                "closed_at": closes,
                "closed_as": chance.choice(("won", "lost", "lost", "disqualified")),
                **{name: value for name, value in facts.items() if value},
            }
        )
    return rows


def crowd(seed: int) -> list[dict[str, Any]]:
    """Touches of two dozen people in some eight hours; all leads are closed sooner or later."""
    chance, at = random.Random(seed), datetime(2026, 6, 3, 12, tzinfo=UTC)
    rows = []
    for number in range(60):
        at += timedelta(minutes=chance.randint(2, 16))
        who = chance.randrange(24)
        names = chance.choice([["email"], ["email", "phone"], ["phone"]])
        facts = {"email": f"p{who}@corp.example", "phone": f"+4930901{800 + who}"}
        rows.append(
            {
                **{name: facts[name] for name in names},
                "id": str(number),
                "employees": str(chance.choice([5, 500])),
                "received_at": at,
                "closed_at": at + timedelta(minutes=chance.randint(5, 200)),
                "closed_as": chance.choice(["won", "lost"]),
            }
        )
    return rows


def year(seed: int) -> list[dict[str, Any]]:
    """Rows of a file. Somebody comes again only after his lead was closed, so that it closes when the row says."""
    rows: list[dict[str, Any]] = []
    chance, at = random.Random(seed), NEW_YEAR
    for number in range(LEADS_OF_A_YEAR):
        at += timedelta(hours=chance.randrange(4, 60))
        gone = [row for row in rows if row["closed_at"] < at]
        before = chance.choice(gone)["email"] if gone and chance.random() < 0.12 else ""
        domain = chance.choice(("acme.example", "umbrella.example", *["firm.example"] * 6))
        row = {
            "id": str(number),
            "received_at": at,
            "email": before or f"p{number}@{domain}",
            "employees": str(chance.choice((2, 30, 600))),
            "intent": chance.choice(("demo", "content", "general")),
            "country": chance.choice(("DE", "FR")),
            "closed_at": at + timedelta(hours=chance.randrange(5, 900)),
            "closed_as": chance.choice(("won", "lost", "lost", "disqualified")),
        }
        if chance.random() < 0.2:
            row["language"] = "de"
        if any(row["email"] == other["email"] and other["closed_at"] >= at for other in rows):
            continue
        rows.append(row)
    return rows
