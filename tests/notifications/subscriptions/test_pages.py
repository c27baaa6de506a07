"""RevOps sets webhooks up in the browser, sees how they do, and sends events again; nobody else gets in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from notifications.delivering import deliver_round
from notifications.models import Delivery, Subscription
from notifications.subscriptions import planning, services, views
from reps.models import User
from tests.organisation import NOON, make_manager, make_rep, make_subscription

pytestmark = pytest.mark.django_db
FORM = {"name": "CRM", "url": "https://crm.example.com/hook", "types": ["lead.closed", "lead.assigned"]}
OF_ONE = ("", "-edit", "-secret", "-rotate", "-switch", "-test", "-remove", "-replay")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def revops(olivia) -> Client:
    return signed_in(olivia)


@pytest.fixture
def crm(olivia) -> Subscription:
    return make_subscription("lead.closed", name="CRM")


def text(answer) -> str:
    assert answer.status_code in (200, 422), answer.status_code
    return answer.content.decode()


def test_a_webhook_is_added_changed_switched_and_removed(revops):
    assert "Nobody is told yet" in text(revops.get("/webhooks/"))
    answer = revops.post("/webhooks/+new/", FORM)
    one = Subscription.objects.get()
    assert answer.url == f"/webhooks/{one.pk}/"
    assert one.types == ["lead.assigned", "lead.closed"]
    assert "CRM" in text(revops.get("/webhooks/"))

    revops.post(f"/webhooks/{one.pk}/edit/", {**FORM, "name": "Our CRM", "per_minute": "30"})
    revops.post(f"/webhooks/{one.pk}/switch/", {"on": "0"})
    one.refresh_from_db()
    assert (one.name, one.per_minute, one.enabled) == ("Our CRM", 30, False)
    assert "Switch on" in text(revops.get(f"/webhooks/{one.pk}/"))

    revops.post(f"/webhooks/{one.pk}/remove/")
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"url": "http://127.0.0.1/"}, "Only https is asked"),
        ({"url": "https://169.254.169.254/"}, "not on the public internet"),
        ({"types": []}, "This field is required"),
        ({"types": ["lead.exploded"]}, "not one of the available choices"),
        ({"name": "There already"}, "There is one of this name already"),
        ({"per_minute": "0"}, "greater than or equal to 1"),
        ({"name": "\x00"}, "Null characters are not allowed"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(revops, wrong, said):
    make_subscription(name="There already")
    answer = revops.post("/webhooks/+new/", {**FORM, **wrong})

    assert answer.status_code == 422
    assert said in text(answer)
    assert Subscription.objects.count() == 1


def test_the_secret_is_on_no_page_until_it_is_asked_for(revops, crm):
    (secret,) = services.secrets_of(crm, now=timezone.now())
    for address in ("/webhooks/", f"/webhooks/{crm.pk}/", f"/webhooks/{crm.pk}/edit/"):
        assert "whsec_" not in text(revops.get(address))
    assert revops.get(f"/webhooks/{crm.pk}/secret/").status_code == 405

    answer = revops.post(f"/webhooks/{crm.pk}/secret/")
    assert secret.replace("+", "&#x2B;").replace("=", "&#x3D;") in text(answer) or secret in text(answer)
    assert "no-store" in answer["Cache-Control"]


def test_after_a_change_of_secret_both_are_shown(revops, crm):
    revops.post(f"/webhooks/{crm.pk}/rotate/")

    assert text(revops.post(f"/webhooks/{crm.pk}/secret/")).count("whsec_") == 2


def test_a_test_is_sent_and_stands_in_the_log_with_its_tries_and_body(revops, outside, olivia):
    crm = make_subscription("lead.closed", url=outside.url("/crm"))
    revops.post(f"/webhooks/{crm.pk}/test/")
    outside.behave("fail", path="/crm")
    deliver_round(now=timezone.now() + timedelta(seconds=1))

    delivery = Delivery.objects.get()
    log = text(revops.get(f"/webhooks/{crm.pk}/"))
    assert "webhook.test" in log
    assert "It answered 500." in log
    one = text(revops.get(f"/webhooks/deliveries/{delivery.pk}/"))
    assert "pressed the test button" in one
    assert str(delivery.event.key) in one
    assert "Not taken, 500" in one


def test_one_is_sent_again_from_its_page(revops, outside, happens):
    crm = make_subscription("lead.closed", url=outside.url("/crm"))
    happens(at=timezone.now() - timedelta(seconds=1))
    deliver_round()
    delivery = Delivery.objects.get()

    answer = revops.post(f"/webhooks/deliveries/{delivery.pk}/replay/", follow=True)
    assert "It is sent again" in text(answer)
    deliver_round(now=timezone.now() + timedelta(seconds=1))

    assert outside.keys("/crm") == [str(delivery.event.key)] * 2
    assert crm.deliveries.count() == 1


def test_before_many_are_sent_again_it_is_said_how_many(revops, crm, happens):
    for number in range(3):
        happens(at=timezone.now() - timedelta(minutes=number + 1))
    planning.plan_events()
    Delivery.objects.update(state="dead")
    asked = {"since": (timezone.now() - timedelta(minutes=150)).strftime("%Y-%m-%dT%H:%M")}

    assert "3 events" in text(revops.post(f"/webhooks/{crm.pk}/replay/", asked))
    assert not Delivery.objects.filter(state="waiting").exists()

    answer = revops.post(f"/webhooks/{crm.pk}/replay/", {**asked, "confirmed": "on"}, follow=True)
    assert "3 events will be sent again" in text(answer)
    assert Delivery.objects.filter(state="waiting").count() == 3


@pytest.mark.parametrize("since", ["", "yesterday", "0001-01-01T00:00", "9999-12-31T23:59", "2026-02-30T00:00"])
def test_a_time_that_cannot_be_is_refused(revops, crm, since):
    answer = revops.post(f"/webhooks/{crm.pk}/replay/", {"since": since, "confirmed": "on"})

    assert answer.status_code == 422


def test_nothing_is_sent_to_one_that_is_off(revops, olivia, happens):
    off = make_subscription("lead.closed", enabled=False, off_reason="It answered 410.")

    assert "It answered 410." in text(revops.get(f"/webhooks/{off.pk}/"))
    assert "switched off: switch it on first" in text(revops.get(f"/webhooks/{off.pk}/replay/"))
    assert "switch it on first" in text(revops.post(f"/webhooks/{off.pk}/test/", follow=True))
    assert not Delivery.objects.exists()


def test_the_log_is_filtered_and_paged(revops, crm, happens):
    for number in range(60):
        happens(at=NOON + timedelta(minutes=number))
    planning.plan_events(limit=30)
    Delivery.objects.update(state="sent", sent_at=NOON)
    planning.plan_events()

    assert text(revops.get(f"/webhooks/{crm.pk}/?state=sent")).count("opener") == 30
    assert text(revops.get(f"/webhooks/{crm.pk}/?type=webhook.test")).count("opener") == 0
    shown = revops.get(f"/webhooks/{crm.pk}/")
    assert text(shown).count("opener") == 50
    assert 'rel="next"' in text(shown)


def test_pages_cost_the_same_however_much_there_is(revops, crm, happens, django_assert_max_num_queries):
    for number in range(30):
        make_subscription("lead.closed")
        happens(minutes=number)
    planning.plan_events()

    with django_assert_max_num_queries(9):
        revops.get("/webhooks/")
    with django_assert_max_num_queries(10):
        revops.get(f"/webhooks/{crm.pk}/")


@pytest.mark.parametrize("make", [make_manager, lambda: make_rep().user])
def test_nobody_else_gets_in(crm, happens, make):
    happens()
    planning.plan_events()
    stranger, delivery = signed_in(make()), Delivery.objects.get()
    addresses = [reverse(f"subscription{name}", args=[crm.pk]) for name in OF_ONE]
    addresses += ["/webhooks/", "/webhooks/+new/", f"/webhooks/deliveries/{delivery.pk}/"]
    addresses += [f"/webhooks/deliveries/{delivery.pk}/replay/"]

    for address in addresses:
        assert {stranger.get(address).status_code, stranger.post(address).status_code} <= {403, 405}, address
    assert Subscription.objects.get().secret_number == 1


def test_what_is_not_there_is_not_found(revops):
    for name in OF_ONE:
        answers = {revops.get(f"/webhooks/99/{name[1:]}".rstrip("/") + "/").status_code}
        answers |= {revops.post(f"/webhooks/99/{name[1:]}".rstrip("/") + "/").status_code}
        assert answers <= {404, 405}, name


def test_a_button_that_is_pressed_when_somebody_has_just_removed_it_finds_nothing(revops, crm, monkeypatch):
    monkeypatch.setattr(views, "_subscription", lambda pk: crm)  # it was there a moment ago
    Subscription.objects.all().delete()

    for name in ("-rotate", "-switch", "-remove", "-test"):
        assert revops.post(reverse(f"subscription{name}", args=[crm.pk])).status_code == 404
    assert revops.post(f"/webhooks/{crm.pk}/edit/", FORM).status_code == 404
