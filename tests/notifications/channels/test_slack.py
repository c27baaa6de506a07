import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels import NotSent, check, slack
from tests.notifications.channels.messages import HOSTILE, KEY, keep_secret, message

PATH = "/services/T0/B0/s3cret"
API = "/api/chat.postMessage"


@pytest.fixture
def room(outside, monkeypatch):
    return {"url": keep_secret(monkeypatch, "ROOM", outside.url(PATH))}


@pytest.fixture
def bot(outside, monkeypatch):
    return {"token": keep_secret(monkeypatch, "BOT", "xoxb-s3cret"), "base": outside.origin}


def test_a_room_gets_who_what_why_how_long_and_the_link_that_accepts(outside, room):
    slack.send_to_room(message(), room)

    [came] = outside.received(PATH)
    header, section, context, actions = came.json["blocks"]
    assert header["text"]["text"] == "New lead: Priya Raman, Northwind Health"
    assert section["text"]["text"] == "Wants a demo.\n4 min 38 s left.\nWhy you: next in turn."
    assert [part["text"] for part in context["elements"]] == ["For Ada Reyes", "Due 14:07"]
    assert [(one["text"]["text"], one["url"]) for one in actions["elements"]] == [
        ("Accept", "https://leads.example.com/act/t0ken/"),
        ("Open", "https://leads.example.com/leads/1/"),
    ]


def test_a_member_id_is_mentioned_in_the_room_and_nothing_else_is(outside, room):
    for to in ("U024BE7LH", "!channel", "U1|x", "<!here>", ""):
        slack.send_to_room(message(to=to), room)

    mentions = [re.findall(r"<[@!][^>]*>", one.body) for one in outside.received(PATH)]
    assert mentions == [["<@U024BE7LH>"], [], [], [], []]


def test_the_bot_writes_to_the_member_with_buttons_and_one_key_for_all_repeats(outside, bot):
    said = message(to="U024BE7LH", context={"button": "signed.value", "due": "14:07"})
    slack.send_to_member(said, bot)
    slack.send_to_member(said, bot)

    first, again = outside.received(API)
    assert first.body == again.body
    assert first.headers["authorization"] == "Bearer xoxb-s3cret"
    assert first.json["channel"] == "U024BE7LH"
    assert first.json["client_msg_id"] == first.json["metadata"]["event_payload"]["key"] == KEY
    *_, actions = first.json["blocks"]
    assert actions["block_id"] == f"notice-{KEY}"
    assert [(one["action_id"], one.get("value")) for one in actions["elements"]] == [
        ("accept", "signed.value"),
        ("pass", "signed.value"),
        ("accept_link", None),
    ]


def test_what_a_lead_calls_himself_calls_nobody_and_marks_nothing(outside, room):
    slack.send_to_room(message(subject=HOSTILE, text=f"{HOSTILE}\n*x*", person=HOSTILE), room)

    [came] = outside.received(PATH)
    assert "<" not in json.dumps(came.json, ensure_ascii=False)
    assert came.json["parse"] == "none"
    assert not came.json["mrkdwn"]
    assert all(part["type"] == "plain_text" for part in texts(came.json["blocks"]))


def texts(node):
    if isinstance(node, dict):
        if node.get("type") in ("plain_text", "mrkdwn"):
            yield node
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)


@given(st.text(st.sampled_from("<>&;amplgt!@#|*_~`\n ") | st.characters(), max_size=400), st.integers(1, 200))
def test_escaped_text_keeps_to_its_length_and_is_read_back_as_the_beginning_of_what_was_said(text, longest):
    safe = slack.escaped(text, longest)

    assert len(safe) <= longest
    assert not {"<", ">"} & set(safe)
    read = safe.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert text.startswith(read)
    assert re.fullmatch(r"(?:[^&]|&amp;|&lt;|&gt;)*", safe, re.DOTALL)


def test_texts_are_no_longer_than_slack_takes(outside, room):
    slack.send_to_room(message(subject="&" * 500, text="x" * 9_000, person="y" * 900), room)

    [came] = outside.received(PATH)
    header, section, context, _ = came.json["blocks"]
    assert len(header["text"]["text"]) <= 150
    assert len(section["text"]["text"]) <= 3_000
    assert all(len(part["text"]) <= 300 for part in context["elements"])


@pytest.mark.parametrize(
    ("status", "body", "permanent", "gone"),
    [
        (200, '{"ok": false, "error": "channel_not_found"}', True, False),
        (200, '{"ok": false, "error": "invalid_auth"}', True, False),
        (200, '{"ok": false, "error": "ratelimited"}', False, False),
        (200, '{"ok": false, "error": "internal_error"}', False, False),
        (200, '{"ok": false, "error": "token_revoked"}', False, True),
        (200, '{"ok": false, "error": ["<b>"]}', False, False),
        (200, "<html>a proxy says hello</html>", False, False),
        (200, "[]", False, False),
        (503, "busy", False, False),
        (410, "{}", False, True),
    ],
)
def test_what_slack_answers_decides_whether_it_is_tried_again(outside, bot, status, body, permanent, gone):
    outside.behave("ok", status=status, body=body)

    with pytest.raises(NotSent) as refused:
        slack.send_to_member(message(to="U024BE7LH"), bot)

    assert (refused.value.status, refused.value.permanent, refused.value.gone) == (status, permanent, gone)
    assert "s3cret" not in refused.value.problem
    assert "<" not in refused.value.problem


def test_slack_is_left_alone_for_as_long_as_it_asks(outside, bot):
    outside.behave("limited", seconds=17, body='{"ok": false, "error": "ratelimited"}')

    with pytest.raises(NotSent) as refused:
        slack.send_to_member(message(to="U024BE7LH"), bot)

    assert (refused.value.status, refused.value.retry_after_s, refused.value.permanent) == (429, 17.0, False)


@pytest.mark.parametrize(
    ("status", "body", "permanent", "gone"),
    [
        (404, "no_service", True, True),
        (410, "channel_is_archived", True, True),
        (400, "invalid_payload", True, False),
        (403, "action_prohibited", True, False),
        (500, "rollup_error", False, False),
        (429, "", False, False),
        (302, "", False, False),
    ],
)
def test_a_webhook_that_was_taken_away_ends_the_channel(outside, room, status, body, permanent, gone):
    outside.behave("ok", status=status, body=body)

    with pytest.raises(NotSent) as refused:
        slack.send_to_room(message(), room)

    assert (refused.value.permanent, refused.value.gone) == (permanent, gone)
    assert "s3cret" not in refused.value.problem


def test_a_cut_line_is_tried_again(outside, room):
    outside.behave("reset")

    with pytest.raises(NotSent) as refused:
        slack.send_to_room(message(), room)

    assert (refused.value.problem, refused.value.permanent) == ("It could not be reached.", False)


def test_whoever_has_no_member_id_cannot_be_written_to(bot):
    for to in ("", "ada@example.com", "C024BE7LH", "U1", "U024BE7LH\n"):
        with pytest.raises(NotSent) as refused:
            slack.send_to_member(message(to=to), bot)
        assert refused.value.permanent


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.slack.com.evil.example/services/${SWITCHYARD_SECRET_PART}",
        "https://evil.example/${SWITCHYARD_SECRET_PART}",
        "https://hooks.slack.com@evil.example/${SWITCHYARD_SECRET_PART}",
        "http://hooks.slack.com/${SWITCHYARD_SECRET_PART}",
        "https://hooks.slack.com:8443@127.0.0.1/${SWITCHYARD_SECRET_PART}",
        "https://${SWITCHYARD_SECRET_PART}.evil.example/x",
        "https://hooks.slack.com\\@evil.example/${SWITCHYARD_SECRET_PART}",
        "https://169.254.169.254/${SWITCHYARD_SECRET_PART}",
        "${SWITCHYARD_SECRET_EVIL}",
        "${SWITCHYARD_SECRET_NONE}",
        "${SECRET_KEY}",
        "${PATH}",
    ],
)
def test_a_secret_goes_to_slack_alone(url, monkeypatch, settings):
    settings.OUTGOING_ALLOW = ()
    keep_secret(monkeypatch, "PART", "s3cret", "hooks.slack.com")
    keep_secret(monkeypatch, "EVIL", "https://evil.example/s3cret", "hooks.slack.com")
    monkeypatch.setenv("SECRET_KEY", "https://hooks.slack.com/s3cret")

    ((field, problem),) = check("slack_webhook", {"url": url})
    with pytest.raises(NotSent) as refused:
        slack.send_to_room(message(), {"url": url})

    assert field == "url"
    assert "s3cret" not in problem + refused.value.problem


def test_settings_that_work_have_no_problems_and_secrets_are_not_typed_in(room, bot, monkeypatch, settings):
    assert check("slack_webhook", room) == check("slack_bot", bot) == []
    part = keep_secret(monkeypatch, "PART", "T0/B0/x", "hooks.slack.com")
    assert check("slack_webhook", {"url": f"https://hooks.slack.com/services/{part}"}) == []

    for kind, settings_ in (
        ("slack_webhook", {}),
        ("slack_webhook", {"url": "https://hooks.slack.com/services/T0/B0/typed"}),
        ("slack_bot", {}),
        ("slack_bot", {"token": "xoxb-typed"}),
        ("slack_bot", {"token": bot["token"], "base": "https://evil.example"}),
        ("slack_bot", {"token": bot["token"]}),  # the secret is for another host
    ):
        assert len(check(kind, settings_)) == 1, settings_
