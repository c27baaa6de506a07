import logging
import threading
import time

import pytest

from notifications.channels import NotSent, check, service
from tests.notifications.channels.messages import HOSTILE, keep_secret, message
from tests.vendor import vendor


class Listener(logging.Handler):
    """Hears whatever reaches the log of this process."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.told = []

    def emit(self, record):
        self.told.append(record)


@pytest.fixture
def push(outside):
    return {"url": f"json://{outside.origin.removeprefix('http://')}/push/{{to}}"}


def test_the_service_gets_the_words_and_the_link_that_accepts(outside, push):
    service.send(message(to="ada"), push)

    [came] = outside.received("/push/ada")
    assert came.json["title"] == "New lead: Priya Raman, Northwind Health"
    assert "4 min 38 s left." in came.json["message"]
    assert came.json["message"].endswith("\nhttps://leads.example.com/act/t0ken/")


@pytest.mark.parametrize("to", ["../../admin", "a/b", "a?verify=no", "a#x", "${SWITCHYARD_SECRET_X}", "a,b", "a b", ""])
def test_an_address_that_would_be_more_than_one_part_of_the_path_is_none(outside, push, to):
    with pytest.raises(NotSent) as refused:
        service.send(message(to=to), push)

    assert refused.value.permanent
    assert outside.received() == []


@pytest.mark.parametrize(
    ("mode", "status", "permanent"),
    [("ok", 401, True), ("ok", 403, True), ("ok", 404, True), ("fail", 500, False), ("limited", 429, False)],
)
def test_the_status_is_heard_and_decides_whether_it_is_tried_again(outside, push, mode, status, permanent):
    outside.behave(mode, status=status)

    with pytest.raises(NotSent) as refused:
        service.send(message(to="ada"), push)

    assert (refused.value.status, refused.value.permanent) == (status, permanent)


def test_one_thread_s_status_is_not_told_of_another_s_message(outside, push):
    outside.behave("ok", path="/push/bad", status=401)
    outside.behave("reset", path="/push/cut")
    heard = {}

    def ask(to):
        try:
            service.send(message(to=to), push)
        except NotSent as refused:
            heard[to] = refused.status

    threads = [threading.Thread(target=ask, args=(f"{to}{n}",)) for n in range(5) for to in ("bad", "cut", "good")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert heard == {f"bad{n}": 401 for n in range(5)} | {f"cut{n}": None for n in range(5)}


def test_no_redirect_is_followed(settings):
    with vendor() as one:
        settings.OUTGOING_ALLOW = (one.origin,)
        one.mode = "redirect"

        with pytest.raises(NotSent):
            service.send(message(to="ada"), {"url": f"json://{one.origin.removeprefix('http://')}/push/{{to}}"})

        assert [path for _, path, _, _ in one.asked] == ["/push/ada"]


def test_whoever_drips_is_left_behind(outside, push, monkeypatch):
    monkeypatch.setattr(service, "TOGETHER_S", 0.5)
    outside.behave("drip")
    began = time.monotonic()

    with pytest.raises(NotSent) as refused:
        service.send(message(to="ada"), push)

    assert time.monotonic() - began < 3
    assert refused.value.problem == "It did not answer in time."


def test_nothing_of_a_message_or_a_key_reaches_our_log(outside, monkeypatch):
    outside.behave("ok", status=401, body="xoxs3cret +15550101234")
    origin = outside.origin.removeprefix("http://")
    part = keep_secret(monkeypatch, "KEY", "s3cret")

    ours, listener = logging.getLogger(), Listener()
    ours.addHandler(listener)
    try:
        with pytest.raises(NotSent) as refused:
            service.send(message(to="+15550101234"), {"url": f"json://{origin}/{part}/{{to}}"})
    finally:
        ours.removeHandler(listener)

    assert [one.path for one in outside.received()] == ["/s3cret/+15550101234"]
    assert "apprise" not in {record.name for record in listener.told}
    assert "s3cret" not in refused.value.problem


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("", "Write the service’s URL"),
        ("mailto://user:pw@example.com", "not known here"),
        ("syslog://", "not known here"),
        ("windows://", "not known here"),
        ("gnome://", "not known here"),
        ("dbus://", "not known here"),
        ("xml://127.0.0.1/x", "not known here"),
        ("https://discord.com/api/webhooks/1/2", "not known here"),
        ("file:///etc/passwd", "not known here"),
        ("json://10.0.0.1/x", "OUTGOING_ALLOW"),
        ("json://169.254.169.254/latest", "OUTGOING_ALLOW"),
        ("jsons://example.com/x", "OUTGOING_ALLOW"),
        ("ntfy://internal.example/topic", "Only ntfy.sh"),
        ("ntfys://internal.example/topic", "not known here"),
        ("ntfy://topic?mode=private", "After the question mark"),
        ("twilio://AC" + "0" * 32 + ":" + "1" * 32 + "@15550100123/{to}", "Keep the service’s key on the server"),
        ("twilio://${SWITCHYARD_SECRET_TW}@15550100123/{to}?verify=no", "After the question mark"),
        ("twilio://${SWITCHYARD_SECRET_TW}@15550100123/{to}?rto=9999&cto=9999", "After the question mark"),
        ("twilio://${SWITCHYARD_SECRET_TW}@15550100123/{to}?redirect=yes", "After the question mark"),
        ("twilio://${SWITCHYARD_SECRET_OTHER}@15550100123/{to}", "is not for api.twilio.com"),
        ("twilio://${SWITCHYARD_SECRET_BAD}@15550100123/{to}", "does not understand"),
        ("pover://[::1", "no URL"),
        ("ntfy://user:pw@topic", "Keep the service’s key on the server"),
    ],
)
def test_only_known_services_are_asked_with_their_own_key(url, part, monkeypatch, settings):
    settings.OUTGOING_ALLOW = ()
    keep_secret(monkeypatch, "TW", f"AC{'0' * 32}:{'1' * 32}", "api.twilio.com")
    keep_secret(monkeypatch, "BAD", "s3cret", "api.twilio.com")
    keep_secret(monkeypatch, "OTHER", "s3cret", "api.example.com")

    ((field, problem),) = check("service", {"url": url})

    assert field == "url"
    assert part in problem
    assert "s3cret" not in problem


@pytest.mark.parametrize(
    "url",
    [
        "json://user:${SWITCHYARD_SECRET_K}@elsewhere.example@push.internal/{to}",
        "json://user@elsewhere.example@push.internal/",
        "json://user:pw@elsewhere.example:80@push.internal/",
        "json://user:pw@${SWITCHYARD_SECRET_K}.elsewhere.example@push.internal/",
        "json://push.internal/{to}?sound=;+X-Key=${SWITCHYARD_SECRET_K}",
    ],
)
def test_a_url_that_apprise_reads_otherwise_than_we_do_sends_nothing_anywhere(url, monkeypatch, settings):
    settings.OUTGOING_ALLOW = ("http://push.internal",)
    keep_secret(monkeypatch, "K", "s3cret", "push.internal")

    assert check("service", {"url": url})
    with pytest.raises(NotSent) as refused:
        service.send(message(to="ada"), {"url": url})
    assert "s3cret" not in refused.value.problem


def test_an_origin_that_the_operator_named_is_one_in_any_case(monkeypatch, settings):
    settings.OUTGOING_ALLOW = ("http://push.internal",)
    keep_secret(monkeypatch, "K", "s3cret", "push.internal")

    assert check("service", {"url": "json://user:${SWITCHYARD_SECRET_K}@Push.Internal/{to}?priority=high"}) == []


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("twilio://AC" + "0" * 32 + ":${SWITCHYARD_SECRET_K}@15550100123/{to}", "api.twilio.com"),
        ("vonage://abcd1234:${SWITCHYARD_SECRET_K}@15550100123/{to}", "rest.nexmo.com"),
        ("msgbird://${SWITCHYARD_SECRET_K25}/15550100123/{to}", "rest.messagebird.com"),
        ("clicksend://user:${SWITCHYARD_SECRET_K}@{to}", "rest.clicksend.com"),
        ("plivo://MAABCDEFGHIJKLMNOPQR@${SWITCHYARD_SECRET_K}/15550100123/{to}", "api.plivo.com"),
        ("sinch://" + "a" * 32 + ":${SWITCHYARD_SECRET_K}@15550100123/{to}", "us.sms.api.sinch.com"),
        ("telnyx://${SWITCHYARD_SECRET_K}@15550100123/{to}", "api.telnyx.com"),
        ("bulksms://user:${SWITCHYARD_SECRET_K}@{to}", "api.bulksms.com"),
        ("seven://${SWITCHYARD_SECRET_K}/{to}", "gateway.seven.io"),
        ("pover://{to}@${SWITCHYARD_SECRET_K30}?priority=high", "api.pushover.net"),
        ("pbul://${SWITCHYARD_SECRET_K}/{to}", "api.pushbullet.com"),
        ("ntfy://{to}", "ntfy.sh"),
    ],
)
def test_each_known_service_understands_its_url(url, host, monkeypatch, settings):
    settings.OUTGOING_ALLOW = ()
    keep_secret(monkeypatch, "K", "0123456789abcdef0123456789abcdef01234567", host)
    keep_secret(monkeypatch, "K25", "A" * 25, host)
    keep_secret(monkeypatch, "K30", "a" * 30, host)

    assert check("service", {"url": url}) == []


@pytest.mark.parametrize("to", ["not a number", "", "+1555,+1666", "+15550100123/+15550100124", "0170123", "١٢٣٤٥٦٧٨"])
def test_an_address_that_is_no_number_is_asked_of_nobody(monkeypatch, to):
    key = keep_secret(monkeypatch, "TW", f"AC{'0' * 32}:{'1' * 32}", "api.twilio.com")

    with pytest.raises(NotSent) as refused:
        service.send(message(to=to), {"url": f"twilio://{key}@15550100123/{{to}}"})

    assert refused.value.permanent


def test_a_lead_with_a_long_name_makes_no_long_sms_and_the_link_stays_whole():
    long = message(text="x" * 4_000, accept="https://leads.example.com/act/t0ken/")

    sms = service._body(long, service.LONGEST_SMS)

    assert len(sms) == service.LONGEST_SMS
    assert sms.endswith("x\nhttps://leads.example.com/act/t0ken/")
    assert service._body(long, None).startswith("x" * 4_000)


def test_what_a_lead_calls_himself_is_text(outside, push):
    service.send(message(to="ada", subject=HOSTILE, text=HOSTILE, link="", accept=""), push)

    [came] = outside.received()
    assert came.json["message"] == HOSTILE
