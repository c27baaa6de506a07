"""Other systems hear of each act on a lead exactly once, in its own transaction, with all that the catalogue says."""

from __future__ import annotations

import contextlib
import json
import random
from datetime import timedelta

import jsonschema
import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads import by_hand, draining, handover, ladder, outgoing_events, pipeline, pulling, services
from leads.clocks import breaches
from leads.configuration import store
from leads.holding import NotPossible
from leads.ladder import away
from leads.models import Assignment, Lead, SlaClock
from leads.reconsider import reconsider
from notifications.models import OutgoingEvent
from notifications.subscriptions import catalogue
from reps.models import Rep, User
from routing.models import Decision
from tests.leads.conftest import COMPANY
from tests.organisation import bump, make_subscription

pytestmark = pytest.mark.django_db


@pytest.fixture
def subscribed(company) -> None:
    make_subscription(*catalogue.BY_NAME)


@pytest.fixture
def lead(subscribed, deliver) -> Lead:
    """A lead that Ada was given; its arrival is no longer among the events."""
    found = deliver(email="pat@corp.com", first_name="Pat", company="Corp", phone="+49 30 1234567", intent="demo")
    OutgoingEvent.objects.all().delete()
    return found


@pytest.fixture
def queued(subscribed, deliver) -> Lead:
    """A lead that waits in the queue of Ada's team."""
    return deliver(email="pat@small.com", employees=5)


def user(name: str) -> User:
    return User.objects.get(email=f"{name}@example.com")


def rep(name: str) -> Rep:
    return Rep.objects.get(user=user(name))


def told() -> list[str]:
    return list(OutgoingEvent.objects.order_by("pk").values_list("type", flat=True))


def owners() -> list[tuple[str | None, str | None]]:
    """Of each event who had the lead before, and who has it."""
    payloads = OutgoingEvent.objects.order_by("pk").values_list("payload", flat=True)
    people = [(one["previous_owner"], one["owner"]) for one in payloads]
    return [tuple(who["name"] if who else None for who in pair) for pair in people]


def now():
    return timezone.now()


def sweep(lead: Lead, minutes: float) -> None:
    start = SlaClock.objects.filter(lead=lead).earliest("id").started_at
    ladder.enforce_due(now=start + timedelta(minutes=minutes))


def test_a_lead_that_arrives_is_assigned_once(subscribed, deliver):
    deliver(email="pat@corp.com")

    assert told() == ["lead.assigned"]
    assert owners() == [(None, "Ada")]


def test_a_lead_that_only_waits_is_no_event(queued):
    assert told() == []


def test_a_lead_that_comes_back_to_its_holder_is_no_event(lead, deliver):
    deliver(email="pat@corp.com", message="Me again")

    assert told() == []


def test_a_lead_that_comes_back_after_it_was_closed_is_assigned_anew(lead, deliver):
    services.close(lead, by=user("ada"), status="lost", now=now())
    deliver(email="pat@corp.com")

    assert told() == ["lead.closed", "lead.assigned"]
    assert owners() == [(None, "Ada"), (None, "Ada")]


def test_accepting_contacting_and_closing_are_told_once_however_often_they_are_done(lead):
    for _ in range(2):
        services.accept(lead, by=user("ada"), now=now())
    for _ in range(2):
        services.contact(lead, by=user("ada"), now=now())
    services.accept(lead, by=user("ada"), now=now())
    services.close(lead, by=user("ada"), status="won", now=now())

    assert told() == ["lead.accepted", "lead.contacted", "lead.closed"]
    assert OutgoingEvent.objects.get(type="lead.closed").payload["lead"]["status"] == "won"


def test_a_lead_that_is_declined_is_reassigned(lead):
    handover.decline(lead, by=user("ada"), reason="Not mine", now=now())

    assert told() == ["lead.reassigned"]
    assert owners() == [("Ada", "Bob")]
    assert OutgoingEvent.objects.get().payload["decision"]["cause"] == "declined"


def test_a_lead_that_nobody_else_can_take_is_reassigned_to_nobody(lead):
    handover.decline(lead, by=user("ada"), reason="Not mine", now=now())
    OutgoingEvent.objects.all().delete()
    handover.decline(Lead.objects.get(), by=user("bob"), reason="Nor mine", now=now())

    assert told() == ["lead.reassigned"]
    assert owners() == [("Bob", None)]
    assert OutgoingEvent.objects.get().payload["promise"]["policy"] == "fast"  # under which it waits now


def test_a_lead_that_a_manager_moves_is_reassigned_and_one_that_he_gives_from_a_queue_assigned(lead, queued):
    by_hand.reassign(lead, to=rep("cleo"), by=user("mia"), reason="Speaks Japanese", now=now())
    by_hand.reassign(queued, to=rep("bob"), by=user("mia"), reason="Knows them", now=now())

    assert told() == ["lead.reassigned", "lead.assigned"]
    assert owners() == [("Ada", "Cleo"), (None, "Bob")]


def test_a_lead_that_a_manager_puts_back_is_reassigned_to_nobody(lead):
    by_hand.put_back(lead, by=user("mia"), reason="Ada is ill", now=now())

    assert (told(), owners()) == (["lead.reassigned"], [("Ada", None)])


def test_a_lead_that_is_taken_over_after_a_broken_promise_is_reassigned(lead):
    for minutes in (2, 10, 30):
        sweep(lead, minutes)

    assert [name for name in told() if name != "sla.breached"] == ["lead.reassigned"]
    assert OutgoingEvent.objects.get(type="lead.reassigned").payload["decision"]["cause"] == "sla"


def test_a_lead_that_is_claimed_or_pulled_is_assigned_and_accepted(queued, deliver):
    services.accept(queued, by=user("ada"), now=now())
    deliver(email="kim@small.com", employees=5)
    pulling.pull(by=user("bob"), now=now())

    assert told() == ["lead.assigned", "lead.accepted"] * 2
    assert owners() == [(None, "Ada")] * 2 + [(None, "Bob")] * 2
    assert OutgoingEvent.objects.filter(type="lead.accepted").first().payload["lead"]["status"] == "accepted"


def test_a_waiting_lead_that_somebody_can_take_is_assigned(subscribed, deliver):
    Rep.objects.update(paused=True)
    bump()
    deliver(email="pat@corp.com")
    assert told() == []

    Rep.objects.filter(user__email="ada@example.com").update(paused=False)
    bump()
    draining.drain()

    assert told() == ["lead.assigned"]
    assert OutgoingEvent.objects.get().payload["decision"]["cause"] == "drained"


def test_a_lead_that_goes_elsewhere_as_its_facts_change_is_reassigned(lead):
    Lead.objects.filter(pk=lead.pk).update(facts={**lead.facts, "employees": [5, 5]})
    with transaction.atomic():
        reconsider([lead.pk], now=now(), untouched=True)

    assert told() == ["lead.reassigned"]
    assert owners() == [("Ada", None)]


def test_what_is_handed_over_as_its_rep_goes_away_is_reassigned(lead):
    away.hand_over_untouched(rep("ada"), why="Ada is ill.", now=now())

    assert (told(), owners()) == (["lead.reassigned"], [("Ada", "Bob")])
    assert OutgoingEvent.objects.get().payload["decision"]["cause"] == "away"


def test_a_lead_that_was_accepted_and_then_forgotten_is_reassigned_once(subscribed, deliver):
    silent = COMPANY.replace("max_reassignments: 1", "max_reassignments: 1\n    silent_after: 2h")
    store.load(silent.replace("unless: contacted", "unless: accepted"), now=now())
    lead, accepted = deliver(email="pat@corp.com"), now()
    services.accept(lead, by=user("ada"), now=accepted)
    OutgoingEvent.objects.all().delete()

    for minutes in (60, 120, 121, 122):
        ladder.enforce_due(now=accepted + timedelta(minutes=minutes))

    assert [pair for pair in owners() if pair[0]] == [("Ada", "Bob")]


@pytest.mark.parametrize("how", ["swept", "contacted", "closed", "declined"])
def test_a_promise_that_is_broken_is_told_once_however_it_is_seen(lead, how):
    late = SlaClock.objects.get(lead=lead).due_at + timedelta(seconds=90)
    if how == "swept":
        assert [breaches.note_due(now=late) for _ in range(2)] == [1, 0]
    elif how == "contacted":
        services.contact(lead, by=user("ada"), now=late)
    elif how == "closed":
        services.close(lead, by=user("ada"), status="lost", now=late)
    else:
        handover.decline(lead, by=user("ada"), reason="No", now=late)
    breaches.note_due(now=late)

    broken = OutgoingEvent.objects.get(type="sla.breached").payload
    assert (broken["owner"]["name"], broken["promise"]["late_by_s"]) == ("Ada", 90)


def test_a_broken_promise_says_how_late_it_is(lead):
    clock = SlaClock.objects.get(lead=lead)
    outgoing_events.breached([clock], now=clock.due_at + timedelta(seconds=90, milliseconds=500))

    promise = OutgoingEvent.objects.get().payload["promise"]
    assert told() == ["sla.breached"]
    assert (promise["breached"], promise["late_by_s"], promise["policy"]) == (True, 90, "fast")


def test_a_late_contact_says_so(lead):
    clock = SlaClock.objects.get(lead=lead)
    services.contact(lead, by=user("ada"), now=clock.due_at + timedelta(seconds=30))
    services.close(lead, by=user("ada"), status="won", now=clock.due_at + timedelta(days=2))

    for event in OutgoingEvent.objects.all():
        assert (event.payload["promise"]["breached"], event.payload["promise"]["late_by_s"]) == (True, 30)


def test_what_is_rolled_back_is_told_to_nobody(lead):
    with transaction.atomic():
        services.accept(lead, by=user("ada"), now=now())
        transaction.set_rollback(True)

    assert told() == []


def test_only_what_somebody_wants_is_written(company, deliver):
    make_subscription("lead.closed")
    make_subscription("lead.contacted", enabled=False)
    make_subscription("lead.accepted", enabled=False, off_reason="It answered 410.")
    lead = deliver(email="pat@corp.com")
    services.accept(lead, by=user("ada"), now=now())
    services.contact(lead, by=user("ada"), now=now())
    services.close(lead, by=user("ada"), status="won", now=now())

    # One that was switched off by itself can catch up later, once it is mended.
    assert told() == ["lead.accepted", "lead.closed"]


def test_a_batch_with_a_subscription_costs_one_copy_more_and_without_one_nothing(company):
    def batch(name: str) -> int:
        for number in range(3):
            body = {"email": f"{name}{number}@corp.com", "employees": 500}
            Client().post("/in/web/", json.dumps(body), content_type="application/json")
        with CaptureQueriesContext(connection) as cost:
            pipeline.route_waiting()
        return len(cost)

    batch("warm")
    before = batch("before")
    make_subscription("lead.assigned")
    batch("warm_again")
    after = batch("after")

    assert OutgoingEvent.objects.count() == 6
    assert after == before + 1


def test_every_event_is_as_its_schema_says_and_holds_no_more(lead, queued):
    clock = SlaClock.objects.get(lead=lead)
    outgoing_events.breached([clock], now=clock.due_at + timedelta(seconds=1))
    services.accept(lead, by=user("ada"), now=now())
    services.contact(lead, by=user("ada"), now=now())
    by_hand.reassign(lead, to=rep("cleo"), by=user("mia"), reason="Speaks Japanese", now=now())
    handover.decline(lead, by=user("cleo"), reason="No", now=now())
    services.close(Lead.objects.get(pk=lead.pk), by=user("mia"), status="lost", now=now())
    services.accept(queued, by=user("ada"), now=now())

    assert set(told()) == set(catalogue.BY_NAME)
    for event in OutgoingEvent.objects.all():
        schema = catalogue.schema_of(catalogue.BY_NAME[event.type])
        whole = {"type": event.type, "timestamp": catalogue.utc(event.at), "data": event.payload}
        jsonschema.validate(whole, schema, format_checker=jsonschema.FormatChecker())
        check_members(whole, schema)


def check_members(value: object, schema: dict) -> None:
    """Nothing is there that the schema does not name."""
    if "anyOf" in schema:
        schema = schema["anyOf"][0] if value is not None else {}
    if "properties" in schema:
        assert sorted(value) == sorted(schema["properties"])
        for name, part in schema["properties"].items():
            check_members(value[name], part)


def test_the_event_names_the_decision_and_the_pages(lead):
    by_hand.reassign(lead, to=rep("cleo"), by=user("mia"), reason="Speaks Japanese", now=now())

    data, decision = OutgoingEvent.objects.get().payload, Decision.objects.latest("pk")
    assert data["decision"] == {
        "id": decision.pk,
        "cause": "by_hand",
        "reason": "Mia gave it to Cleo: Speaks Japanese",
        "rules": [],
        "strategy": "",
        "fallback": False,
    }
    assert data["owner"] == {"email": "cleo@example.com", "name": "Cleo", "team": "emea"}
    assert data["lead"]["url"].endswith(f"/leads/{lead.pk}/")
    assert (data["lead"]["phone"], data["lead"]["intent"]) == ("+49301234567", "demo")


def test_the_catalogue_names_every_cause_and_every_status():
    causes = catalogue.DECISION["properties"]["cause"]["description"]
    statuses = catalogue.LEAD["properties"]["status"]["description"]

    assert [cause for cause in Decision.Cause.values if cause not in causes] == []
    assert [one for one in Lead.Status.values if one not in statuses] == [
        "received"
    ]  # no lead has it when it is told of


def do_anything(chance: random.Random, deliver, at) -> None:
    """One act of many, by somebody, on some lead; most fit."""
    leads, who = list(Lead.objects.order_by("pk")), user(chance.choice(("ada", "bob", "cleo")))
    act = chance.choice(("arrive", "accept", "contact", "close", "decline", "move", "pull", "sweep"))
    if not leads or act == "arrive":
        said = {"employees": chance.choice((5, 500)), "message": f"{chance.random()}"}
        deliver(email=f"p{chance.randrange(9)}@corp.com", **said)
        return
    lead = chance.choice(leads)
    match act:
        case "accept" | "contact":
            getattr(services, act)(lead, by=who, now=at)
        case "close":
            services.close(lead, by=who, status="lost", now=at)
        case "decline":
            handover.decline(lead, by=who, reason="No", now=at)
        case "move":
            by_hand.reassign(lead, to=rep("cleo"), by=user("mia"), reason="So", now=at)
        case "pull":
            pulling.pull(by=who, now=at)
        case "sweep":
            ladder.enforce_due(now=at)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_happens_who_mirrors_the_events_knows_who_has_what(subscribed, deliver, seed):
    chance, at = random.Random(seed), now()
    for _ in range(60):
        at += timedelta(seconds=chance.choice((1, 20, 400, 2000)))
        with contextlib.suppress(NotPossible):
            do_anything(chance, deliver, at)

    given = OutgoingEvent.objects.filter(type__in=("lead.assigned", "lead.reassigned")).values_list(
        "payload", flat=True
    )
    decisions = sorted(one["decision"]["id"] for one in given if one["owner"])
    assert decisions == sorted(Assignment.objects.values_list("decision_id", flat=True))
    mirror: dict[int, tuple[str, str]] = {}
    for event in OutgoingEvent.objects.order_by("pk"):
        owner = event.payload["owner"]
        mirror[event.lead_id] = (owner["name"] if owner else "", event.payload["lead"]["status"])
    held = {lead.pk: (lead.rep.user.name, lead.status) for lead in Lead.objects.exclude(rep=None)}
    assert {lead: stand for lead, stand in mirror.items() if stand[0]} == held
    assert len(given) > 4
