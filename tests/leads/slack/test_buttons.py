import json
import time
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from slack_sdk.signature import SignatureVerifier

from leads import by_hand
from leads.models import Lead
from leads.slack import views
from notifications import links
from notifications.models import Address, Channel, Notification
from reps.models import User
from tests.organisation import (
    TO_TRIAGE,
    make_lead,
    make_pool,
    make_queue,
    make_rep,
    make_revops,
    make_team,
    publish_tree,
)

pytestmark = pytest.mark.django_db

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
ADA, LEE = "U024ADA", "U024LEE"


@pytest.fixture(autouse=True)
def slack_signs(monkeypatch):
    monkeypatch.setenv(views.SECRET, SECRET)


@pytest.fixture
def channel():
    return Channel.objects.create(slug="bot", name="Slack", kind="slack_bot", settings={}, changed_at=timezone.now())


@pytest.fixture
def ada(channel):
    make_queue(slug="unassigned")
    make_queue()
    rep = make_rep(team=make_team(queue=True))
    Address.objects.create(user=rep.user, channel=channel, address=ADA)
    return rep


@pytest.fixture
def lee(channel, ada):
    rep = make_rep(email="lee@example.com", name="Lee Wong", team=ada.team)
    Address.objects.create(user=rep.user, channel=channel, address=LEE)
    return rep


@pytest.fixture
def lead(ada):
    publish_tree(document={"rules": [], "otherwise": TO_TRIAGE})
    return make_lead(
        rep=ada,
        at=timezone.now(),
        first_name="Priya",
        last_name="<!channel>",
        company="Northwind & Sons",
        intent="demo",
    )


def told(lead, user, epoch=1):
    return Notification.objects.create(
        user=user,
        kind="assigned",
        text="New lead.",
        context={"lead": lead.pk, "epoch": epoch, "name": str(lead), "rep": "Ada"},
        dedupe_key=f"told:{lead.pk}:{Notification.objects.count()}",
        created_at=timezone.now(),
    )


def click(value, *, member=ADA, action="accept", answer_to="", **more):
    payload = {
        "type": "block_actions",
        "user": {"id": member, "name": "whoever", "team_id": "T1"},
        "response_url": answer_to,
        "actions": [{"type": "button", "action_id": action, "block_id": "notice-1", "value": value}],
        **more,
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


def post(body, *, secret=SECRET, later=0, signature=None, path="/slack/actions/", headers=None):
    timestamp = str(int(time.time()) + later)
    signed = signature or SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    sent = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signed} if headers is None else headers
    client = Client(enforce_csrf_checks=True)
    return client.post(path, body, content_type="application/x-www-form-urlencoded", headers=sent)


def value_of(notice):
    return links.token_of(notice, purpose=links.BUTTON)


@pytest.mark.parametrize("path", ["/slack/actions/", "/slack/actions"])
def test_accept_takes_the_lead_on_and_says_so_in_place_of_the_buttons(lead, ada, path):
    answer = post(click(value_of(told(lead, ada.user))), path=path)

    lead.refresh_from_db()
    assert (lead.status, lead.rep) == (Lead.Status.ACCEPTED, ada)
    assert lead.timeline.filter(kind="accepted", by=ada.user).count() == 1
    said = answer.json()
    assert said["replace_original"] is True
    assert said["text"] == "You have accepted Priya &lt;!channel&gt;, Northwind &amp; Sons. Speak to them next."
    assert said["blocks"][1]["elements"][0]["url"].endswith(f"/leads/{lead.pk}/")


def test_what_became_of_it_is_told_where_slack_asks_for_it(lead, ada, outside):
    answer = post(click(value_of(told(lead, ada.user)), answer_to=outside.url("/actions/T0/1/x")))

    assert (answer.status_code, answer.content) == (200, b"")
    until = time.monotonic() + 10
    while not outside.received() and time.monotonic() < until:
        time.sleep(0.01)
    [came] = outside.received("/actions/T0/1/x")
    assert came.json["replace_original"] is True


def test_a_slow_slack_keeps_nobody_waiting(lead, ada, outside):
    outside.behave("hang")
    began = time.monotonic()

    answer = post(click(value_of(told(lead, ada.user)), answer_to=outside.url("/actions/T0/1/x")))

    assert answer.status_code == 200
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "url", ["https://evil.example/x", "http://hooks.slack.com/x", "https://hooks.slack.com.evil.example/"]
)
def test_answers_are_posted_to_slack_alone(url, lead, ada):
    assert post(click(value_of(told(lead, ada.user)), answer_to=url)).json()["replace_original"] is True


def test_pass_hands_it_to_the_next_in_line_with_the_reason_in_its_story(lead, ada, lee):
    make_pool(members=[ada, lee])
    publish_tree(document={"rules": [], "otherwise": {"kind": "pool", "pool": "sales"}})

    answer = post(click(value_of(told(lead, ada.user)), action="pass"))

    lead.refresh_from_db()
    assert (lead.rep, lead.epoch) == (lee, 2)
    assert "on: Lee Wong has it now." in answer.json()["text"]
    assert lead.timeline.get(kind="declined").text == "Ada declined: Passed on in Slack, without a reason"


def test_pass_where_nobody_else_is_leaves_it_in_a_queue(lead, ada):
    answer = post(click(value_of(told(lead, ada.user)), action="pass"))

    assert "it waits in the queue Triage now." in answer.json()["text"]


def test_two_clicks_do_one_deed(lead, ada):
    notice = told(lead, ada.user)
    post(click(value_of(notice)))

    for action in ("accept", "pass"):
        said = post(click(value_of(notice), action=action)).json()
        assert said["text"].startswith("You have accepted Priya")
        assert said["replace_original"] is True

    lead.refresh_from_db()
    assert (lead.status, lead.rep) == (Lead.Status.ACCEPTED, ada)
    assert lead.timeline.filter(kind="accepted").count() == 1
    assert not lead.timeline.filter(kind="declined").exists()


def test_a_button_of_before_is_worth_nothing_after_the_lead_moved_on(lead, ada, lee):
    value = value_of(told(lead, ada.user))
    by_hand.reassign(lead, to=lee, by=make_revops(), reason="lunch", now=timezone.now())

    for action in ("accept", "pass"):
        assert "is with Lee Wong now." in post(click(value, action=action)).json()["text"]

    lead.refresh_from_db()
    assert (lead.rep, lead.status) == (lee, Lead.Status.ASSIGNED)


@pytest.mark.parametrize("member", [LEE, "", "U000NOBODY", "x" * 600])
@pytest.mark.parametrize("action", ["accept", "pass"])
def test_somebody_else_s_click_changes_nothing_and_only_he_is_told(lead, ada, lee, member, action):
    said = post(click(value_of(told(lead, ada.user)), member=member, action=action)).json()

    assert said["text"] == "This notice was for somebody else: only they can answer it."
    assert (said["response_type"], said["replace_original"]) == ("ephemeral", False)
    lead.refresh_from_db()
    assert (lead.rep, lead.status) == (ada, Lead.Status.ASSIGNED)


def test_who_names_a_colleague_s_member_id_as_his_own_answers_nothing_of_hers(lead, ada, lee):
    Address.objects.filter(user=lee.user).update(address=ADA)
    value = value_of(told(lead, ada.user))

    assert "for somebody else" in post(click(value, member=LEE)).json()["text"]
    assert "You have accepted" in post(click(value, member=ADA)).json()["text"]

    lead.refresh_from_db()
    assert (lead.rep, lead.status) == (ada, Lead.Status.ACCEPTED)


def test_an_address_on_another_kind_of_channel_is_no_proof_of_who_somebody_is(lead, ada):
    Channel.objects.update(kind="webhook")

    assert "somebody else" in post(click(value_of(told(lead, ada.user)))).json()["text"]


def test_who_left_the_company_accepts_nothing(lead, ada):
    value = value_of(told(lead, ada.user))
    User.objects.filter(pk=ada.user_id).update(is_active=False)

    assert "leads nowhere" in post(click(value)).json()["text"]
    lead.refresh_from_db()
    assert lead.status == Lead.Status.ASSIGNED


@pytest.mark.parametrize(
    "spoil", [lambda v: v[:-1], lambda v: v + "A", lambda v: "", lambda v: "\x00", lambda v: "x" * 499]
)
def test_a_value_that_was_changed_is_no_button(lead, ada, spoil):
    said = post(click(spoil(value_of(told(lead, ada.user))))).json()

    assert said["text"].startswith("This button leads nowhere now.")
    lead.refresh_from_db()
    assert lead.status == Lead.Status.ASSIGNED


def test_a_link_s_token_is_no_button(lead, ada):
    notice = told(lead, ada.user)

    for purpose in (links.LINK, links.ROOM):
        value = links.token_of(notice, purpose=purpose)
        assert post(click(value)).json()["text"].startswith("This button leads nowhere now.")


@pytest.mark.parametrize(
    "how",
    [
        {"secret": "another"},
        {"later": -301},
        {"later": 400},
        {"signature": "v0=" + "0" * 64},
        {"signature": "v0=é"},
        {"signature": "v1=" + "0" * 64},
        {"headers": {}},
        {"headers": {"X-Slack-Request-Timestamp": "now", "X-Slack-Signature": "v0=" + "0" * 64}},
        {"headers": {"X-Slack-Request-Timestamp": "٣", "X-Slack-Signature": "v0=" + "0" * 64}},
        {"headers": {"X-Slack-Request-Timestamp": "9" * 400, "X-Slack-Signature": "v0=" + "0" * 64}},
    ],
    ids=str,
)
def test_whoever_is_not_slack_is_not_heard(lead, ada, how):
    answer = post(click(value_of(told(lead, ada.user))), **how)

    assert answer.status_code == 401
    lead.refresh_from_db()
    assert lead.status == Lead.Status.ASSIGNED


def test_a_signature_fits_its_own_body_alone(lead, ada):
    body = click(value_of(told(lead, ada.user)))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=str(int(time.time())), body=body)

    assert post(body + b"&x=1", signature=signature).status_code == 401


def test_without_a_secret_nobody_is_heard(lead, ada, monkeypatch):
    for secret in ("", "   "):
        monkeypatch.setenv(views.SECRET, secret)
        assert post(click(value_of(told(lead, ada.user)))).status_code == 401


def test_while_the_secret_changes_both_are_heard(lead, ada, monkeypatch):
    monkeypatch.setenv(views.SECRET, f"new {SECRET}")

    assert post(click(value_of(told(lead, ada.user)))).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"payload=",
        b"payload={",
        b"payload=[]",
        b"payload=%FF",
        b"payload=" + b"[" * 5_000,
        b"&".join(b"a=1" for _ in range(50)),
        b"payload=NaN",
    ],
)
def test_what_is_signed_and_yet_no_click_is_refused(body):
    assert post(body).status_code == 400


def test_what_is_no_text_is_not_signed_by_slack():
    assert post(b"payload=\xff\xfe", signature="v0=" + "0" * 64).status_code == 401


@pytest.mark.parametrize(
    "more",
    [
        {"type": "view_submission"},
        {"actions": []},
        {"actions": None},
        {"actions": ["accept"]},
        {"actions": [{"action_id": "accept_link"}]},
        {"actions": [{"action_id": ["accept"]}]},
    ],
)
def test_other_things_that_slack_tells_are_acknowledged_and_change_nothing(lead, ada, more):
    answer = post(click(value_of(told(lead, ada.user)), **more))

    assert (answer.status_code, answer.content) == (200, b"")
    lead.refresh_from_db()
    assert lead.status == Lead.Status.ASSIGNED


def test_an_endless_body_is_refused_before_it_is_read():
    assert post(b"x" * (views.LARGEST_BODY + 1)).status_code == 413


def test_only_post_is_heard(client):
    assert client.get(reverse("slack-actions")).status_code == 405
