"""Activities become rows, once; what cannot be counted is quarantined with a sentence and can be replayed."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from leads import pipeline, services
from leads.models import Activity, InboundEvent, Lead, Source
from reps import services as people

pytestmark = pytest.mark.django_db


def test_an_activity_is_counted_and_makes_no_lead(act):
    event = act("Pricing Viewed", value=3, page="/pricing")

    row = Activity.objects.get()
    assert (event.status, event.problem, Lead.objects.count()) == ("counted", "", 0)
    assert (row.key, row.value, row.person_key, row.event_id) == ("pricing_viewed", 3, "mail:pat@corp.com", event.pk)
    assert (row.context, row.at, row.account) == ({"page": "/pricing"}, event.received_at, None)


def test_it_is_of_the_account_of_its_domain(act):
    act(email="somebody@mail.acme.com")

    assert Activity.objects.get().account.name == "Acme"


def test_a_domain_alone_is_enough(post):
    event = post({"type": "activity", "key": "seats_used", "domain": "acme.com", "value": 40})

    row = Activity.objects.get()
    assert (event.status, row.person_key, row.account.name) == ("counted", "", "Acme")


def test_a_body_of_leads_and_activities_becomes_both(post):
    event = post(
        [
            {"email": "pat@corp.com", "employees": 500},
            {"type": "activity", "email": "pat@corp.com", "key": "webinar"},
            {"type": "activity", "email": "pat@corp.com"},
        ]
    )

    assert (event.status, Lead.objects.get().status, Activity.objects.get().key) == ("routed", "assigned", "webinar")
    assert event.problem == "Item 3: An activity needs a key that says what was done, such as pricing_views."


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"email": "pat@corp.com"}, "needs a key"),
        ({"key": "webinar"}, "needs to say who it was"),
        ({"email": "nobody", "key": "webinar"}, "it is no e-mail address"),
        ({"email": "pat@corp.com", "key": "webinar", "at": "2015-01-01"}, "too old to count"),
    ],
)
def test_what_cannot_be_counted_is_quarantined_with_a_sentence(post, body, words):
    event = post({"type": "activity", **body})

    assert (event.status, Activity.objects.count()) == ("quarantined", 0)
    assert words in event.problem


def test_what_was_quarantined_is_counted_once_the_mapping_is_mended(post):
    event = post(
        {"batch_id": "b1", "leads": [{"type": "activity", "mail": "pat@corp.com", "did": "webinar"}]}, to="batch"
    )
    assert event.status == "quarantined"

    event.source.mapping = {"email": "mail", "key": "did"}
    event.source.save()
    people.hold_revision()
    people.bump()
    services.replay(event, now=timezone.now())
    pipeline.route_waiting()

    event.refresh_from_db()
    assert (event.status, Activity.objects.get().key) == ("counted", "webinar")


def test_a_value_that_does_not_fit_is_flagged_and_the_rest_counted(act):
    event = act(value="lots", at="tomorrow")

    assert event.status == "counted"
    assert event.problem.count("it was set aside") == 2
    assert Activity.objects.get().value is None


def test_a_replay_adds_nothing(act):
    event = act()

    services.replay(event, now=timezone.now())
    pipeline.route_waiting()

    event.refresh_from_db()
    assert (event.status, Activity.objects.count()) == ("counted", 1)


def test_the_same_one_in_another_delivery_is_a_duplicate(post):
    one = {"type": "activity", "key": "webinar", "email": "pat@corp.com", "id": "w1"}

    first, second = post(one), post([one, {**one, "page": "/other"}])

    assert (first.status, second.status, Activity.objects.count()) == ("counted", "duplicate", 1)


def test_the_same_body_within_a_day_is_the_same_delivery(post):
    post({"type": "activity", "key": "webinar", "email": "pat@corp.com"})

    again = Client().post(
        "/in/web/",
        json.dumps({"type": "activity", "key": "webinar", "email": "pat@corp.com"}),
        content_type="application/json",
    )

    assert again.status_code == 200
    assert Activity.objects.count() == 1


def test_a_stranger_at_an_open_source_cannot_use_up_anothers_id(act):
    act(email="eve@evil.com", id="w1")
    act(email="pat@corp.com", id="w1")

    assert Activity.objects.count() == 2


def test_leads_of_a_source_with_an_intent_do_not_make_its_activities_ask_for_it(act):
    source = Source.objects.get(slug="web")
    source.intent = "demo"
    source.save()
    people.hold_revision()
    people.bump()

    act()

    assert Activity.objects.get().intent == ""


@pytest.mark.parametrize(
    "said",
    [
        {"key": "a\x00b", "name": "N\x00", "page": "\x00", "intent": "\ud800", "id": "\x00"},
        {"name": "\ud83d", "plan": "\udfff" * 400, "value": 10**300, "at": "9" * 1000},
        {"context": {"page": {"a": [{"b": {"c": []}}]}, "plan": []}, "value": {"a": []}, "at": []},
        {"id": "x" * 5000, "intent": "i" * 5000, "page": "p" * 50_000, "name": "n" * 50_000},
        {"value": -1e308, "at": "0001-01-01T00:00:00+23:59", "account": {"name": ["x"]}},
        {"type": ["activity"], "domain": "xn--", "phone": "+" + "9" * 30},
    ],
)
def test_hostile_values_end_their_event_and_break_nothing(company, said):
    body = json.dumps({"type": "activity", "email": "pat@corp.com", "key": "webinar", **said})

    answer = Client().post("/in/web/", body, content_type="application/json")
    pipeline.route_waiting()

    assert answer.status_code == 202
    event = InboundEvent.objects.get()
    assert event.status in ("counted", "quarantined", "routed", "queued")
    assert "Routing failed" not in event.problem
