"""Two thousand leads, decided live and in a simulation: the same answers, with everything on.

Accounts by domain and by name, territories, score and gate, skills, win rates, owners with cover, capacity and
daily caps, hours and time off, stickiness, leads that wait and are given away later, lost leads that return.
"""

from __future__ import annotations

import json
import random
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from leads import draining, services, sources
from leads.arrivals import StoredEvent
from leads.configuration import store, worlds
from leads.configuration.read import read
from leads.deciding import Decided
from leads.files import Row
from leads.models import InboundEvent, Lead
from leads.pipeline import route_events
from leads.simulation.history import decide_all, read_history
from leads.world import known
from routing.engine.route import Outcome
from routing.models import Decision

LEADS = 2000
START = datetime(2026, 6, 1, 5, tzinfo=UTC)  # a Monday
COMPANY = Path(__file__).with_name("everything.yaml").read_text()

COUNTRIES = ("DE", "Germany", "AT", "US", "USA", "FR", "Japan", "", "n/a")
STATES = ("CA", "New York", "TX", "", "")
COMPANIES = ("Acme", "ACME Corp.", "Acme Holding GmbH", "Globex", "Globex Inc", "Initech", "Hooli", "", "Umbrella Corp")
DOMAINS = ("acme.com", "globex.com", "gmail.com", "nowhere.example", "initech.example", "hooli.example")
INTENTS = ("demo", "pricing", "content", "general", "")
EMPLOYEES = ("5", "51-200", "1,200", "n/a", "")


# What was decided of each lead, and later of those that waited.
Answers = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def history(seed: int) -> list[dict[str, Any]]:
    """What arrives, in the order of its time: new people and old ones, by e-mail, by phone alone, by neither."""
    chance, at = random.Random(seed), START
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


def simulated(rows: list[dict[str, Any]]) -> Answers:
    configuration = read(COMPANY).configuration
    world = worlds.build_world(configuration)
    lines = [
        Row(number, {name: _text(value) for name, value in {**row, "source": "web"}.items() if value is not None})
        for number, row in enumerate(rows, start=2)
    ]
    told = read_history(lines, configuration, world.vocabulary)
    later: list[dict[str, Any]] = []
    decided = decide_all(told, configuration, world, later=lambda told, outcome: later.append(_answer(outcome)))
    return [_answer(outcome) for _, outcome in decided], later


def live(rows: list[dict[str, Any]]) -> Answers:
    store.load(COMPANY, now=START)
    desk, answers = Desk(), []
    for row in rows:
        desk.close_until(row["received_at"])
        decided = _arrive(row, row["received_at"])
        answers.append(_answer(decided.outcome))
        desk.note(decided, row)
    later = Decision.objects.filter(cause=Decision.Cause.DRAINED).order_by("pk")
    return answers, [_record(decision) for decision in later.select_related("rep__user", "pool")]


class Desk:
    """Closes leads when the history says so, and looks at once who can take those that wait."""

    def __init__(self) -> None:
        self.closings: dict[int, tuple[datetime, str]] = {}

    def note(self, decided: Decided, row: dict[str, Any]) -> None:
        """An open lead that is touched again closes when the last of its touches does; a new chance by its own."""
        before = self.closings.pop(decided.person.id, None)
        holder = decided.request.holder
        ends = [(row["closed_at"], row["closed_as"])] if row["closed_at"] else []
        if before and holder is not None and holder.open:
            ends.append(before)
        if ends:
            self.closings[decided.person.id] = max(ends, key=lambda end: end[0])

    def close_until(self, now: datetime) -> None:
        for at, lead_id in sorted((at, lead_id) for lead_id, (at, _) in self.closings.items() if at <= now):
            lead = Lead.objects.select_related("rep__user").get(pk=lead_id)
            _, status = self.closings.pop(lead_id)
            if lead.is_open:
                services.close(lead, by=lead.rep.user, status=status, now=at)
                drain(at)
            else:
                Lead.objects.filter(pk=lead_id).update(waits_for="")  # gone elsewhere while nobody could take it


def drain(now: datetime) -> None:
    while draining.drain(now=now):
        pass


def _arrive(row: dict[str, Any], at: datetime) -> Decided:
    card = sources.read().by_slug["web"]
    values = {name: value for name, value in row.items() if name not in ("id", "received_at", "closed_at", "closed_as")}
    event = StoredEvent(uuid.UUID(int=int(row["id"]) + 1), card, json.dumps(values).encode(), "application/json", at)
    with transaction.atomic():
        InboundEvent.objects.create(
            uuid=event.uuid,
            source_id=card.id,
            key=str(row["id"]),
            body=event.body,
            body_hash="",
            received_at=at,
            due_at=at,
        )
        (decided,) = route_events([event], known(), now=at)
    return decided


def _record(decision: Decision) -> dict[str, Any]:
    return {
        "outcome": decision.outcome,
        "rep": decision.rep and decision.rep.user.email,
        "pool": decision.pool and decision.pool.slug,
        "path": decision.path,
        "reason": decision.reason,
    }


def _answer(outcome: Outcome) -> dict[str, Any]:
    return {
        "outcome": outcome.kind,
        "rep": outcome.rep,
        "pool": outcome.pool,
        "queue": outcome.queue,
        "track": outcome.track,
        "fallback": outcome.fallback,
        "sticky": outcome.sticky,
        "cover_for": outcome.cover_for,
        "rules": outcome.rules,
        "path": outcome.path,
        "reason": outcome.reason,
        "excluded": dict(outcome.excluded),
        "notes": outcome.notes,
    }


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


@pytest.mark.django_db
def test_two_thousand_leads_are_decided_alike_live_and_in_a_simulation():
    rows = history(seed=7)

    (by_simulation, later), (by_hand, drained) = simulated(rows), live(rows)

    for number, (told, decided) in enumerate(zip(later, drained, strict=True)):
        assert {name: told[name] for name in decided} == decided, f"{number} of those that waited"
    for number, (told, decided) in enumerate(zip(by_simulation, by_hand, strict=True)):
        assert told == decided, f"lead {number}: {rows[number]}"
    assert len(later) > 20
    said = {word for answer in by_hand for word in (answer["outcome"], answer["path"].split("/")[-1])}
    assert {"assigned", "queued", "nurture", "discarded", "gate", "sticky"} <= said
    assert {answer["cover_for"] for answer in by_hand} > {None}
    assert any(answer["notes"] for answer in by_hand)
