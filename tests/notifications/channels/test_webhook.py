import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from notifications.channels import NotSent, check, webhook
from notifications.channels.posting import post_raw, wait_s
from outgoing.calls import Reply
from tests.notifications.channels.messages import HOSTILE, KEY, message

PATH = "/hook"


def signed(**values):
    context = {"channel": 7, "secret_number": 2, "button": "not for others", "lead": 1, "who": "Priya Raman"}
    return message(**{"at": datetime.now(UTC), "context": context, **values})


def test_the_reference_library_reads_what_came(outside):
    webhook.send(signed(), {"url": outside.url(PATH)})

    [came] = outside.received(PATH)
    said = Webhook(webhook.secret_of(7, 2)).verify(came.body, came.headers)
    assert came.headers["webhook-id"] == KEY
    assert said["type"] == "notice.assigned"
    assert said["data"]["person"] == "Ada Reyes"
    assert said["data"]["accept"] == "https://leads.example.com/act/t0ken/"
    assert said["data"]["values"] == {"lead": 1, "who": "Priya Raman"}
    with pytest.raises(WebhookVerificationError):
        Webhook(webhook.secret_of(7, 1)).verify(came.body, came.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(webhook.secret_of(8, 2)).verify(came.body, came.headers)


def test_a_repeat_has_the_same_id_and_its_own_time(outside):
    webhook.send(signed(), {"url": outside.url(PATH)})
    webhook.send(signed(at=datetime.now(UTC) + timedelta(minutes=2)), {"url": outside.url(PATH)})

    first, again = outside.received(PATH)
    assert first.key == again.key == KEY
    assert first.headers["webhook-timestamp"] != again.headers["webhook-timestamp"]
    Webhook(webhook.secret_of(7, 2)).verify(again.body, again.headers)


def test_a_person_s_own_url_is_asked_instead(outside):
    with pytest.raises(NotSent, match="could not be reached"):
        webhook.send(signed(to="https://ada.invalid.example/hook"), {"url": outside.url(PATH)})

    assert outside.received() == []


def test_whoever_is_slow_is_left_when_his_time_is_over(outside):
    outside.behave("hang")
    began = time.monotonic()

    with pytest.raises(NotSent, match="did not answer in time"):
        post_raw(outside.url(PATH), b"{}", headers={}, seconds=0.3)

    assert time.monotonic() - began < webhook.OWN_S < 10


def test_what_the_operator_named_is_not_everybodys_to_write_to(outside):
    with pytest.raises(NotSent, match="Only https"):
        webhook.send(signed(to=outside.url("/admin")), {"url": outside.url(PATH)})

    assert outside.received() == []


@pytest.mark.parametrize(
    "to",
    [
        "https://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:1/x",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://2130706433/",
        "file:///etc/passwd",
        "https://user:pw@example.com/",
        "https://example.com/\r\nX: 1",
        "${SWITCHYARD_SECRET_X}",
        "https://hooks.example.com/${SWITCHYARD_SECRET_X}",
        "ada@example.com",
    ],
)
def test_a_person_s_own_url_reaches_nothing_inside_and_no_secret(outside, to, monkeypatch):
    monkeypatch.setenv("SWITCHYARD_SECRET_X", "s3cret")
    monkeypatch.setenv("SWITCHYARD_SECRET_X_HOST", "hooks.example.com")

    with pytest.raises(NotSent) as refused:
        webhook.send(signed(to=to), {"url": outside.url(PATH)})

    assert "s3cret" not in refused.value.problem
    assert outside.received() == []


@pytest.mark.parametrize(
    ("status", "gone"), [(410, True), (404, False), (400, False), (302, False), (429, False), (500, False)]
)
def test_anything_but_taken_or_gone_is_tried_again(outside, status, gone):
    outside.behave("ok", status=status)

    with pytest.raises(NotSent) as refused:
        webhook.send(signed(), {"url": outside.url(PATH)})

    assert (refused.value.status, refused.value.gone, refused.value.permanent) == (status, gone, False)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_kind_of_yes_is_a_yes(outside, status):
    outside.behave("ok", status=status, body="" if status == 204 else "{}")

    assert webhook.send(signed(), {"url": outside.url(PATH)}).status == status


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("120", 120.0), ("0", 0.0), ("999999999999", 3_600.0), ("-5", None), ("soon", None), ("", None), ("١٢", None)],
)
def test_how_long_to_wait_is_read_within_reason(said, seconds):
    assert wait_s(Reply(429, b"", said)) == seconds


def test_what_it_is_told_to_wait_for_may_be_a_time():
    told = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)

    past = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)

    assert 85 < wait_s(Reply(429, b"", told)) <= 90
    assert wait_s(Reply(429, b"", past)) == 0.0


def test_what_a_lead_calls_himself_is_json_and_nothing_else(outside):
    webhook.send(signed(subject=HOSTILE, text=f'"}}\x7f{HOSTILE}'), {"url": outside.url(PATH)})

    [came] = outside.received(PATH)
    assert came.json["data"]["subject"] == HOSTILE


def test_settings_are_a_url_that_may_be_asked(outside):
    assert check("webhook", {"url": outside.url(PATH)}) == check("webhook", {"url": "https://example.com/in"}) == []
    for url in (None, "", "http://example.com/", "https://10.0.0.1/", "${SWITCHYARD_SECRET_X}", "https://localhost/"):
        assert len(check("webhook", {"url": url})) == 1, url
