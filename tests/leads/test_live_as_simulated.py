"""Leads that wait, come back and are lost go the same ways in live routing and in a simulation."""

import heapq
import json
import random
from datetime import datetime, timedelta

import pytest

from leads import draining, services
from leads.arrivals import StoredEvent
from leads.configuration import dump, store, worlds
from leads.files import Row
from leads.models import Lead
from leads.pipeline import route_events
from leads.simulation.history import decide_all, read_history
from leads.world import known
from routing.models import Decision
from tests.organisation import NOON, make_event

pytestmark = pytest.mark.django_db

OFFICE = """
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


def history(seed):
    """Touches of a dozen people in some eight hours, some by e-mail, some by phone alone; most leads are closed."""
    chance, at = random.Random(seed), NOON
    for number in range(60):
        at += timedelta(minutes=chance.randint(2, 16))
        who = chance.randrange(24)
        names = chance.choice([["email"], ["email", "phone"], ["phone"]])
        facts = {"email": f"p{who}@corp.example", "phone": f"+4930901{800 + who}"}
        yield {
            **{name: facts[name] for name in names},
            "employees": str(chance.choice([5, 500])),
            "message": f"touch {number}",
            "received_at": at.isoformat(),
            "closed_at": (at + timedelta(minutes=chance.randint(5, 200))).isoformat(),
            "closed_as": chance.choice(["won", "lost"]),
        }


@pytest.mark.parametrize("seed", range(4))
def test_who_waits_and_who_returns_goes_to_the_same_rep_both_ways(seed):
    store.load(OFFICE, now=NOON)
    told = list(history(seed))

    live, drained = lived(told)
    simulated, later = simulated_of(told)

    assert live == simulated
    assert drained == later
    assert drained


def lived(told):
    """The reps of the decisions on arrival, and of those who waited, in their order."""
    _last.clear()
    reps: list[str | None] = []
    closings: list[tuple] = []
    source = known().sources.by_slug["web"]
    for number, row in enumerate(told):
        event = make_event(body=json.dumps(row).encode(), status="waiting")
        at = NOON.fromisoformat(row["received_at"])
        while closings and closings[0][0] <= at:
            _close(*heapq.heappop(closings)[::2])
        while draining.drain(now=at):
            pass
        stored = StoredEvent(event.pk, source, event.body, event.content_type, at)
        (decided,) = route_events([stored], known(), now=at)
        reps.append(decided.outcome.rep)
        _plan_closing(closings, decided, row, number)
    by_waiting = Decision.objects.filter(cause="drained").order_by("at", "id")
    return reps, list(by_waiting.values_list("rep__user__email", flat=True))


_last: dict[int, tuple[datetime, dict[str, str]]] = {}


def _plan_closing(closings, decided, row, number):
    """A lead closes with the last of its touches; a touch while it is open puts the closing off, never forward."""
    closes_at = NOON.fromisoformat(row["closed_at"])
    holder = decided.request.holder
    before = _last.get(decided.person.id)
    if holder is not None and holder.open and before is not None and before[0] > closes_at:
        closes_at, row = before
    _last[decided.person.id] = (closes_at, row)
    heapq.heappush(closings, (closes_at, number, (decided.person.id, closes_at, row["closed_as"])))


def _close(at, what):
    lead_id, closes_at, closed_as = what
    lead = Lead.objects.get(pk=lead_id)
    if _last[lead_id][0] != closes_at:
        return
    if lead.is_open:
        services.close(lead, by=lead.rep.user, status=closed_as, now=at)
    elif lead.waits_for:
        Lead.objects.filter(pk=lead_id).update(waits_for="")  # who closes it elsewhere takes it out of the line
    while draining.drain(now=at):
        pass


def simulated_of(told):
    configuration = dump.current()
    world = worlds.build_world(configuration)
    rows = [Row(number, {**row, "source": "web"}) for number, row in enumerate(told, start=1)]
    later = []
    history = read_history(rows, configuration, world.vocabulary)
    decided = list(decide_all(history, configuration, world, later=lambda told, outcome: later.append(outcome.rep)))
    return [outcome.rep for _, outcome in decided], later
