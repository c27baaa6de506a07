"""Subscriptions are set up by RevOps: checked when written, in force at once, with a history; secrets overlap."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leads.world import known
from notifications.models import Delivery, OutgoingEvent, Subscription
from notifications.subscriptions import planning, services
from reps.models import Change
from tests.organisation import NOON, make_subscription

pytestmark = pytest.mark.django_db
URL = "https://crm.example.com/hook"
HOSTILE = (
    "http://crm.example.com/hook",
    "https://127.0.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://2130706433/",
    "https://0177.0.0.1/",
    "https://localhost/",
    "https://crm.example.com:22/",
    "https://user:secret@crm.example.com/",
    "https://crm.example.com/\r\nHost: evil",
    "https://crm.example.com/${SWITCHYARD_SECRET_X}",
    "ftp://crm.example.com/",
    "javascript:alert(1)",
    "https://ⓛocalhost/",
    "https://crm.example.com/" + "x" * 2000,
    "",
)


def test_what_is_subscribed_to_is_wanted_at_once_and_no_more_when_it_is_off(olivia):
    assert known().wanted_events == set()

    one = services.create(name="CRM", url=URL, types=["lead.closed", "lead.assigned"], by=olivia, now=NOON)
    assert known().wanted_events == {"lead.assigned", "lead.closed"}
    assert one.types == ["lead.assigned", "lead.closed"]  # as the catalogue has them

    services.change(one, {"enabled": False}, by=olivia, now=NOON)
    assert known().wanted_events == set()


@pytest.mark.parametrize("url", HOSTILE)
def test_nothing_is_ever_sent_to_an_address_within(olivia, url):
    with pytest.raises(services.Refused) as refused:
        services.create(name="CRM", url=url, types=["lead.closed"], by=olivia, now=NOON)

    assert set(refused.value.problems) == {"url"}
    assert not Subscription.objects.exists()


def test_each_problem_is_told_at_its_field(olivia):
    services.create(name="CRM", url=URL, types=["lead.closed"], by=olivia, now=NOON)

    with pytest.raises(services.Refused) as refused:
        services.create(name="CRM", url=URL, types=["lead.exploded"], per_minute=0, by=olivia, now=NOON)
    assert set(refused.value.problems) == {"name", "types", "per_minute"}

    with pytest.raises(services.Refused) as refused:
        services.create(name=" ", url=URL, types=[], by=olivia, now=NOON)
    assert set(refused.value.problems) == {"name", "types"}


def test_who_changed_what_is_kept_and_no_secret_with_it(olivia):
    one = services.create(name="CRM", url=URL, types=["lead.closed"], by=olivia, now=NOON)
    services.change(one, {"types": ["lead.assigned"]}, by=olivia, now=NOON)
    services.change(one, {"types": ["lead.assigned"]}, by=olivia, now=NOON)
    services.rotate(one, by=olivia, now=NOON)
    services.remove(one, by=olivia, now=NOON)

    changes = Change.objects.filter(kind="subscriptions").order_by("pk")
    assert [(bool(each.before), bool(each.after)) for each in changes] == [
        (False, True),
        (True, True),
        (True, True),
        (True, False),
    ]
    assert "whsec_" not in str(list(changes.values()))


def test_after_a_rotation_both_secrets_sign_for_a_day(olivia):
    one = make_subscription("lead.closed")
    (before,) = services.secrets_of(one, now=NOON)
    one = services.rotate(one, by=olivia, now=NOON)
    fresh, old = services.secrets_of(one, now=NOON + timedelta(hours=23, minutes=59))

    assert old == before != fresh
    assert services.secrets_of(one, now=NOON + timedelta(hours=24)) == [fresh]


def test_secrets_are_each_receivers_own(olivia):
    one, other = make_subscription("lead.closed"), make_subscription("lead.closed")

    assert services.secrets_of(one, now=NOON) != services.secrets_of(other, now=NOON)


def test_one_whose_address_is_not_allowed_any_more_can_still_be_switched_off_but_not_on(olivia):
    one = make_subscription("lead.closed", url="http://crm.internal:8080/")

    one = services.change(one, {"enabled": False}, by=olivia, now=NOON)
    assert not one.enabled
    with pytest.raises(services.Refused):
        services.change(one, {"enabled": True}, by=olivia, now=NOON)


def test_one_that_went_off_by_itself_says_why_until_it_is_switched_on(olivia):
    one = make_subscription("lead.closed", enabled=False, off_reason="It answered 410.")

    one = services.change(one, {"enabled": True}, by=olivia, now=NOON)
    assert (one.enabled, one.off_reason) == (True, "")


def test_a_test_is_an_event_for_this_one_alone(olivia):
    one, _ = make_subscription("lead.closed"), make_subscription("lead.closed")

    services.send_test(one, by=olivia, now=NOON)
    planning.plan_events()

    delivery = Delivery.objects.get()
    assert delivery.subscription == one
    assert OutgoingEvent.objects.get().type == "webhook.test"
