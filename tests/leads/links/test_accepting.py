from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads import by_hand
from leads.models import Lead
from notifications import links
from notifications.models import Notification, UsedLink
from reps.models import User
from tests.organisation import make_lead, make_queue, make_rep, make_revops, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_rep(team=make_team(queue=True))


@pytest.fixture
def lead(ada):
    make_queue(slug="unassigned")
    return make_lead(
        rep=ada,
        at=timezone.now(),
        first_name="Priya",
        last_name="Raman",
        company="Northwind Health",
        intent="demo",
        phone="+12125550199",
    )


def told(lead, user, **values):
    context = {"lead": lead.pk, "epoch": lead.epoch, "name": str(lead), "rep": "Ada", "why": "You are next in turn."}
    return Notification.objects.create(
        **{
            "user": user,
            "kind": "assigned",
            "text": "New lead.",
            "context": context,
            "dedupe_key": f"told:{Notification.objects.count()}",
            "created_at": timezone.now(),
            **values,
        }
    )


def address(notice, purpose=links.LINK):
    name = "accept-link" if purpose == links.LINK else "accept-link-in-room"
    return reverse(name, args=[links.token_of(notice, purpose=purpose)])


def test_the_page_shows_the_lead_in_short_and_one_button(client, lead, ada):
    shown = client.get(address(told(lead, ada.user)))

    page = shown.content.decode()
    assert shown.status_code == 200
    assert "Priya Raman" in page
    assert "Northwind Health · wants a demo" in page
    assert "Why you: You are next in turn." in page
    assert "left</span>" in page
    assert page.count('type="submit"') == 1
    assert "555" not in page
    assert "@" not in page


def test_looking_changes_nothing_however_often_a_scanner_looks(client, lead, ada):
    where = address(told(lead, ada.user))

    for ask in (client.get, client.head, client.get):
        assert ask(where).status_code == 200

    lead.refresh_from_db()
    assert lead.status == Lead.Status.ASSIGNED
    assert not UsedLink.objects.exists()


def test_the_button_accepts_without_a_session_or_a_cookie(lead, ada):
    stranger = Client(enforce_csrf_checks=True)
    where = address(told(lead, ada.user))

    answer = stranger.post(where, headers={"origin": "null"})

    assert answer.status_code == 302
    lead.refresh_from_db()
    assert lead.status == Lead.Status.ACCEPTED
    assert lead.timeline.filter(kind="accepted", by=ada.user).count() == 1
    assert "You have accepted Priya Raman." in stranger.get(answer["Location"]).content.decode()
    assert "sessionid" not in stranger.cookies


def test_a_link_does_its_deed_once(client, lead, ada):
    where = address(told(lead, ada.user))

    client.post(where)
    again = client.post(where)

    assert again.status_code == 200
    assert "You have accepted" in again.content.decode()
    assert lead.timeline.filter(kind="accepted").count() == 1
    assert UsedLink.objects.count() == 1


def test_what_was_used_is_kept_as_a_digest_alone(client, lead, ada):
    notice = told(lead, ada.user)
    token = links.token_of(notice)
    client.post(reverse("accept-link", args=[token]))

    assert UsedLink.objects.get().digest == links.digest(token)
    assert token not in UsedLink.objects.get().digest


def test_after_it_went_to_somebody_else_the_page_says_to_whom(client, lead, ada):
    lee = make_rep(email="lee@example.com", name="Lee Wong")
    where = address(told(lead, ada.user))
    by_hand.reassign(lead, to=lee, by=make_revops(), reason="Ada is at lunch", now=timezone.now())

    for answer in (client.get(where), client.post(where)):
        assert "Priya Raman is with Lee Wong now." in answer.content.decode()
        assert "Northwind" not in answer.content.decode()

    lead.refresh_from_db()
    assert (lead.status, lead.rep) == (Lead.Status.ASSIGNED, lee)
    assert not UsedLink.objects.exists()


def test_who_took_it_from_the_queue_was_quicker(client, lead, ada):
    lee = make_rep(email="lee@example.com", name="Lee Wong", team=ada.team)
    where = address(told(lead, ada.user))
    Lead.objects.filter(pk=lead.pk).update(rep=None, status=Lead.Status.QUEUED, queue=ada.team.queues.get())
    lead.assignments.update(ended_at=timezone.now())
    lead.refresh_from_db()
    from_queue = client.post(where)

    assert "waits in the queue" in from_queue.content.decode()
    lead.refresh_from_db()
    assert lead.rep is None

    client.force_login(lee.user)
    client.post(reverse("lead-accept", args=[lead.pk]), {"epoch": lead.epoch})
    assert "Lee Wong was quicker." in client.post(where).content.decode()


def test_a_lead_that_came_back_to_the_same_person_is_not_accepted_by_the_old_link(client, lead, ada):
    where = address(told(lead, ada.user))
    Lead.objects.filter(pk=lead.pk).update(epoch=2)

    answer = client.post(where)

    assert "has come to you anew" in answer.content.decode()
    lead.refresh_from_db()
    assert lead.status == Lead.Status.ASSIGNED


def test_a_closed_lead_is_said_to_be_closed(client, lead, ada):
    where = address(told(lead, ada.user))
    Lead.objects.filter(pk=lead.pk).update(status=Lead.Status.LOST)

    assert "Priya Raman is closed: lost." in client.post(where).content.decode()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: "1" + token,
        lambda token: token.replace(".", ":"),
        lambda token: token.upper(),
        lambda token: "",
        lambda token: "x" * 5_000,
        lambda token: "\x00" + token,
        lambda token: "é" + token,
        lambda token: "..",
        lambda token: "1..",
        lambda token: "%00",
        lambda token: "1.1." + "A" * 43,
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_token_that_was_changed_in_any_way_opens_nothing(client, lead, ada, spoil, method):
    token = spoil(links.token_of(told(lead, ada.user)))
    where = "/act/" + "".join(f"%{byte:02X}" for byte in token.encode()) + "/"

    answer = getattr(client, method)(where)

    assert answer.status_code == 404
    assert "Priya" not in answer.content.decode()
    lead.refresh_from_db()
    assert lead.status == Lead.Status.ASSIGNED


def test_a_token_for_a_room_or_a_button_is_no_link(client, lead, ada):
    notice = told(lead, ada.user)

    for purpose in (links.ROOM, links.BUTTON):
        where = reverse("accept-link", args=[links.token_of(notice, purpose=purpose)])
        assert client.post(where).status_code == 404
    forged = signing.TimestampSigner(sep=".", salt="anything").sign(str(notice.pk))
    assert client.post(reverse("accept-link", args=[forged])).status_code == 404


def test_a_link_ends_after_a_week(client, lead, ada, monkeypatch):
    monkeypatch.setattr(links, "LASTS", timedelta(seconds=-1))

    answer = client.post(address(told(lead, ada.user)))

    assert answer.status_code == 410
    assert "too old" in answer.content.decode()


@pytest.mark.parametrize(
    "change",
    [
        lambda lead, user: User.objects.update(is_active=False),
        lambda lead, user: Notification.objects.update(context={}),
        lambda lead, user: Notification.objects.update(context={"lead": "1; DROP", "epoch": None}),
        lambda lead, user: Notification.objects.update(context={"lead": 10**12, "epoch": 1}),
        lambda lead, user: Notification.objects.update(kind="trouble"),
    ],
)
def test_who_left_or_what_was_erased_leaves_a_link_that_leads_nowhere(client, lead, ada, change):
    where = address(told(lead, ada.user))
    change(lead, ada.user)

    answer = client.post(where)

    assert answer.status_code == 410
    assert "Priya" not in answer.content.decode()


def test_the_page_is_kept_by_nobody_and_says_nowhere_where_it_was(client, lead, ada):
    shown = client.get(address(told(lead, ada.user)))

    assert "no-store" in shown["Cache-Control"]
    assert shown["Referrer-Policy"] == "no-referrer"
    assert 'content="noindex"' in shown.content.decode()


def test_a_link_in_a_room_asks_who_is_there(client, lead, ada):
    lee = make_rep(email="lee@example.com")
    where = address(told(lead, ada.user), links.ROOM)

    assert client.post(where)["Location"].startswith("/login/?next=/act/")
    client.force_login(lee.user)
    other = client.post(where)
    assert other.status_code == 403
    assert "This is for Ada" in other.content.decode()
    client.force_login(ada.user)
    assert client.post(where).status_code == 302

    lead.refresh_from_db()
    assert lead.status == Lead.Status.ACCEPTED


def test_a_link_in_a_room_wants_a_form_of_ours(lead, ada):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada.user)

    assert browser.post(address(told(lead, ada.user), links.ROOM)).status_code == 403
