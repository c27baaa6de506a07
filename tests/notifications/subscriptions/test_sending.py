import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from notifications.delivering import deliver_round
from notifications.models import Delivery, OutgoingEvent, Subscription
from notifications.subscriptions.emitting import Event, emit
from notifications.subscriptions.services import secrets_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def crm(outside):
    now = timezone.now()
    return Subscription.objects.create(
        name="CRM", url=outside.url("/crm"), types=["lead.assigned"], created_at=now, changed_at=now
    )


def test_an_event_arrives_signed_with_its_own_id_and_the_same_in_every_repeat(crm, outside):
    now = timezone.now()
    outside.behave("fail")
    emit([Event("lead.assigned", 1, {"version": 1}), Event("lead.closed", 1, {"version": 1})], now=now)
    deliver_round(now=timezone.now())
    outside.behave("ok")
    deliver_round(now=Delivery.objects.get().due_at)

    event = OutgoingEvent.objects.get(type="lead.assigned")
    first, second = outside.received("/crm")
    assert [first.key, second.key] == [str(event.key)] * 2
    assert first.body == second.body
    assert first.json["type"] == "lead.assigned"
    assert first.json["data"] == {"version": 1}
    [secret] = secrets_of(crm, now=now)
    assert Webhook(secret).verify(first.body, first.headers) == first.json
    assert Delivery.objects.get().state == "sent"


def test_one_that_is_gone_is_switched_off(crm, outside):
    outside.behave("gone")
    emit([Event("lead.assigned", 1, {})], now=timezone.now())

    deliver_round()

    crm.refresh_from_db()
    assert (crm.enabled, crm.off_reason) == (False, "It answered 410.")
    assert Delivery.objects.get().state == "dead"
