"""A file of leads and activities is decided as live routing decides it, and tells what it cannot read."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leads import pipeline, sources
from leads.activity import looking
from leads.arrivals import StoredEvent
from leads.configuration.read import read
from leads.configuration.worlds import build_world
from leads.files import Row
from leads.models import InboundEvent, Lead
from leads.simulation.history import BadHistory, decide_all, read_history, unknown_columns
from leads.world import known
from routing.models import Decision
from tests.leads.activity.company import document, with_rules

START = datetime(2026, 6, 1, 8, tzinfo=UTC)
WHEN = {
    "any": [
        {
            "all": [
                {"field": "signal.trial_step_7d", "op": "gte", "value": 3},
                {"field": "signal.seats_used", "op": "gte", "value": 5},
            ]
        },
        {"field": "signal.account.pricing_views_1d", "op": "between", "value": [4, 9]},
        {"field": "intent", "op": "is", "value": "demo"},
    ]
}
PEOPLE = [
    f"{name}@{domain}" for name in "abcdefgh" for domain in ("initech.com", "initech.com", "acme.com", "corp.com")
]
KEYS = ("trial_step", "seats_used", "pricing_views", "other")


def history(seed: int, rows: int = 160) -> list[dict[str, Any]]:
    """Leads and activities of people at two accounts and none, some of one instant."""
    chance = random.Random(seed)
    at, told = START, []
    for number in range(rows):
        at += timedelta(minutes=chance.choice([0, 1, 7, 30, 400]))
        person: dict[str, Any] = {"id": f"r{number}", "email": chance.choice(PEOPLE), "received_at": at.isoformat()}
        if chance.random() < 0.25:
            told.append({**person, "employees": chance.choice([3] * 9 + [500]), "source": "web"})
            continue
        done = {"type": "activity", "key": chance.choice(KEYS), "value": chance.choice([None, 3, 8])}
        if chance.random() < 0.03:
            done["intent"] = "demo"
        told.append({**person, **done})
    return told


def simulated(rows: list[dict[str, Any]], text: str) -> list[tuple[object, ...]]:
    configuration = read(text).configuration
    world = build_world(configuration)
    told = read_history([Row(number, row) for number, row in enumerate(rows, 1)], configuration, world.vocabulary)
    return [
        (one.arrival.facts["email"], outcome.kind, outcome.rep, list(outcome.rules), outcome.reason)
        for one, outcome in decide_all(told, configuration, world)
    ]


def routed(rows: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    """Each row as a delivery of its own, at its own time."""
    source = sources.read().by_slug["web"]
    for number, row in enumerate(rows):
        at = datetime.fromisoformat(row["received_at"])
        body = json.dumps({name: value for name, value in row.items() if name != "received_at"}).encode()
        uuid = f"00000000-0000-7000-8000-{number:012}"
        InboundEvent.objects.create(
            uuid=uuid, source_id=source.id, key=f"id:{number}", body=body, received_at=at, due_at=at
        )
        event = InboundEvent.objects.get(pk=uuid)
        pipeline.route_events([StoredEvent(event.pk, source, body, "application/json", at)], known(), now=at)
        looking.look_again(now=at)
    emails = dict(Lead.objects.values_list("id", "email"))
    decisions = Decision.objects.select_related("rep__user").order_by("id")
    return [
        (emails[one.lead_id], one.outcome, one.rep.user.email if one.rep else None, one.rules, one.reason)
        for one in decisions
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(2))
def test_live_routing_and_a_simulation_give_the_same_answers(company, monkeypatch, seed):
    monkeypatch.setattr(looking, "COOLDOWN", timedelta(0))
    with_rules(WHEN, nurture=True)
    rows = history(seed)

    live = routed(rows)

    assert live == simulated(rows, document(WHEN, nurture=True))
    assert Decision.objects.filter(cause="changed").count() > 3


def test_a_lead_that_activity_moves_has_a_second_line():
    rows = [
        {"id": "a", "email": "pat@corp.com", "received_at": "2026-06-01T08:00Z", "employees": 3},
        {"type": "activity", "key": "x", "email": "pat@corp.com", "received_at": "2026-06-01T09:00Z", "intent": "demo"},
    ]

    assert [line[1] for line in simulated(rows, document(WHEN, nurture=True))] == ["nurture", "assigned"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            {"type": "activity", "received_at": "2026-06-01T08:00Z", "email": "pat@corp.com"},
            "line 1: An activity needs a key",
        ),
        ({"type": "activity", "received_at": "2026-06-01T08:00Z", "key": "x"}, "line 1: An activity needs to say who"),
        ({"type": "activity", "email": "pat@corp.com", "key": "x"}, "line 1: received_at: is missing"),
    ],
)
def test_an_activity_that_cannot_be_told_is_refused_with_its_line(row, words):
    configuration = read(document(WHEN)).configuration
    with pytest.raises(BadHistory, match=words):
        read_history([Row(1, row)], configuration, build_world(configuration).vocabulary)


def test_the_columns_of_activities_are_known_where_there_are_any():
    world = build_world(read(document(WHEN)).configuration)
    activity, lead = Row(1, {"type": "activity", "key": "x", "value": 3}), Row(2, {"type": "x", "key": "x"})

    assert unknown_columns([activity, lead], world.vocabulary) == []
    assert unknown_columns([lead], world.vocabulary) == ["type", "key"]
