import time
from datetime import timedelta

import pytest
from django.utils import timezone

from notifications import links
from notifications.channels import NotSent
from notifications.delivering import deliver_round
from notifications.links import notification_of
from notifications.messages import message_of, trial_message
from notifications.models import Address, Channel, Delivery, Notification, Wording
from tests.notifications.conftest import person, wants
from tests.organisation import NOON, make_rep

pytestmark = pytest.mark.django_db

ABOUT_PRIYA = {
    "lead": 7,
    "epoch": 2,
    "name": "Priya Raman",
    "company": "Northwind Health",
    "intent": "demo",
    "why": "You are next in turn.",
    "due_at": (NOON + timedelta(minutes=5)).isoformat(),
    "rep": "Ada",
}


@pytest.fixture
def ada():
    return make_rep(timezone="Europe/Berlin", name="Ada").user


def channel(kind="email", **settings):
    return Channel.objects.create(slug=kind, name=kind.title(), kind=kind, settings=settings, changed_at=NOON)


def delivery(user, through, *, kind="assigned", context=ABOUT_PRIYA, text="New lead: Priya Raman.", **values):
    notice = Notification.objects.create(
        user=user,
        kind=kind,
        text=text,
        link="/leads/7/",
        context=context,
        dedupe_key=f"{kind}:{Notification.objects.count()}",
        created_at=NOON,
        **values,
    )
    return Delivery.objects.create(
        notification=notice, user=user, channel=through, lane=through.lane, created_at=NOON, due_at=NOON
    )


def test_a_message_says_who_what_why_and_how_long_is_left_when_it_is_sent(ada):
    one = delivery(ada, channel())

    soon = message_of(one, now=NOON + timedelta(seconds=22))
    late = message_of(one, now=NOON + timedelta(minutes=7, seconds=3))

    assert soon.subject == "New lead: Priya Raman, Northwind Health"
    assert soon.text.split("\n") == [
        "New lead: Priya Raman, Northwind Health.",
        "Wants a demo.",
        "4 min 38 s left.",
        "Why you: You are next in turn.",
    ]
    assert "Late by 2 min 3 s." in late.text
    assert "left" not in late.text
    assert soon.context["due"] == "14:05"  # on his clock
    assert (soon.key, soon.to) == (str(one.key), "ada@example.com")


def test_its_one_link_is_whole_and_accepts(ada, settings):
    settings.SITE_URL = "https://leads.example.com"
    one = delivery(ada, channel())

    said = message_of(one, now=NOON)

    assert said.link == "https://leads.example.com/leads/7/"
    assert said.accept.startswith("https://leads.example.com/act/")
    assert notification_of(said.accept.split("/")[-2]) == one.notification


@pytest.mark.parametrize(
    ("kind", "context"),
    [
        ("taken", ABOUT_PRIYA),
        ("unacknowledged", ABOUT_PRIYA),
        ("reminder", {**ABOUT_PRIYA, "rep": ""}),  # waits in a queue
        ("reminder", {**ABOUT_PRIYA, "accepted": True}),
        ("assigned", {}),
        ("assigned", {**ABOUT_PRIYA, "lead": "7"}),
    ],
)
def test_only_what_was_given_to_its_person_can_be_accepted_from_afar(ada, kind, context):
    said = message_of(delivery(ada, channel(), kind=kind, context=context), now=NOON)

    assert said.accept == ""
    assert said.link.endswith("/leads/7/")


@pytest.mark.parametrize("kind", ["slack_webhook", "teams", "webhook"])
def test_where_others_read_too_the_link_asks_who_is_there(ada, kind):
    one = delivery(ada, channel(kind))

    said = message_of(one, now=NOON)

    assert "/act/here/" in said.accept
    assert notification_of(said.accept.split("/")[-2], purpose=links.ROOM) == one.notification


def test_a_person_s_own_webhook_is_no_room(ada):
    through = channel("webhook", url="https://hooks.example.com/all")
    Address.objects.create(user=ada, channel=through, address="https://hooks.example.com/ada")

    said = message_of(delivery(ada, through), now=NOON)

    assert said.to == "https://hooks.example.com/ada"
    assert "/act/here/" not in said.accept


def test_a_bot_s_button_carries_a_value_that_is_no_link(ada):
    through = channel("slack_bot")
    Address.objects.create(user=ada, channel=through, address="U024ADA")
    one = delivery(ada, through)

    value = message_of(one, now=NOON).context["button"]

    assert notification_of(value, purpose=links.BUTTON) == one.notification
    with pytest.raises(links.BadLink):
        notification_of(value)


@pytest.mark.parametrize(("kind", "settings"), [("slack_bot", {}), ("service", {"url": "ntfy://{to}"})])
def test_who_has_no_address_there_is_not_written_to(ada, kind, settings):
    through = channel(kind, **settings)

    for attempt in (
        lambda: message_of(delivery(ada, through), now=NOON),
        lambda: trial_message(through, ada, key="1", now=NOON),
    ):
        with pytest.raises(NotSent) as refused:
            attempt()
        assert refused.value.permanent


def test_revops_words_are_used_and_a_hostile_name_stays_a_name(ada):
    Wording.objects.create(kind="assigned", subject="{{ lead }}!", body="{{ lead }} <b>{{ why }}</b>", changed_at=NOON)
    context = {**ABOUT_PRIYA, "name": "Eve {{ why }}\r\nBcc: x\u202e", "why": "{{ lead }}"}

    said = message_of(delivery(ada, channel(), context=context), now=NOON)

    assert said.subject == "Eve {{ why }} Bcc: x!"
    assert said.text == "Eve {{ why }} Bcc: x <b>{{ lead }}</b>"


@pytest.mark.parametrize("context", [{}, [], "x", {"due_at": "soon"}, {"due_at": "2026-06-03T12:00:00"}, {"name": 5}])
def test_a_notice_that_knows_little_says_what_the_inbox_says(ada, context):
    said = message_of(delivery(ada, channel(), kind="trouble", context=context, text="Look at the log."), now=NOON)

    assert (said.subject, said.text) == ("Switchyard needs you", "Look at the log.")


def test_what_was_gathered_says_how_many_and_names_the_first(ada):
    one = delivery(ada, channel(), kind="unacknowledged", text="Lead 0 waits.")
    for number in range(1, 137):
        delivery(ada, one.channel, kind="unacknowledged", text=f"Lead {number} waits.", folded_into=one.notification)

    said = message_of(one, now=NOON)

    assert said.subject == "137 leads unacknowledged"
    assert said.text.split("\n") == [
        "137 leads unacknowledged:",
        *(f"Lead {number} waits." for number in range(5)),
        "and 132 more",
    ]
    assert said.link.endswith("/notifications/")


@pytest.mark.parametrize("kind", ["slack_webhook", "teams", "webhook"])
def test_a_lead_reaches_a_room_from_the_row_to_the_receiver_s_log(kind, outside, monkeypatch):
    monkeypatch.setenv("SWITCHYARD_SECRET_ROOM", outside.url("/room"))
    monkeypatch.setenv("SWITCHYARD_SECRET_ROOM_HOST", "127.0.0.1")
    url = outside.url("/room") if kind == "webhook" else "${SWITCHYARD_SECRET_ROOM}"
    through, user = channel(kind, url=url), person()
    wants(user, through)
    now = timezone.now()
    Notification.objects.create(
        user=user,
        kind="assigned",
        text="New lead.",
        link="/leads/7/",
        context={**ABOUT_PRIYA, "due_at": (now + timedelta(minutes=5)).isoformat()},
        dedupe_key="assigned:7:2",
        created_at=now,
    )

    deliver_round()

    assert Delivery.objects.get().state == Delivery.State.SENT
    [came] = outside.received("/room")
    for part in ("Priya Raman, Northwind Health", "Wants a demo.", "s left.", "You are next in turn.", "/act/here/"):
        assert part in came.body


def test_wording_a_message_takes_a_few_queries_and_little_time(ada, django_assert_max_num_queries):
    one = delivery(ada, channel())

    with django_assert_max_num_queries(3):
        message_of(one, now=NOON)
    began = time.monotonic()
    for _ in range(100):
        message_of(one, now=NOON)
    assert time.monotonic() - began < 5
