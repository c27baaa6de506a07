import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from config.embedded.processes import wait_until
from notifications import delivering, lanes, outcomes
from notifications.channels import SENDERS, NotSent, Sent
from notifications.delivering import Deliverer, deliver_round, plan_all
from notifications.lanes import FIRST_REST, LONGEST_REST, OPENS_AFTER
from notifications.models import Attempt, Channel, Delivery, Habits, Lane, Notification
from notifications.services import Notice, tell
from tests.notifications.conftest import person, told, wants
from tests.organisation import make_revops

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def chat(hook):
    return hook()


def ready(channel, second=None, *, email="ada@example.com"):
    """Somebody who is told of one lead by this channel."""
    user = person(email)
    wants(user, channel, second)
    told(user)
    return user


def state():
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def test_what_is_told_arrives_once_with_the_key_of_its_delivery(chat, outside):
    ready(chat)

    assert deliver_round() == 1
    assert deliver_round() == 0

    delivery = Delivery.objects.get()
    assert outside.keys("/chat") == [str(delivery.key)]
    assert (delivery.state, delivery.attempts, delivery.lease_token) == ("sent", 1, None)
    assert delivery.sent_at is not None
    attempt = Attempt.objects.get()
    assert (attempt.ok, attempt.status, attempt.problem) == (True, 200, "")


def test_by_mail_too(mail, post_office):
    ready(mail)

    deliver_round()

    assert post_office.keys("ada@example.com") == [f"<{Delivery.objects.get().key}@switchyard.example>"]
    assert state() == ["sent"]


def test_a_failure_is_tried_again_later_with_the_same_key(chat, outside):
    outside.behave("fail")
    ready(chat)
    now = timezone.now()

    deliver_round(now=now)

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.problem) == ("waiting", "It answered with 500.")
    assert now + timedelta(seconds=1) <= delivery.due_at <= now + timedelta(seconds=2)
    outside.behave("ok")
    assert deliver_round(now=now) == 0  # never early
    deliver_round(now=delivery.due_at)
    assert state() == ["sent"]
    assert len(set(outside.keys())) == 1
    assert [one.ok for one in Attempt.objects.order_by("pk")] == [False, True]


def test_the_pause_between_tries_grows_and_is_never_the_same():
    waits = [lanes.wait_after(attempts).total_seconds() for attempts in (1, 4, 8, 30) for _ in range(200)]

    assert all(1 <= one <= 600 for one in waits)
    assert max(waits[:200]) <= 2 < max(waits[200:400]) <= 16
    assert len({round(one, 3) for one in waits[400:]}) > 300


def test_after_eight_tries_it_is_dead_and_says_why(chat, outside, monkeypatch):
    monkeypatch.setattr(lanes, "OPENS_AFTER", 100)
    outside.behave("fail")
    ready(chat)
    now = timezone.now()

    for _ in range(12):
        deliver_round(now=now)
        now += timedelta(minutes=11)

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.problem) == ("dead", 8, "It answered with 500.")
    assert len(outside.received()) == 8
    assert Attempt.objects.count() == 8


def test_after_a_day_it_is_dead_too(chat, outside):
    outside.behave("fail")
    ready(chat)
    now = timezone.now()
    deliver_round(now=now)

    deliver_round(now=now + timedelta(hours=25))

    assert state() == ["dead"]
    assert len(outside.received()) == 1


def test_what_a_receiver_refuses_for_good_is_not_sent_again(chat, outside):
    outside.behave("fail", status=400)
    ready(chat)

    deliver_round()

    assert state() == ["dead"]
    assert Lane.objects.get().failures == 0


def test_a_receiver_that_asks_to_be_left_alone_is(chat, outside):
    outside.behave("limited", seconds=2)
    for number in range(4):
        ready(chat, email=f"p{number}@example.com")
    now = timezone.now()

    deliver_round(now=now)

    assert len(outside.received()) <= 2  # those that were under way at once
    assert state() == ["waiting"] * 4
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}  # no try of theirs was in vain
    assert deliver_round(now=now + timedelta(seconds=1.9)) == 0
    outside.behave("ok")
    for second in range(2, 8):
        deliver_round(now=now + timedelta(seconds=second))
    assert state() == ["sent"] * 4


def test_one_that_is_gone_is_switched_off_and_all_that_waits_for_it_says_why(chat, mail, outside, post_office):
    revops = make_revops()
    outside.behave("gone")
    for number in range(4):
        ready(chat, mail, email=f"p{number}@example.com")
    plan_all()
    Delivery.objects.filter(user__email="p3@example.com").update(due_at=timezone.now() + MINUTE)

    deliver_round()
    deliver_round()

    chat.refresh_from_db()
    assert (chat.enabled, chat.off_reason) == (False, "It answered with 410.")
    through = Delivery.objects.filter(channel=chat)
    assert set(through.values_list("state", "problem")) == {("dead", "It answered with 410.")}
    assert len(post_office.keys("p")) == 4  # the second channel took over at once
    assert Notification.objects.get(user=revops, kind="trouble").text.startswith("Chat was switched off")


def test_who_was_not_reached_for_a_minute_is_told_by_the_second_channel(chat, mail, outside, post_office):
    outside.behave("fail")
    ready(chat, mail)
    now = timezone.now()
    deliver_round(now=now)
    deliver_round(now=now + timedelta(seconds=55))
    assert post_office.received() == []

    deliver_round(now=now + timedelta(seconds=61))

    first, second = Delivery.objects.order_by("pk")
    assert second.instead_of == first
    assert (second.channel, second.state) == (mail, "sent")
    assert post_office.keys() == [f"<{second.key}@switchyard.example>"]
    assert first.state == "waiting"  # and goes on trying
    deliver_round(now=now + timedelta(seconds=62))
    assert len(post_office.received()) == 1


def test_what_is_tried_again_keeps_the_quiet_hours_too_and_so_does_the_second_channel(chat, mail, outside, post_office):
    outside.behave("fail")
    user = ready(chat, mail)
    now = timezone.now()
    minute = now.hour * 60 + now.minute
    Habits.objects.create(user=user, quiet_from=(minute + 1) % 1440, quiet_to=(minute + 61) % 1440)
    morning = now.replace(second=0, microsecond=0) + 61 * MINUTE
    deliver_round(now=now)

    for _ in range(2):  # the second one is made by the first of these rounds
        deliver_round(now=now + 2 * MINUTE)

    assert len(outside.received()) == 1
    assert post_office.received() == []
    assert list(Delivery.objects.order_by("pk").values_list("due_at", "attempts")) == [(morning, 1), (morning, 0)]
    outside.behave("ok")
    deliver_round(now=morning)
    assert state() == ["sent", "sent"]


def test_the_second_channel_is_left_alone_when_the_first_took_it(chat, mail, outside, post_office):
    ready(chat, mail)
    now = timezone.now()

    deliver_round(now=now)
    deliver_round(now=now + 2 * MINUTE)

    assert len(outside.received()) == 1
    assert post_office.received() == []


def test_the_second_channel_takes_over_at_once_what_is_dead(chat, mail, outside, post_office):
    outside.behave("fail", status=400)
    ready(chat, mail)

    deliver_round()

    assert len(post_office.received()) == 1


def test_a_channel_switched_off_by_hand_leaves_nothing_waiting(chat, mail, post_office):
    ready(chat, mail)
    plan_all()
    Channel.objects.filter(pk=chat.pk).update(enabled=False)

    deliver_round()

    first, second = Delivery.objects.order_by("pk")
    assert (first.state, first.problem) == ("dead", "It was switched off.")
    assert second.state == "sent"


def test_no_more_a_minute_than_a_channel_may_take(hook, outside):
    slow = hook(per_minute=3)
    for number in range(8):
        ready(slow, email=f"p{number}@example.com")
    now = timezone.now()

    counts = []
    for seconds in (0, 30, 59, 61, 122):
        deliver_round(now=now + timedelta(seconds=seconds))
        counts.append(len(outside.received()))

    assert counts == [3, 3, 3, 6, 8]


def test_after_failures_in_a_row_nobody_calls_for_a_while_and_then_one_tries(chat, outside):
    outside.behave("fail")
    for number in range(12):
        ready(chat, email=f"p{number}@example.com")
    now = timezone.now()

    deliver_round(now=now)
    rested = len(outside.received())
    assert OPENS_AFTER <= rested <= OPENS_AFTER + 1  # two at a time
    assert Lane.objects.get().open_until >= now + FIRST_REST
    deliver_round(now=now + FIRST_REST - timedelta(seconds=1))
    assert len(outside.received()) == rested

    later = now + 2 * FIRST_REST + timedelta(seconds=5)
    deliver_round(now=later)
    assert len(outside.received()) == rested + 1

    outside.behave("ok")
    deliver_round(now=later + LONGEST_REST)
    assert set(state()) == {"sent"}
    lane = Lane.objects.get()
    assert (lane.failures, lane.open_until) == (0, None)


def test_the_guard_guards_without_the_breaker_all_are_tried(chat, outside, monkeypatch):
    monkeypatch.setattr(lanes, "OPENS_AFTER", 100)
    outside.behave("fail")
    for number in range(12):
        ready(chat, email=f"p{number}@example.com")

    deliver_round(now=timezone.now())

    assert len(outside.received()) == 12


def test_a_channel_that_hangs_delays_no_other(chat, mail, outside, post_office):
    outside.behave("hang")
    for number in range(6):
        ready(chat, email=f"c{number}@example.com")
        ready(mail, email=f"m{number}@example.com")
    plan_all()
    deliverer = Deliverer()
    started = time.monotonic()

    while len(post_office.received()) < 6 and time.monotonic() - started < 5:
        deliverer.step()
        deliverer.wait(0.05)

    assert time.monotonic() - started < 0.9  # before the first call to the other one has come to an end
    assert len(outside.received()) == 2  # at most two at a time
    deliverer.finish(3)


def test_a_call_that_never_ends_is_given_up_and_its_place_stays_taken(chat, outside, monkeypatch):
    monkeypatch.setattr(delivering, "LONGEST_CALL_S", 0.2)
    release, calls = threading.Event(), []

    def hangs(message, settings):
        calls.append(message.key)
        release.wait(20)
        return Sent(200)

    monkeypatch.setitem(SENDERS, "hook", hangs)
    for number in range(5):
        ready(chat, email=f"p{number}@example.com")
    plan_all()
    deliverer = Deliverer()
    until = time.monotonic() + 2

    while Attempt.objects.count() < 2 and time.monotonic() < until:
        deliverer.step()
        deliverer.wait(0.05)
    deliverer.step()

    assert len(calls) == 2
    assert set(Attempt.objects.values_list("problem", flat=True)) == {delivering.TOOK_TOO_LONG}
    release.set()
    assert wait_until(lambda: deliverer.step() or len(calls) > 2, 5)
    deliverer.finish(5)


def test_a_row_that_always_trips_stops_nobody(chat, outside, monkeypatch, caplog):
    real = SENDERS["hook"]

    def trips(message, settings):
        if message.person == "P1":
            raise RuntimeError("secret@example.com")
        return real(message, settings)

    monkeypatch.setitem(SENDERS, "hook", trips)
    for number in range(3):
        ready(chat, email=f"p{number}@example.com")
    now = timezone.now()

    for _ in range(12):
        deliver_round(now=now)
        now += timedelta(minutes=11)

    assert sorted(state()) == ["dead", "sent", "sent"]
    assert Delivery.objects.get(state="dead").problem == "It failed here (RuntimeError)."
    assert not Attempt.objects.filter(problem__contains="@").exists()


def test_what_cannot_even_be_prepared_stops_nobody(chat, outside, monkeypatch):
    real = delivering.sender_for

    def trips(delivery, *, now):
        if delivery.user.name == "P1":
            raise KeyError("x")
        return real(delivery, now=now)

    monkeypatch.setattr(delivering, "sender_for", trips)
    for number in range(3):
        ready(chat, email=f"p{number}@example.com")

    deliver_round(now=timezone.now())

    assert sorted(state()) == ["sent", "sent", "waiting"]


def test_who_has_left_since_is_told_nothing(chat, mail, outside, post_office):
    user = ready(chat, mail)
    plan_all()
    user.is_active = False
    user.save()

    deliver_round()

    assert outside.received() == post_office.received() == []
    assert set(Delivery.objects.values_list("state", "problem")) == {("dead", "This person is not active any more.")}


def test_who_comes_late_leaves_his_attempt_and_changes_nothing(chat, outside):
    ready(chat)
    plan_all()
    now = timezone.now()
    [held] = _leased(now)
    later = now + lanes.LEASE + timedelta(seconds=1)
    deliver_round(now=later)  # another deliverer, after the lease
    assert state() == ["sent"]

    outcomes.mark([outcomes.Result(held, now, 20_000, ok=False, problem="late")], now=later)

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.problem) == ("sent", "")
    assert list(Attempt.objects.order_by("pk").values_list("ok", flat=True)) == [True, False]


def _leased(now):
    lanes.make(now)
    return lanes.lease(now, {})


def test_two_deliverers_take_two_of_a_lane_together(chat):
    for number in range(5):
        ready(chat, email=f"p{number}@example.com")
    plan_all()
    now = timezone.now()

    assert (len(_leased(now)), len(_leased(now))) == (2, 0)
    assert len(_leased(now + lanes.LEASE)) == 2


def test_one_that_is_begun_again_and_again_is_not_begun_for_ever(chat, outside):
    ready(chat)
    plan_all()
    now = timezone.now()
    for _ in range(8):
        assert len(_leased(now)) == 1
        now += lanes.LEASE

    deliver_round(now=now)

    assert state() == ["dead"]
    assert outside.received() == []


def test_who_was_held_up_past_his_lease_does_not_send_any_more(chat, outside, monkeypatch):
    ready(chat)
    plan_all()
    real = time.monotonic
    jump = [0.0]
    monkeypatch.setattr(delivering.time, "monotonic", lambda: real() + jump[0])
    original = delivering.sender_for

    def slowly(delivery, *, now):
        jump[0] = 30.0  # stopped between lease and send, and woken up again
        return original(delivery, now=now)

    monkeypatch.setattr(delivering, "sender_for", slowly)

    deliver_round()

    assert outside.received() == []
    assert state() == ["waiting"]


def test_no_problem_holds_an_address(chat, outside):
    def refuses(message, settings):
        raise NotSent("x" * 500 + "\x00")

    SENDERS["hook"] = refuses  # type: ignore[index]
    ready(chat)

    deliver_round(now=timezone.now())

    assert len(Delivery.objects.get().problem) == 200


@pytest.mark.django_db(transaction=True)
def test_two_deliverers_side_by_side_send_everything_once_and_two_at_a_time(chat, outside, monkeypatch):
    users = [person(f"p{number}@example.com") for number in range(4)]
    for user in users:
        wants(user, chat)
    now = timezone.now()
    tell([Notice(users[n % 4].pk, "assigned", "New lead", f"a:{n}") for n in range(60)], now=now)
    real, most, at_once = SENDERS["hook"], [0], threading.Semaphore(lanes.AT_ONCE)

    def counts(message, settings):
        if not at_once.acquire(blocking=False):
            most[0] += 1
            return real(message, settings)
        try:
            return real(message, settings)
        finally:
            at_once.release()

    monkeypatch.setitem(SENDERS, "hook", counts)

    def work():
        try:
            plan_all()
            while Delivery.objects.filter(state="waiting").exists():
                deliver_round()  # ends early while the other one holds the lane
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(state()) == {"sent"}
    assert len(outside.keys()) == len(set(outside.keys())) == 60
    assert most == [0]
