"""Slack: a bot that writes to a person, with buttons, or an incoming webhook that writes into a room.

All text is `plain_text`, which Slack does not read for mentions, links or marks; what the phone's notification shows is
escaped. A message's key is in its metadata and blocks, the same in every repeat.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as site

from notifications.channels.posting import filled_url, judged, post, url_problems
from notifications.channels.protocol import Message, NotSent, Sent, Settings
from notifications.wording import beneath
from outgoing.addresses import Refused, target_of
from outgoing.calls import Reply
from outgoing.secrets import SECRET, filled

API, HOOKS = "https://slack.com", "hooks.slack.com"
MEMBER = re.compile(r"[UW][A-Z0-9]{2,20}")
ERROR = re.compile(r"[a-z_]{1,60}")
LONGEST_HEADER, LONGEST_SECTION, LONGEST_SMALL, LONGEST_LABEL = 150, 3_000, 300, 75

# What Slack answers when no repeat helps, when the channel as a whole has ended, and when it is only busy.
PERMANENT = {
    *("channel_not_found", "user_not_found", "users_not_found", "not_in_channel", "is_archived", "cannot_dm_bot"),
    *("invalid_auth", "not_authed", "missing_scope", "not_allowed_token_type", "restricted_action", "no_permission"),
    *("messages_tab_disabled", "msg_too_long", "no_text", "invalid_blocks", "invalid_payload", "invalid_arguments"),
    *("action_prohibited", "posting_to_general_channel_denied", "org_login_required", "ekm_access_denied"),
}
GONE = {"account_inactive", "token_revoked", "token_expired", "no_service", "no_team", "invalid_token"}


def send_to_member(message: Message, settings: Settings) -> Sent:
    """`chat.postMessage` to the person's member id, in the conversation with the bot."""
    if not MEMBER.fullmatch(message.to):
        raise NotSent("This person's Slack member id is none.", permanent=True)
    url, headers = _api(settings)
    content = {"channel": message.to, **_message(message), "client_msg_id": message.key, "metadata": _metadata(message)}
    reply = post(url, content, headers=headers)
    error = _error(reply)
    return judged(reply, permanent=error in PERMANENT, gone=error in GONE, said=error)


def send_to_room(message: Message, settings: Settings) -> Sent:
    """An incoming webhook. With a member id as his address the person is mentioned there."""
    try:
        url = filled_url(str(settings.get("url", "")), _is_hook)
    except Refused as refused:
        raise NotSent(str(refused)) from None
    reply = post(url, _message(message, mention=message.to), headers={})
    said = "" if 200 <= reply.status < 300 else reply.body.decode("latin-1").strip()
    error = said if ERROR.fullmatch(said) else ""
    return judged(reply, permanent=400 <= reply.status < 500, gone=error in GONE, said=error)


def problems_of_bot(settings: Settings) -> list[tuple[str, str]]:
    token = settings.get("token")
    if not isinstance(token, str) or not SECRET.fullmatch(token.strip()):
        return [("token", "Keep the bot's token on the server, and write ${SWITCHYARD_SECRET_…}.")]
    try:
        _api(settings)
    except NotSent as wrong:
        return [("base" if settings.get("base") and "secret" not in wrong.problem else "token", wrong.problem)]
    return []


def problems_of_room(settings: Settings) -> list[tuple[str, str]]:
    return url_problems(settings, _is_hook, what="webhook's URL")


def _is_hook(host: str) -> bool:
    return host == HOOKS


def _api(settings: Settings) -> tuple[str, dict[str, str]]:
    """The address of the API and the headers for it. Another one than Slack's is the operator's to allow."""
    base = str(settings.get("base") or API).rstrip("/")
    try:
        target = target_of(base, site.OUTGOING_ALLOW)
        if base != API and not (target.believed and not urlsplit(base).path):
            raise Refused("Only slack.com is asked, or an origin that the operator named in OUTGOING_ALLOW.")
        token = filled(str(settings.get("token", "")).strip(), target.host, os.environ)
    except Refused as refused:
        raise NotSent(str(refused)) from None
    return f"{base}/api/chat.postMessage", {"Authorization": f"Bearer {token}"}


def _error(reply: Reply) -> str:
    """Slack says in the body whether it took the message; "" if it did."""
    try:
        told = json.loads(reply.body)
    except ValueError:
        return "no answer of Slack's" if 200 <= reply.status < 300 else ""
    if isinstance(told, dict) and told.get("ok") is True:
        return ""
    error = told.get("error") if isinstance(told, dict) else None
    return error if isinstance(error, str) and ERROR.fullmatch(error) else "unknown_error"


def _metadata(message: Message) -> dict[str, Any]:
    return {"event_type": "switchyard_notice", "event_payload": {"key": message.key, "kind": message.kind}}


def _message(message: Message, *, mention: str = "") -> dict[str, Any]:
    return {
        "text": escaped(message.subject),
        "mrkdwn": False,
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": blocks(message, mention=mention),
    }


def blocks(message: Message, *, mention: str = "") -> list[dict[str, Any]]:
    """The notice as blocks: a heading, what there is to know, for whom, and what can be done."""
    made: list[dict[str, Any]] = [{"type": "header", "text": plain(message.subject, LONGEST_HEADER)}]
    if text := beneath(message.subject, message.text):
        made.append({"type": "section", "text": plain(text, LONGEST_SECTION)})
    small = [plain(part, LONGEST_SMALL) for part in _small(message)]
    if MEMBER.fullmatch(mention):
        small.insert(0, {"type": "mrkdwn", "text": f"<@{mention}>"})
    if small:
        made.append({"type": "context", "elements": small})
    if buttons := _buttons(message):
        made.append({"type": "actions", "block_id": f"notice-{message.key}", "elements": buttons})
    return made


def _small(message: Message) -> list[str]:
    due = message.context.get("due")
    return [part for part in (f"For {message.person}" if message.person else "", f"Due {due}" if due else "") if part]


def _buttons(message: Message) -> list[dict[str, Any]]:
    """Accept and Pass where the bot can hear the answer; else a link that accepts. And the way to the lead."""
    value = str(message.context.get("button") or "")
    made: list[dict[str, Any]] = []
    if value:
        made.append(_button("Accept", action_id="accept", value=value, style="primary"))
        made.append(_button("Pass", action_id="pass", value=value, confirm=PASS))
    elif message.accept:
        made.append(_button("Accept", action_id="accept_link", url=message.accept, style="primary"))
    if value and message.accept:
        made.append(_button("Accept in the browser", action_id="accept_link", url=message.accept))
    elif message.link:
        made.append(_button("Open", action_id="open", url=message.link))
    return made


def _button(label: str, **values: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(label, LONGEST_LABEL), **values}


def plain(text: str, longest: int) -> dict[str, Any]:
    """Text that Slack shows as it is: it counts `&`, `<` and `>` as they are escaped."""
    return {"type": "plain_text", "text": escaped(text, longest) or "–", "emoji": False}


def escaped(text: str, longest: int = LONGEST_SECTION) -> str:
    """Slack's three letters escaped, so that no `<!channel>` calls everybody; cut between letters."""
    made, room = [], longest
    for letter in text:
        safe = ESCAPES.get(letter, letter)
        if len(safe) > room:
            break
        made.append(safe)
        room -= len(safe)
    return "".join(made)


ESCAPES: Mapping[str, str] = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
PASS = {
    "title": plain("Pass this lead on?", 100),
    "text": plain("It goes to the next in line at once.", LONGEST_SMALL),
    "confirm": plain("Pass", 30),
    "deny": plain("Keep it", 30),
}
