"""A history told twice: routed live, lead by lead, and decided by a simulation of the same organisation."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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

# Columns of a row that are no facts of the lead.
TOLD = ("id", "received_at", "closed_at", "closed_as")


@dataclass(frozen=True)
class Answers:
    """What was decided of each touch as it came, and later of those that waited, in order."""

    at_once: list[dict[str, Any]]
    later: list[dict[str, Any]]


def told_both_ways(rows: list[dict[str, Any]], company: str) -> Answers:
    """What live routing answers, after it is clear that a simulation answers the same."""
    by_simulation, by_hand = simulated(rows, company), live(rows, company)
    for number, (told, decided) in enumerate(zip(by_simulation.later, by_hand.later, strict=True)):
        assert {name: told[name] for name in decided} == decided, f"{number} of those that waited"
    for row, told, decided in zip(rows, by_simulation.at_once, by_hand.at_once, strict=True):
        assert told == decided, row
    return by_hand


def simulated(rows: list[dict[str, Any]], company: str) -> Answers:
    configuration = read(company).configuration
    world = worlds.build_world(configuration)
    lines = [
        Row(number, {name: _text(value) for name, value in {**row, "source": "web"}.items() if value is not None})
        for number, row in enumerate(rows, start=2)
    ]
    told = read_history(lines, configuration, world.vocabulary)
    later: list[dict[str, Any]] = []
    decided = decide_all(told, configuration, world, later=lambda told, outcome: later.append(_answer(outcome)))
    return Answers([_answer(outcome) for _, outcome in decided], later)


def live(rows: list[dict[str, Any]], company: str) -> Answers:
    store.load(company, now=rows[0]["received_at"])
    desk, answers = Desk(), []
    for row in rows:
        desk.close_until(row["received_at"])
        decided = _arrive(row, row["received_at"])
        answers.append(_answer(decided.outcome))
        desk.note(decided, row)
    later = Decision.objects.filter(cause=Decision.Cause.DRAINED).order_by("pk")
    return Answers(answers, [_record(decision) for decision in later.select_related("rep__user", "pool")])


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
    values = {name: value for name, value in row.items() if name not in TOLD}
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
        "looked_at": [
            (one.rep, one.code, round(one.level, 6), one.open, one.rate and round(one.rate, 6))
            for one in outcome.candidates
        ],
    }


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
