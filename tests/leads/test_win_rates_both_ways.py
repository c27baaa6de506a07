"""A year of a small company, told twice: as it was routed live, and by a simulation of the same file. No difference.

Everything that looks back is in it: win rates of 180 days by segment, the floor of 30 days, preferred skills, owners
who are full, an account's team, the score's gate, and lost people who come again.
"""

from __future__ import annotations

import heapq
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from leads import intake, sources
from leads.arrivals import StoredEvent
from leads.configuration import store, worlds
from leads.configuration.read import read
from leads.files import read_rows
from leads.models import Lead
from leads.pipeline import route_events
from leads.services import close
from leads.simulation.history import decide_all, read_history
from leads.world import known
from routing.engine.route import Outcome

BEGIN = datetime(2025, 1, 6, 9, tzinfo=UTC)
LEADS = 240
COMPANY = """
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
sources: [{slug: website, name: Website, auth: none}]
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


def story(chance: random.Random) -> list[dict[str, Any]]:
    """Rows of a file. Somebody comes again only after his lead was closed, so that it closes when the row says."""
    rows: list[dict[str, Any]] = []
    at = BEGIN
    for number in range(LEADS):
        at += timedelta(hours=chance.randrange(4, 60))
        gone = [row for row in rows if row["closed_at"] < at]
        before = chance.choice(gone)["email"] if gone and chance.random() < 0.12 else ""
        domain = chance.choice(("acme.example", "umbrella.example", *["firm.example"] * 6))
        row = {
            "id": str(number),
            "received_at": at,
            "email": before or f"p{number}@{domain}",
            "source": "website",
            "employees": chance.choice((2, 30, 600)),
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


def told_live(rows: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    card, answers = sources.read().by_slug["website"], []
    closings: list[tuple[datetime, int, str]] = []
    for row in rows:
        at = row["received_at"]
        while closings and closings[0][0] <= at:
            due, lead_id, status = heapq.heappop(closings)
            lead = Lead.objects.select_related("rep__user").get(pk=lead_id)
            close(lead, by=lead.rep.user, status=status, now=due)
        facts = {name: row[name] for name in ("email", "employees", "intent", "country", "language") if name in row}
        body = json.dumps(facts).encode()
        receipt = intake.receive(
            card, intake.Delivery(body, "application/json", {}, row["id"]), revision=sources.revision_now()
        )
        with transaction.atomic():
            (decided,) = route_events([StoredEvent(receipt.event, card, body, "application/json", at)], known(), now=at)
        if decided.outcome.rep:
            heapq.heappush(closings, (row["closed_at"], decided.person.id, row["closed_as"]))
        answers.append(said(decided.outcome))
    return answers


def said(outcome: Outcome) -> tuple[object, ...]:
    """All of a decision that looks back, levels and win rates of everybody who was looked at included."""
    looked_at = [
        (one.rep, one.code, round(one.level, 9), one.open, one.rate and round(one.rate, 9))
        for one in outcome.candidates
    ]
    return outcome.kind, outcome.rep, outcome.sticky, outcome.reason, outcome.notes, looked_at


@pytest.mark.django_db
def test_what_looks_back_looks_back_alike_live_and_simulated(tmp_path):
    store.load(COMPANY, now=BEGIN)
    rows, leads = story(random.Random(1)), tmp_path / "leads.jsonl"
    leads.write_text("\n".join(json.dumps(row, default=datetime.isoformat) for row in rows))
    configuration = read(COMPANY).configuration
    world = worlds.build_world(configuration)
    history = read_history(read_rows(leads), configuration, world.vocabulary)

    live = told_live(rows)
    simulated = [said(outcome) for _, outcome in decide_all(history, configuration, world)]

    assert simulated == live
    reasons = " ".join(str(answer[3]) for answer in live)
    for words in ("best win rate", "furthest below the fair share", "best skilled", "account's team south", "Score "):
        assert words in reasons
    assert "a new chance" in reasons
