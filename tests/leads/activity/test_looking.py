"""Waiting leads go elsewhere when what they, or others at their account, do makes the rules answer otherwise."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
import yaml
from django.test import Client
from django.utils import timezone

from leads import linking, pipeline, reconsider
from leads.activity import looking
from leads.configuration import store
from leads.models import Account, Activity, InboundEvent, Lead, LookAgain, TimelineEntry
from reps.models import User
from routing.models import Decision
from tests.leads.activity.company import with_rules

pytestmark = pytest.mark.django_db

PQL = {
    "all": [
        {"field": "signal.trial_step_30d", "op": "gte", "value": 2},
        {"field": "signal.seats_used", "op": "gte", "value": 5},
    ]
}
HAND_RAISE = {"field": "signal.demo_request_1d", "op": "gte", "value": 1}
ASKS_FOR_A_DEMO = {"field": "intent", "op": "is", "value": "demo"}


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    """Nobody waits between two looks, except where a test is about that."""
    monkeypatch.setattr(looking, "COOLDOWN", timedelta(0))


def decisions(lead: Lead) -> list[str]:
    return list(Decision.objects.filter(lead_id=lead.pk).order_by("id").values_list("cause", flat=True))


def test_a_trial_with_steps_and_seats_becomes_a_qualified_lead(act, deliver):
    with_rules(PQL, nurture=True)
    lead = deliver(email="pat@corp.com", employees=3)
    assert (lead.status, lead.track) == ("nurture", "later")

    act("trial_step")
    act("seats_used", value=7)
    lead.refresh_from_db()
    assert (lead.status, decisions(lead)) == ("nurture", ["arrived"])

    act("trial_step")

    lead.refresh_from_db()
    assert (lead.status, lead.rep.user.name, lead.track) == ("assigned", "Ada", "")
    assert decisions(lead) == ["arrived", "changed"]
    assert lead.decision.facts["signal.seats_used"] == 7
    story = list(lead.timeline.order_by("-id").values_list("text", flat=True))
    assert any("trial step by pat@corp.com" in line for line in story)


def test_what_somebody_does_while_his_lead_waits_for_its_turn_is_counted_by_its_decision(post, monkeypatch):
    with_rules(HAND_RAISE, nurture=True)
    gather = pipeline.gather

    def held_up(*read):
        """Another worker writes what he did before we have hold of him, but after our batch began."""
        monkeypatch.setattr(pipeline, "gather", gather)
        did = {"type": "activity", "email": "pat@corp.com", "key": "demo_request", "id": "a1"}
        answer = Client().post("/in/web/", json.dumps(did), content_type="application/json")
        pipeline._route_batch(1, only=UUID(answer.json()["event"]))
        return gather(*read)

    monkeypatch.setattr(pipeline, "gather", held_up)
    post({"email": "pat@corp.com"})

    lead = Lead.objects.get()
    assert lead.decision.facts["signal.demo_request_1d"] == 1
    assert lead.status == "assigned"


def test_who_raises_a_hand_is_routed_from_the_queue(act, deliver):
    with_rules(HAND_RAISE)
    lead = deliver(email="pat@corp.com", employees=3)
    assert lead.status == "queued"

    act("Demo Request")

    lead.refresh_from_db()
    assert (lead.status, lead.queue) == ("assigned", None)


def test_an_activity_that_asks_for_something_makes_that_the_intent(act, deliver):
    with_rules(ASKS_FOR_A_DEMO, nurture=True)
    lead = deliver(email="pat@corp.com", employees=3, intent="content")

    act("talk_to_sales", intent="demo")

    lead.refresh_from_db()
    assert (lead.status, lead.intent, lead.facts["intent"]) == ("assigned", "demo", "demo")
    assert lead.decision.rules == ["signals"]


def test_an_intent_that_changes_no_answer_is_kept_and_told(act, deliver):
    with_rules({"field": "intent", "op": "is", "value": "pricing"}, nurture=True)
    lead = deliver(email="pat@corp.com", employees=3, intent="content")

    act("talk_to_sales", intent="demo")

    lead.refresh_from_db()
    assert (lead.status, lead.intent, decisions(lead)) == ("nurture", "demo", ["arrived"])
    assert TimelineEntry.objects.get(lead=lead, kind="signal").text == "Asks for demo: talk to sales by pat@corp.com."


def test_who_was_held_back_by_his_score_goes_on_when_activity_raises_it(act, deliver):
    active = {"field": "signal.pricing_views_7d", "op": "gte", "value": 2}
    rule = {"name": "Looks at prices", "when": active, "points": 40}
    store.load(yaml.safe_dump({"version": 1, "scoring": {"threshold": 40, "rules": [rule]}}), now=timezone.now())
    lead = deliver(email="pat@corp.com", employees=500)
    assert (lead.status, lead.decision.path) == ("nurture", "gate")

    act()
    act()

    lead.refresh_from_db()
    assert (lead.status, lead.score, lead.decision.rules) == ("assigned", 40, ["big"])


def test_what_colleagues_do_moves_those_of_the_account_who_wait_and_nobody_else(act, deliver):
    with_rules({"field": "signal.account.pricing_views_7d", "op": "gte", "value": 2}, nurture=True)
    waiting = deliver(email="pat@initech.com", employees=3)
    elsewhere = deliver(email="sam@corp.com", employees=3)
    held = deliver(email="big@initech.com", employees=500)

    act(email="stranger@initech.com")
    act(email="other@initech.com")

    for lead in (waiting, elsewhere, held):
        lead.refresh_from_db()
    assert (waiting.status, elsewhere.status, held.epoch) == ("assigned", "nurture", 1)
    assert set(LookAgain.objects.values_list("lead_id", flat=True)) == {waiting.pk}


def test_what_somebody_did_goes_with_him_when_he_is_linked_with_an_account_by_hand(act, deliver):
    with_rules({"field": "signal.account.pricing_views_7d", "op": "gte", "value": 2}, nurture=True)
    lead, manager = deliver(email="pat@gmail.com", employees=3), User.objects.get(email="mia@example.com")
    act(email="pat@gmail.com")
    act(email="somebody@initech.com")

    linking.link(lead, to=Account.objects.get(name="Initech"), by=manager, reason="His colleague", now=timezone.now())
    lead.refresh_from_db()
    assert (lead.status, lead.decision.facts["signal.account.pricing_views_7d"]) == ("assigned", 2)

    linking.unlink(lead, by=manager, reason="Somebody else", now=timezone.now())
    assert Activity.objects.get(person_key="mail:pat@gmail.com").account is None


def test_who_has_a_rep_is_not_moved(act, deliver):
    with_rules(HAND_RAISE, kind="rep", rep="dan@example.com")
    lead = deliver(email="pat@corp.com", employees=500)

    act("demo_request", intent="demo")

    lead.refresh_from_db()
    assert (lead.status, lead.epoch, lead.intent, decisions(lead)) == ("assigned", 1, "", ["arrived"])


def test_an_activity_that_no_rule_asks_about_marks_nobody(act, deliver):
    with_rules(HAND_RAISE, nurture=True)
    deliver(email="pat@corp.com", employees=3)

    act("something_else")

    assert LookAgain.objects.count() == 0


def test_a_burst_is_looked_at_once(post, deliver, monkeypatch):
    with_rules({"field": "signal.views_1d", "op": "gte", "value": 1000}, nurture=True)
    deliver(email="pat@corp.com", employees=3)
    looked = []
    monkeypatch.setattr(reconsider, "reconsider", lambda leads, **how: looked.append(list(leads)))

    post([{"type": "activity", "email": "pat@corp.com", "key": "views", "id": f"v{n}"} for n in range(100)])

    assert Activity.objects.count() == 100
    assert len(looked) == 1


def test_what_comes_soon_after_a_look_waits_for_the_next(act, deliver, monkeypatch):
    monkeypatch.setattr(looking, "COOLDOWN", timedelta(minutes=1))
    with_rules({"field": "signal.views_1d", "op": "gte", "value": 2}, nurture=True)
    lead = deliver(email="pat@corp.com", employees=3)

    act("views")
    act("views")
    lead.refresh_from_db()
    assert lead.status == "nurture"
    due = LookAgain.objects.get(lead=lead)
    assert timedelta(seconds=50) < due.due_at - timezone.now() <= timedelta(minutes=1)

    LookAgain.objects.update(due_at=timezone.now())
    pipeline.route_waiting()
    lead.refresh_from_db()
    assert (lead.status, LookAgain.objects.get(lead=lead).due_at) == ("assigned", None)


def test_a_replay_makes_nobody_look(act, deliver):
    with_rules({"field": "signal.views_1d", "op": "gte", "value": 2}, nurture=True)
    deliver(email="pat@corp.com", employees=3)
    act("views")
    before = LookAgain.objects.values().get()

    InboundEvent.objects.filter(status="counted").update(status="waiting", due_at=timezone.now())
    pipeline.route_waiting()

    assert LookAgain.objects.values().get() == before


def test_one_lead_that_cannot_be_looked_at_does_not_hold_up_the_others(post, deliver, monkeypatch):
    with_rules({"field": "signal.views_1d", "op": "gte", "value": 1}, nurture=True)
    bad, good = deliver(email="bad@corp.com", employees=3), deliver(email="good@corp.com", employees=3)
    really = reconsider.reconsider

    def sometimes(leads, **how):
        if bad.pk in leads:
            raise ValueError("poison")
        return really(leads, **how)

    monkeypatch.setattr(reconsider, "reconsider", sometimes)
    post([{"type": "activity", "email": f"{who}@corp.com", "key": "views"} for who in ("bad", "good")])

    good.refresh_from_db()
    assert good.status == "assigned"
    assert LookAgain.objects.get(lead=bad).due_at > timezone.now() + timedelta(minutes=9)


def test_leads_that_go_to_and_fro_come_to_rest(act, deliver):
    """A guard of `leads.reconsider`: here that activity is under it too."""
    with_rules({"field": "signal.views", "op": "gt", "value": 0}, nurture=True, kind="queue", queue="triage")
    lead = deliver(email="pat@corp.com", employees=3)

    for value in (1, -1) * 6:
        act("views", value=value)

    assert decisions(lead) == ["arrived", *["changed"] * reconsider.MOST_MOVES]
