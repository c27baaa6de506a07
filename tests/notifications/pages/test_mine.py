"""My notifications: what somebody chooses is what is written, and nothing that could not reach him is taken."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.models import Address, Channel, Habits, Preference
from tests.notifications.pages.test_channels import deliver
from tests.office import CLARA, DANA, LEE, LENA, MAYA, person, signed_in

pytestmark = pytest.mark.usefixtures("office")

MINE = "/account/notifications/"


def make_channel(slug: str, kind: str = "email", **values) -> Channel:
    now = timezone.now()
    return Channel.objects.create(**{"slug": slug, "name": slug.title(), "kind": kind, "changed_at": now, **values})


def test_each_is_offered_the_kinds_that_he_can_be_told_of() -> None:
    offered = {
        email: {row.kind.slug for row in signed_in(email).get(MINE).context["form"].rows}
        for email in (DANA, LENA, MAYA)
    }

    assert "assigned" in offered[DANA]
    assert "unacknowledged" not in offered[DANA]
    assert "unacknowledged" in offered[LENA]
    assert "assigned" not in offered[LENA]
    assert "trouble" in offered[MAYA] - offered[LENA]


def test_what_happens_where_nothing_is_chosen_is_said() -> None:
    dana = signed_in(DANA)

    def usual(kind: str) -> str:
        choices = dana.get(MINE).context["form"].fields[f"first_{kind}"].choices
        return dict(choices)[""]

    assert usual("assigned") == "As usual: the inbox alone"
    make_channel("off", enabled=False)
    make_channel("mail")
    assert usual("assigned") == "As usual: Mail"
    assert usual("signal") == "As usual: the inbox alone"


def test_what_is_chosen_is_kept_and_shown() -> None:
    mail, bot = make_channel("mail"), make_channel("slack", "slack_bot")
    dana = signed_in(DANA)

    answer = dana.post(
        MINE,
        {
            "first_assigned": str(bot.pk),
            "second_assigned": str(mail.pk),
            "first_reminder": "inbox",
            f"address_{bot.pk}": "u024be7lh",
            "quiet_from": "22:00",
            "quiet_to": "06:30",
            "sound": "on",
        },
    )

    assert answer.status_code == 302
    chosen = {one.kind: (one.first, one.second) for one in Preference.objects.select_related("first", "second")}
    assert chosen == {"assigned": (bot, mail), "reminder": (None, None)}
    assert Address.objects.get().address == "U024BE7LH"
    habits = Habits.objects.get()
    assert (habits.quiet_from, habits.quiet_to, habits.sound, habits.badge) == (1320, 390, True, False)
    form = dana.get(MINE).context["form"]
    assert form["first_assigned"].value() == str(bot.pk)
    assert form["first_reminder"].value() == "inbox"
    assert "22:00" in str(form["quiet_from"])


def test_what_is_shown_can_be_saved_as_it_is() -> None:
    mail = make_channel("mail")
    person(DANA).preferences.create(kind="assigned", first=mail)
    dana = signed_in(DANA)
    form = dana.get(MINE).context["form"]
    values = {name: form[name].value() or "" for name in form.fields}

    assert dana.post(MINE, values).status_code == 302

    assert [(one.kind, one.first) for one in Preference.objects.all()] == [("assigned", mail)]


def test_going_back_to_the_usual_forgets_what_was_chosen() -> None:
    mail = make_channel("mail")
    person(DANA).preferences.create(kind="assigned", first=mail)

    signed_in(DANA).post(MINE, {"first_assigned": ""})

    assert not Preference.objects.exists()


def test_who_writes_down_his_sign_in_name_is_mentioned_in_teams() -> None:
    room = make_channel("room", "teams")
    told = signed_in(DANA).get(MINE).context["form"]
    assert [own.address.label for own in told.own] == ["Sign-in name"]

    assert signed_in(DANA).post(MINE, {f"address_{room.pk}": "@dana"}).status_code == 422
    assert signed_in(DANA).post(MINE, {f"address_{room.pk}": "dana@northwind.example"}).status_code == 302

    assert Address.objects.get(channel=room).address == "dana@northwind.example"


def test_one_persons_choice_is_nobody_elses() -> None:
    mail, bot = make_channel("mail"), make_channel("slack", "slack_bot")
    person(LEE).preferences.create(kind="assigned", first=mail)
    person(LEE).addresses.create(channel=bot, address="U0LEELEE")

    signed_in(DANA).post(MINE, {"first_assigned": "inbox", f"address_{bot.pk}": "U0DANADANA"})

    assert person(LEE).preferences.get().first == mail
    assert person(LEE).addresses.get().address == "U0LEELEE"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"second_assigned": "{mail}"}, "second_assigned"),
        ({"first_assigned": "inbox", "second_assigned": "{mail}"}, "second_assigned"),
        ({"first_assigned": "{mail}", "second_assigned": "{mail}"}, "second_assigned"),
        ({"first_assigned": "{bot}"}, "first_assigned"),
        ({"first_assigned": "{mail}", "second_assigned": "{sms}"}, "second_assigned"),
        ({"first_assigned": "999999"}, "first_assigned"),
        ({"first_assigned": "\x00"}, "first_assigned"),
        ({"address_{bot}": "dana"}, "address_{bot}"),
        ({"address_{sms}": "+1 555"}, "address_{sms}"),
        ({"address_{sms}": "0151 2345678"}, "address_{sms}"),
        ({"address_{sms}": "+1 900 555 2671"}, "address_{sms}"),
        ({"address_{sms}": "+44 909 879 0000"}, "address_{sms}"),
        ({"address_{sms}": "a/b?c"}, "address_{sms}"),
        ({"address_{sms}": "x\r\ny"}, "address_{sms}"),
        ({"address_{hook}": "http://169.254.169.254/"}, "address_{hook}"),
        ({"address_{hook}": "https://127.0.0.1/"}, "address_{hook}"),
        ({"quiet_from": "22:00"}, "quiet_to"),
        ({"quiet_to": "22:00"}, "quiet_from"),
        ({"quiet_from": "22:00", "quiet_to": "22:00"}, "quiet_to"),
        ({"quiet_from": "99:00", "quiet_to": "x"}, "quiet_from"),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_nothing_is_changed(said, field) -> None:
    keys = {
        "mail": make_channel("mail").pk,
        "bot": make_channel("slack", "slack_bot").pk,
        "sms": make_channel("sms", "service", settings={"url": "twilio://x/{to}"}).pk,
        "hook": make_channel("hook", "webhook").pk,
    }

    answer = signed_in(DANA).post(MINE, {name.format(**keys): value.format(**keys) for name, value in said.items()})

    assert answer.status_code == 422
    assert field.format(**keys) in answer.context["form"].errors
    assert not Preference.objects.exists()
    assert not Address.objects.exists()
    assert not Habits.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept"), [("+1 415 555 2671", "+14155552671"), ("+49 30 901820", "+4930901820"), ("pixel-7", "pixel-7")]
)
def test_a_phone_number_is_kept_as_the_world_writes_it(typed: str, kept: str) -> None:
    sms = make_channel("sms", "service", settings={"url": "twilio://x/{to}"})

    assert signed_in(DANA).post(MINE, {f"address_{sms.pk}": typed}).status_code == 302

    assert Address.objects.get().address == kept


def test_quiet_hours_are_in_ones_own_zone() -> None:
    assert signed_in(CLARA).get(MINE).context["zone"] == "Europe/Berlin"
    assert "Europe/Berlin" in signed_in(CLARA).get(MINE).content.decode()


def test_my_page_costs_no_more_queries_however_many_channels_and_choices_there_are() -> None:
    dana = signed_in(DANA)

    def cost() -> int:
        dana.get(MINE)
        with CaptureQueriesContext(connection) as queries:
            assert dana.get(MINE).status_code == 200
        return len(queries)

    deliver(make_channel("first"))
    few = cost()
    for number in range(6):
        channel = make_channel(f"more{number}", "slack_bot")
        person(DANA).addresses.create(channel=channel, address="U0DANADANA")
        person(DANA).preferences.create(kind=f"kind{number}", first=channel)
        deliver(channel)

    assert cost() == few <= 9


def test_saving_costs_no_more_than_this() -> None:
    dana, mail = signed_in(DANA), make_channel("mail")
    dana.get(MINE)

    with CaptureQueriesContext(connection) as queries:
        assert dana.post(MINE, {"first_assigned": str(mail.pk), "first_reminder": "inbox"}).status_code == 302

    assert len(queries) <= 22, "\n".join(query["sql"][:120] for query in queries)


def test_an_origin_of_the_operators_own_network_is_not_everybodys_to_name(settings) -> None:
    settings.OUTGOING_ALLOW = ("http://crm.internal:8080",)
    hook = make_channel("hook", "webhook", settings={"url": "http://crm.internal:8080/hook"})

    answer = signed_in(DANA).post(MINE, {f"address_{hook.pk}": "http://crm.internal:8080/admin"})

    assert answer.status_code == 422
    assert not Address.objects.exists()
