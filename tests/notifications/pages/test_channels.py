"""Channels: RevOps alone set them up; what is wrong is told at its field; what hangs on one is not lost with it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.models import Channel, Delivery, Lane, Notification, Preference
from reps.models import Change
from tests.notifications.pages.told import tell
from tests.office import DANA, INES, LEE, LENA, MAYA, person, signed_in

pytestmark = pytest.mark.usefixtures("office")

HOOK = {
    "name": "Robot",
    "slug": "robot",
    "set_url": "https://robot.example.com/in",
    "per_minute": "30",
    "enabled": "on",
}
NEW = "/channels/+new/webhook/"


def make_channel(slug: str = "robot", kind: str = "webhook", **values) -> Channel:
    values = {"name": slug.title(), "settings": {"url": "https://robot.example.com/in"}, **values}
    return Channel.objects.create(slug=slug, kind=kind, changed_at=timezone.now(), **values)


def deliver(channel: Channel, email: str = DANA, state: str = "sent", **values) -> Delivery:
    now = timezone.now()
    values = {"created_at": now, "due_at": now, "sent_at": now if state == "sent" else None, **values}
    return Delivery.objects.create(
        lane=channel.lane,
        notification=tell(email),
        user=person(email),
        channel=channel,
        state=state,
        **values,
    )


@pytest.mark.parametrize("email", [DANA, LENA])
@pytest.mark.parametrize(
    "address",
    ["", "+new/webhook/", "robot/", "robot/on/", "robot/remove/", "robot/secret/"],
)
def test_others_have_nothing_to_do_with_channels(email: str, address: str) -> None:
    make_channel()
    client = signed_in(email)

    answers = {client.get(f"/channels/{address}").status_code, client.post(f"/channels/{address}", HOOK).status_code}

    assert answers <= {403, 405}
    assert Channel.objects.count() == 1


def test_a_channel_is_set_up_changed_and_every_change_is_kept() -> None:
    maya = signed_in(MAYA)

    assert maya.post(NEW, HOOK)["Location"] == "/channels/robot/"
    form = maya.get("/channels/robot/").context["form"]
    values = {**{name: form[name].value() for name in form.fields}, "name": "Robot 2", "enabled": ""}
    assert maya.post("/channels/robot/", values).status_code == 302

    channel = Channel.objects.get()
    assert (channel.name, channel.kind, channel.per_minute, channel.enabled) == ("Robot 2", "webhook", 30, False)
    assert channel.settings == {"url": "https://robot.example.com/in"}
    first, second = Change.objects.filter(kind="channel", subject="robot").order_by("pk")
    assert (first.before, first.by) == (None, person(MAYA))
    assert (second.before["name"], second.after["name"]) == ("Robot", "Robot 2")


def test_saving_it_as_it_is_changes_nothing() -> None:
    make_channel()
    maya = signed_in(MAYA)
    form = maya.get("/channels/robot/").context["form"]
    values = {name: form[name].value() or "" for name in form.fields}

    assert maya.post("/channels/robot/", {**values, "enabled": "on"}).status_code == 302

    assert not Change.objects.filter(kind="channel").exists()


def test_nobody_overwrites_what_he_has_not_seen() -> None:
    maya = signed_in(MAYA)
    maya.post(NEW, HOOK)
    seen = maya.get("/channels/robot/").context["form"]["seen"].value()
    maya.post("/channels/robot/", {**HOOK, "name": "Theirs", "seen": seen})

    answer = maya.post("/channels/robot/", {**HOOK, "name": "Mine", "seen": seen})

    assert answer.status_code == 422
    assert "Somebody changed it meanwhile" in answer.content.decode()
    assert Channel.objects.get().name == "Theirs"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"slug": "Not A Slug"}, "slug"),
        ({"set_url": ""}, "set_url"),
        ({"set_url": "http://169.254.169.254/"}, "set_url"),
        ({"per_minute": "0"}, "per_minute"),
        ({"per_minute": "9" * 5000}, "per_minute"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_made(change, field) -> None:
    answer = signed_in(MAYA).post(NEW, {**HOOK, **change})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Channel.objects.exists()


def test_a_second_channel_of_the_same_short_name_is_refused() -> None:
    maya = signed_in(MAYA)
    maya.post(NEW, HOOK)

    answer = maya.post(NEW, HOOK)

    assert answer.status_code == 422
    assert "slug" in answer.context["form"].errors


def test_a_kind_that_nobody_knows_has_no_form() -> None:
    assert signed_in(MAYA).get("/channels/+new/pigeon/").status_code == 404


def test_how_a_channel_is_doing_is_said() -> None:
    now, later = timezone.now(), timezone.now() + timedelta(minutes=5)
    fine, resting, gone = make_channel("fine"), make_channel("resting"), make_channel("gone", enabled=False)
    Channel.objects.filter(pk=gone.pk).update(off_reason="The receiver is gone (410).")
    Lane.objects.create(name=fine.lane, changed_at=now)
    Lane.objects.create(
        name=resting.lane,
        failures=5,
        open_until=later,
        problem="It did not answer.",
        changed_at=now,
    )
    deliver(fine)
    deliver(resting, state="dead")

    answer = signed_in(MAYA).get("/channels/")

    assert {row.channel.slug: row.state for row in answer.context["rows"]} == {
        "fine": "fine",
        "resting": "resting",
        "gone": "off",
    }
    shown = answer.content.decode()
    assert "It did not answer." in shown
    assert "The receiver is gone (410)." in shown


def test_what_was_switched_off_by_itself_is_asked_again() -> None:
    channel = make_channel(enabled=False, off_reason="The receiver is gone (410).")
    Lane.objects.create(
        name=channel.lane, failures=9, open_until=timezone.now() + timedelta(hours=1), changed_at=timezone.now()
    )

    signed_in(MAYA).post("/channels/robot/on/")

    channel.refresh_from_db()
    lane = Lane.objects.get()
    assert (channel.enabled, channel.off_reason, lane.failures, lane.open_until) == (True, "", 0, None)
    assert Change.objects.filter(kind="channel", subject="robot").count() == 1


def test_the_secret_is_shown_to_revops_on_request_and_can_be_changed() -> None:
    make_channel()
    maya = signed_in(MAYA)

    page = maya.get("/channels/robot/").content.decode()
    first = maya.post("/channels/robot/secret/").context["secret"]
    again = maya.post("/channels/robot/secret/").context["secret"]
    changed = maya.post("/channels/robot/secret/", {"rotate": "yes"}).context["secret"]

    assert "whsec_" not in page
    assert first.startswith("whsec_")
    assert first == again != changed
    change = Change.objects.get(kind="channel")
    assert (change.before["secret_number"], change.after["secret_number"]) == (1, 2)
    assert "whsec_" not in str(change.after)


def test_only_webhooks_have_a_signing_secret() -> None:
    make_channel("mail", "email", settings={})

    assert signed_in(MAYA).post("/channels/mail/secret/").status_code == 404


def test_who_chose_a_channel_that_is_taken_out_hears_by_another_way() -> None:
    robot, mail = make_channel(), make_channel("mail", "email", settings={})
    Preference.objects.create(user=person(DANA), kind="assigned", first=robot, second=mail)
    Preference.objects.create(user=person(LEE), kind="assigned", first=robot)
    Preference.objects.create(user=person(LENA), kind="parked", first=mail, second=robot)
    Preference.objects.create(user=person(INES), kind="parked", first=None)

    signed_in(MAYA).post("/channels/robot/remove/")

    left = {(one.user.email, one.kind): (one.first, one.second) for one in Preference.objects.all()}
    assert left == {
        (DANA, "assigned"): (mail, None),
        (LENA, "parked"): (mail, None),
        (INES, "parked"): (None, None),
    }
    assert Change.objects.get(kind="channel").after is None


def test_what_waits_for_a_channel_that_is_taken_out_is_planned_anew() -> None:
    robot = make_channel()
    waiting, sent = deliver(robot, state="waiting"), deliver(robot)

    signed_in(MAYA).post("/channels/robot/remove/")

    assert Notification.objects.get(pk=waiting.notification_id).due_at is not None
    assert Notification.objects.get(pk=sent.notification_id).due_at is None


def test_the_list_costs_no_more_queries_however_many_there_are() -> None:
    maya = signed_in(MAYA)

    def cost() -> int:
        maya.get("/channels/")
        with CaptureQueriesContext(connection) as queries:
            maya.get("/channels/")
        return len(queries)

    deliver(make_channel("first"))
    few = cost()
    for number in range(6):
        deliver(make_channel(f"more{number}"), state="dead")

    assert cost() == few <= 7
