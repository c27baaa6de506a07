"""Every event becomes one delivery for each subscription that wants it, and can be sent again without a second one."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from notifications.models import Delivery, OutgoingEvent
from notifications.subscriptions import planning, services
from tests.organisation import NOON, make_subscription

pytestmark = pytest.mark.django_db


def sent_to(subscription) -> list[int]:
    return sorted(Delivery.objects.filter(subscription=subscription).values_list("event_id", flat=True))


def test_each_subscription_hears_of_what_it_wants(happens):
    crm, bi = make_subscription("lead.closed", "lead.assigned"), make_subscription("lead.closed")
    off = make_subscription("lead.closed", enabled=False)
    closed, assigned, unwanted = happens(), happens("lead.assigned"), happens("sla.breached")

    assert planning.plan_events() == 3

    assert sent_to(crm) == [closed.pk, assigned.pk]
    assert sent_to(bi) == [closed.pk]
    assert sent_to(off) == []
    assert not OutgoingEvent.objects.filter(due_at__isnull=False).exists()
    assert not unwanted.deliveries.exists()
    assert planning.plan_events() == 0


def test_what_is_planned_goes_by_its_own_lane(happens):
    crm = make_subscription("lead.closed")
    happens()
    planning.plan_events()

    assert Delivery.objects.get().lane == crm.lane == f"subscription:{crm.pk}"


def test_events_are_planned_a_few_at_a_time_the_oldest_first(happens):
    make_subscription("lead.closed")
    first, second, _ = (happens(minutes=n) for n in range(3))

    assert planning.plan_events(limit=2) == 2
    assert list(Delivery.objects.order_by("event_id").values_list("event_id", flat=True)) == [first.pk, second.pk]


def test_nothing_is_sent_twice_however_often_it_is_planned(happens):
    make_subscription("lead.closed")
    event = happens()
    planning.plan_events()
    OutgoingEvent.objects.update(due_at=NOON)
    planning.plan_events()

    assert event.deliveries.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_plan_each_takes_what_the_other_has_not(happens):
    make_subscription("lead.closed")
    first, second = happens(minutes=0), happens(minutes=1)
    done = []

    def other() -> None:
        done.append(planning.plan_events())
        connections.close_all()

    with transaction.atomic():
        OutgoingEvent.objects.select_for_update().get(pk=first.pk)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(10)

    assert done == [1]
    assert second.deliveries.count() == 1
    assert planning.plan_events() == 1
    assert first.deliveries.count() == 1


def test_what_did_not_arrive_is_sent_again_with_the_same_id(happens, olivia):
    crm = make_subscription("lead.closed")
    events = [happens(minutes=n) for n in range(4)]
    planning.plan_events()
    states = ("sent", "dead", "dead", "waiting")
    for event, state in zip(events, states, strict=True):
        event.deliveries.update(state=state, attempts=8, problem="It answered 500.")
    keys = dict(OutgoingEvent.objects.values_list("pk", "key"))

    since = NOON + timedelta(minutes=1)
    assert planning.replayable(crm, since=since, everything=False) == 2
    assert planning.replay_since(crm, since=since, everything=False, by=olivia, now=NOON) == 2

    again = Delivery.objects.filter(state="waiting", attempts=0)
    assert {one.event_id for one in again} == {events[1].pk, events[2].pk}
    assert dict(OutgoingEvent.objects.values_list("pk", "key")) == keys
    assert Delivery.objects.count() == 4


def test_everything_can_be_sent_again_also_what_arrived(happens, olivia):
    crm = make_subscription("lead.closed")
    happens(), happens("lead.assigned"), happens(minutes=-1)
    planning.plan_events()
    Delivery.objects.update(state="sent")

    assert planning.replayable(crm, since=NOON, everything=False) == 0
    assert planning.replay_since(crm, since=NOON, everything=True, by=olivia, now=NOON) == 1


def test_what_happened_while_a_subscription_was_off_by_itself_can_be_sent_afterwards(happens, olivia):
    crm = make_subscription("lead.closed", enabled=False, off_reason="It answered 410.")
    happens()
    planning.plan_events()
    assert sent_to(crm) == []
    with pytest.raises(planning.IsOff):
        planning.replay_since(crm, since=NOON, everything=False, by=olivia, now=NOON)

    services.change(crm, {"enabled": True}, by=olivia, now=NOON)
    assert planning.replay_since(crm, since=NOON, everything=False, by=olivia, now=NOON) == 1


def test_a_replay_is_bounded(happens, olivia, monkeypatch):
    crm = make_subscription("lead.closed")
    for number in range(5):
        happens(minutes=number)
    OutgoingEvent.objects.update(due_at=None)
    monkeypatch.setattr(planning, "MOST_REPLAYED", 3)

    assert planning.replayable(crm, since=NOON, everything=True) == 4  # more than can be sent at once
    assert planning.replay_since(crm, since=NOON, everything=True, by=olivia, now=NOON) == 3


@pytest.mark.django_db(transaction=True)
def test_sending_again_does_not_wait_for_what_is_being_planned(happens, olivia):
    """Each would lock what the other is about to write, and one of them would fail."""
    crm = make_subscription("lead.closed")
    events = [happens(minutes=n) for n in range(3)]
    again: list[int] = []

    def replay() -> None:
        again.append(planning.replay_since(crm, since=NOON - timedelta(days=1), everything=True, by=olivia, now=NOON))
        connections.close_all()

    with transaction.atomic():
        planning.plan_events()
        thread = threading.Thread(target=replay)
        thread.start()
        thread.join(10)
        assert again == [0]

    assert sent_to(crm) == [event.pk for event in events]


def test_planning_many_asks_no_more_than_planning_one(happens, django_assert_num_queries):
    make_subscription("lead.closed")
    for number in range(20):
        happens(minutes=number)

    assert connection.in_atomic_block
    with django_assert_num_queries(4):  # one look, and one statement in its transaction
        assert planning.plan_events() == 20
