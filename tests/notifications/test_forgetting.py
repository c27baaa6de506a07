"""What was told is kept for as long as somebody may want it again, and then nothing of it is left."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import forgetting as sweeping
from notifications import forgetting
from notifications.models import Attempt, Channel, Delivery, Notification, OutgoingEvent, UsedLink
from tests.notifications.conftest import person
from tests.organisation import make_subscription

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)


def event(days: float, *states: str) -> OutgoingEvent:
    """One that happened so long ago, with a delivery in each of these states."""
    found = OutgoingEvent.objects.create(type="lead.closed", at=NOW - days * DAY, lead_id=7, payload={}, due_at=None)
    for state in states:
        one = make_subscription("lead.closed")
        sent = Delivery.objects.create(
            lane=one.lane, event=found, subscription=one, state=state, created_at=found.at, due_at=found.at
        )
        Attempt.objects.create(delivery=sent, at=found.at, took_ms=9, ok=state == "sent")
    return found


def made(hook, number: int):
    return Channel.objects.filter(slug=f"c{number}").first() or hook(f"c{number}")


def notice(days: float, *states: str, channel=None) -> Notification:
    user = person(f"p{Notification.objects.count()}@example.com")
    at = NOW - days * DAY
    found = Notification.objects.create(
        user=user,
        kind="assigned",
        text="New lead: Zoë",
        context={"name": "Zoë"},
        dedupe_key=f"n{Notification.objects.count()}",
        created_at=at,
    )
    for number, state in enumerate(states):
        Delivery.objects.create(
            lane="channel:1",
            notification=found,
            user=user,
            channel=made(channel, number),
            state=state,
            created_at=at,
            due_at=at,
        )
    return found


def test_events_go_a_week_after_they_arrived_everywhere_and_after_a_month_whatever_became_of_them():
    kept = [event(6.9, "sent"), event(8, "sent", "dead"), event(8, "waiting"), event(8), event(29, "dead")]
    event(7.1, "sent", "sent")
    event(31, "dead")
    event(31)

    assert forgetting.forget_events(NOW) == 3
    assert set(OutgoingEvent.objects.all()) == set(kept)
    assert Attempt.objects.count() == Delivery.objects.count() == 5


def test_of_a_notice_the_values_go_first_and_then_all_of_it(hook):
    old, told = notice(31, "sent", "dead", channel=hook), notice(8, "sent", channel=hook)
    moving, fresh = notice(8, "waiting", channel=hook), notice(6.9)

    assert forgetting.forget_values(NOW) == 2
    assert forgetting.forget_notices(NOW) == 1

    assert not Notification.objects.filter(pk=old.pk).exists()
    assert Delivery.objects.count() == 2
    told.refresh_from_db()
    assert (told.context, told.text) == ({}, "New lead: Zoë")
    for one in (moving, fresh):
        one.refresh_from_db()
        assert one.context == {"name": "Zoë"}
    assert forgetting.forget_values(NOW) == 0


def test_the_marks_of_used_links_go_when_the_links_are_good_no_more(db):
    UsedLink.objects.create(digest="old", at=NOW - 9 * DAY)
    UsedLink.objects.create(digest="new", at=NOW - 7 * DAY)

    assert forgetting.forget_links(NOW) == 1
    assert UsedLink.objects.get().digest == "new"


def test_it_is_done_with_all_that_is_forgotten_a_little_at_a_time(monkeypatch):
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    monkeypatch.setattr(sweeping, "AT_ONCE", 2)
    for _ in range(3):
        event(31)
        notice(31)
    turn = sweeping.Turn()

    # Of the notices the values are emptied in the same round as two others go.
    assert [turn.take(NOW) for _ in range(3)] == [5, 2, 0]
    assert not OutgoingEvent.objects.exists()
    assert not Notification.objects.exists()
