import pytest
from django.utils import timezone

from notifications import repeating
from notifications.channels import SENDERS, NotSent, Sent
from notifications.delivering import deliver_round
from notifications.lanes import OPENS_AFTER
from notifications.models import Address, Channel, Delivery, Lane
from notifications.repeating import NotPossible, replay
from reps.models import Change
from tests.notifications.conftest import person, told, wants
from tests.organisation import make_revops

pytestmark = pytest.mark.django_db


@pytest.fixture
def dead(hook, outside):
    chat, ada = hook(), person()
    wants(ada, chat)
    told(ada)
    outside.behave("fail", status=400)
    deliver_round()
    outside.behave("ok")
    return Delivery.objects.get(state="dead")


def test_a_dead_letter_is_sent_again_with_the_key_it_had(dead, outside):
    olivia = make_revops()

    replay(dead, by=olivia, now=timezone.now())
    deliver_round()

    dead.refresh_from_db()
    assert (dead.state, dead.attempts, dead.problem) == ("sent", 1, "")
    assert outside.keys() == [str(dead.key)] * 2
    change = Change.objects.get(kind="delivery")
    assert (change.by, change.subject, change.before["state"]) == (olivia, str(dead.key), "dead")


def test_nothing_is_sent_again_to_what_is_switched_off_or_while_it_is_on_its_way(dead):
    olivia = make_revops()
    Channel.objects.update(enabled=False)
    with pytest.raises(NotPossible, match="switched off"):
        replay(dead, by=olivia, now=timezone.now())

    Channel.objects.update(enabled=True)
    replay(dead, by=olivia, now=timezone.now())
    with pytest.raises(NotPossible, match="on its way"):
        replay(dead, by=olivia, now=timezone.now())


def test_a_test_is_sent_at_once_and_says_what_went_wrong(hook, outside):
    chat, olivia = hook(), make_revops()

    assert repeating.test_message(chat, olivia, now=timezone.now()) == ""
    outside.behave("fail")
    assert repeating.test_message(chat, olivia, now=timezone.now()) == "It answered with 500."

    assert len(outside.received("/chat")) == 2
    assert "Chat" in outside.received("/chat")[0].json["subject"]


def test_a_persons_own_address_that_is_gone_leaves_the_others_their_channel(hook, monkeypatch):
    shared = hook("shared", kind=Channel.Kind.WEBHOOK)
    own, other = person("own@example.com"), person("other@example.com")
    Address.objects.create(user=own, channel=shared, address="https://own.example.com/hook")

    def gone(message, settings):
        raise NotSent("It answered 410.", status=410, gone=True)

    monkeypatch.setitem(SENDERS, "webhook", gone)
    wants(own, shared)
    told(own)
    deliver_round()
    shared.refresh_from_db()
    assert shared.enabled
    assert Delivery.objects.get().state == "dead"

    wants(other, shared)
    told(other)
    deliver_round()
    shared.refresh_from_db()
    assert not shared.enabled


@pytest.mark.parametrize(
    "answer",
    [
        NotSent("It answered 429.", status=429, retry_after_s=3_600.0),
        NotSent("It answered 500.", status=500),
        NotSent("It could not be reached."),
    ],
    ids=["busy", "broken", "unreachable"],
)
def test_a_persons_own_address_says_nothing_about_the_channel_of_the_others(hook, monkeypatch, answer):
    shared = hook("shared", kind=Channel.Kind.WEBHOOK)
    own, other = person("own@example.com"), person("other@example.com")
    Address.objects.create(user=own, channel=shared, address="https://own.example.com/hook")
    for user in (own, other):
        wants(user, shared)

    def send(message, settings):
        if message.to:
            raise answer
        return Sent(200)

    monkeypatch.setitem(SENDERS, "webhook", send)
    for _ in range(OPENS_AFTER + 1):
        told(own)
    deliver_round()
    told(other)
    deliver_round()

    assert Delivery.objects.get(user=other).state == "sent"
    lane = Lane.objects.get(name=shared.lane)
    assert (lane.failures, lane.open_until) == (0, None)
    assert Delivery.objects.filter(user=own, state="waiting").count() == OPENS_AFTER + 1


def test_that_a_persons_own_address_takes_something_does_not_mend_the_channel(hook, monkeypatch):
    shared = hook("shared", kind=Channel.Kind.WEBHOOK)
    own = person("own@example.com")
    Address.objects.create(user=own, channel=shared, address="https://own.example.com/hook")
    wants(own, shared)
    Lane.objects.create(name=shared.lane, failures=3, changed_at=timezone.now())

    monkeypatch.setitem(SENDERS, "webhook", lambda message, settings: Sent(200))
    told(own)
    deliver_round()

    assert Delivery.objects.get().state == "sent"
    assert Lane.objects.get().failures == 3


def test_all_dead_letters_of_a_channel_are_sent_again_in_one_go(hook, outside, django_assert_max_num_queries):
    chat, other, olivia = hook(), hook("other"), make_revops()
    people = [person(f"p{number}@example.com") for number in range(6)]
    for number, user in enumerate(people):
        wants(user, chat if number else other)
        told(user)
    outside.behave("fail", status=400)
    deliver_round()
    outside.behave("ok")

    with django_assert_max_num_queries(8):
        assert repeating.replay_dead(chat, most=3, by=olivia, now=timezone.now()) == 3
    assert repeating.replay_dead(chat, most=3, by=olivia, now=timezone.now()) == 2
    deliver_round()

    assert Delivery.objects.filter(channel=chat, state="sent", attempts=1).count() == 5
    assert Delivery.objects.get(channel=other).state == "dead"
    changes = Change.objects.filter(kind="delivery").order_by("pk").values_list("by", "subject", "after__replayed")
    assert list(changes) == [(olivia.pk, "chat", 3), (olivia.pk, "chat", 2)]
    Channel.objects.update(enabled=False)
    with pytest.raises(NotPossible, match="switched off"):
        repeating.replay_dead(chat, most=3, by=olivia, now=timezone.now())
