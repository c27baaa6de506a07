"""Events on the wire, to a real receiver on this machine: what it logged is what was delivered."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from leads import services as deeds
from notifications.delivering import deliver_round
from notifications.models import Attempt, Delivery, Notification, OutgoingEvent
from notifications.subscriptions import catalogue, planning, services
from reps.models import User
from tests.organisation import make_lead, make_manager, make_rep, make_subscription, make_team

pytestmark = pytest.mark.django_db
KINDS = tuple(catalogue.BY_NAME)


@pytest.fixture
def crm(db, outside, olivia):
    return make_subscription(*KINDS, url=outside.url("/crm"), name="CRM")


def verified(received, secret: str) -> dict:
    """As a receiver that uses the reference library does it."""
    return Webhook(secret).verify(received.body, received.headers)


def soon(happens, kind: str = "lead.closed") -> OutgoingEvent:
    return happens(kind, at=timezone.now() - timedelta(seconds=1))


def test_what_a_rep_does_arrives_signed_and_as_the_catalogue_says(crm, outside):
    ada = make_rep(team=make_team(manager=make_manager()))
    lead = make_lead(rep=ada, first_name="Zoë", at=timezone.now())
    deeds.accept(lead, by=ada.user, now=timezone.now())

    deliver_round()

    (received,) = outside.received("/crm")
    (secret,) = services.secrets_of(crm, now=timezone.now())
    body = verified(received, secret)
    assert (body["type"], body["data"]["lead"]["name"], body["data"]["owner"]["name"]) == (
        "lead.accepted",
        "Zoë",
        "Ada",
    )
    assert received.key == str(OutgoingEvent.objects.get().key)
    assert received.headers["content-type"] == "application/json; charset=utf-8"
    assert Delivery.objects.get().state == "sent"


def test_a_secret_of_somebody_else_or_another_body_does_not_fit(crm, outside, happens):
    other = make_subscription()
    soon(happens)
    deliver_round()
    (received,) = outside.received("/crm")

    with pytest.raises(WebhookVerificationError):
        verified(received, services.secrets_of(other, now=timezone.now())[0])
    with pytest.raises(WebhookVerificationError):
        Webhook(services.secrets_of(crm, now=timezone.now())[0]).verify(received.body + " ", received.headers)


def test_during_a_rotation_either_secret_fits_and_afterwards_only_the_new_one(crm, outside, happens, olivia):
    (old,) = services.secrets_of(crm, now=timezone.now())
    rotated = services.rotate(crm, by=olivia, now=timezone.now())
    soon(happens)
    deliver_round()
    rotated.previous_until = timezone.now() - timedelta(seconds=1)
    rotated.save()
    soon(happens)
    deliver_round()

    during, after = outside.received("/crm")
    fresh = services.secrets_of(rotated, now=timezone.now())[0]
    assert verified(during, old) == verified(during, fresh)
    assert verified(after, fresh)
    with pytest.raises(WebhookVerificationError):
        verified(after, old)


def test_a_repeat_is_the_same_event_byte_for_byte(crm, outside, happens):
    event = soon(happens)
    outside.behave("fail", path="/crm")
    now = timezone.now()
    deliver_round(now=now)
    outside.behave("ok", path="/crm")
    deliver_round(now=Delivery.objects.get().due_at)

    first, second = outside.received("/crm")
    assert first.key == second.key == str(event.key)
    assert first.body == second.body
    assert [one.ok for one in Attempt.objects.order_by("pk")] == [False, True]


@pytest.mark.parametrize("status", [301, 302, 400, 404, 500])
def test_only_2xx_is_a_success_and_no_redirect_is_followed(crm, outside, happens, status):
    soon(happens)
    outside.behave("ok", path="/crm", status=status)
    deliver_round()

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.problem) == ("waiting", f"It answered {status}.")
    assert len(outside.received()) == 1


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_is_one(crm, outside, happens, status):
    soon(happens)
    outside.behave("ok", path="/crm", status=status, body="")
    deliver_round()

    assert Delivery.objects.get().state == "sent"


def test_a_receiver_that_is_gone_is_switched_off_and_revops_are_told_why(crm, outside, happens):
    soon(happens)
    soon(happens)
    outside.behave("gone", path="/crm")
    deliver_round()
    crm.refresh_from_db()

    assert (crm.enabled, crm.off_reason) == (False, "It answered 410.")
    assert set(Delivery.objects.values_list("state", flat=True)) == {"dead"}
    told = Notification.objects.get(kind="trouble")
    assert ("CRM was switched off" in told.text, told.link) == (True, f"/webhooks/{crm.pk}/")
    outside.behave("ok", path="/crm")
    before = len(outside.received())
    soon(happens)
    deliver_round()
    assert len(outside.received()) == before


def test_what_waits_is_given_up_when_a_webhook_is_switched_off(crm, outside, happens, olivia):
    soon(happens)
    outside.behave("fail", path="/crm")
    deliver_round()
    services.change(crm, {"enabled": False}, by=olivia, now=timezone.now())
    outside.behave("ok", path="/crm")
    deliver_round(now=Delivery.objects.get().due_at)

    assert len(outside.received("/crm")) == 1
    assert (Delivery.objects.get().state, Delivery.objects.get().problem) == ("dead", "It was switched off.")


def test_what_was_missed_arrives_once_a_receiver_is_switched_on_and_it_is_sent_again(crm, outside, happens, olivia):
    missed = [soon(happens) for _ in range(3)]
    outside.behave("gone", path="/crm")
    deliver_round()
    outside.behave("ok", path="/crm")
    seen = set(outside.keys("/crm"))
    missed.append(soon(happens))
    deliver_round()

    crm.refresh_from_db()
    services.change(crm, {"enabled": True}, by=olivia, now=timezone.now())
    planning.replay_since(
        crm, since=timezone.now() - timedelta(hours=1), everything=False, by=olivia, now=timezone.now()
    )
    deliver_round()

    assert set(outside.keys("/crm")) == {str(event.key) for event in missed} > seen


def test_an_address_that_leads_within_is_never_asked(crm, outside, happens, settings):
    soon(happens)
    settings.OUTGOING_ALLOW = ()
    deliver_round()

    assert outside.received() == []
    assert "https" in Delivery.objects.get().problem


def test_a_test_arrives_at_once_and_as_its_schema_says(crm, outside, olivia):
    services.send_test(crm, by=olivia, now=timezone.now() - timedelta(seconds=1))
    deliver_round()

    (received,) = outside.received("/crm")
    body = json.loads(received.body)
    assert body["type"] == "webhook.test"
    assert set(body["data"]) == set(catalogue.TEST_DATA["properties"])


def test_a_slow_receiver_holds_up_no_other(outside, happens, olivia):
    make_subscription("lead.closed", url=outside.url("/slow"))
    make_subscription("lead.closed", url=outside.url("/quick"))
    outside.behave("slow", path="/slow", seconds=2.0)
    for _ in range(5):
        soon(happens)
    deliver_round()

    quick, slow = outside.received("/quick"), outside.received("/slow")
    assert len(quick) == 5
    assert max(one.at for one in quick) < min(one.at for one in slow) + 2.0


def test_what_is_logged_holds_no_secret(crm, outside, happens):
    outside.behave("ok", path="/crm", status=500, body="whsec_somebody says Zoë")
    soon(happens)
    deliver_round()

    said = [*Attempt.objects.values_list("problem", flat=True), *Delivery.objects.values_list("problem", flat=True)]
    assert said == ["It answered 500."] * 2
    assert User.objects.exists()
