"""Microsoft Teams: the webhook of a workflow, which posts an Adaptive Card into a chat or a channel.

What people wrote stands in text runs, which Teams does not read for Markdown, links or mentions.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from notifications.channels.posting import filled_url, judged, post, url_problems
from notifications.channels.protocol import Message, NotSent, Sent, Settings
from notifications.wording import beneath
from outgoing.addresses import Refused
from outgoing.calls import Reply

HOSTS = (".webhook.office.com", ".logic.azure.com", ".api.powerplatform.com")
CARD = "application/vnd.microsoft.card.adaptive"
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
PRINCIPAL = re.compile(r"[^\s@<>]{1,128}@[^\s@<>]{1,190}|[0-9a-fA-F-]{36}")
UNMARKED = re.compile(r"[^\w .-]")
CODE = re.compile(r"[A-Za-z]{1,60}")
GONE = {"WorkflowNotFound", "WorkflowTriggerNotFound"}


def send(message: Message, settings: Settings) -> Sent:
    """The card goes to the workflow. With a sign-in name as his address the person is mentioned there."""
    try:
        url = filled_url(str(settings.get("url", "")), _is_teams)
    except Refused as refused:
        raise NotSent(str(refused)) from None
    reply = post(url, {"type": "message", "attachments": [_attachment(message)]}, headers={})
    code = _code(reply)
    return judged(reply, permanent=400 <= reply.status < 500, gone=code in GONE, said=code)


def problems(settings: Settings) -> list[tuple[str, str]]:
    return url_problems(settings, _is_teams, what="workflow's URL")


def _is_teams(host: str) -> bool:
    return host.endswith(HOSTS)


def _code(reply: Reply) -> str:
    """The workflow's own word for what is wrong; "" if it took the card."""
    if 200 <= reply.status < 300:
        return ""
    try:
        told = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        return ""
    error = told.get("error") if isinstance(told, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) and CODE.fullmatch(code) else ""


def _attachment(message: Message) -> dict[str, Any]:
    return {"contentType": CARD, "contentUrl": None, "content": card(message)}


def card(message: Message) -> dict[str, Any]:
    """The notice as a card: a heading, what there is to know, for whom, and the links."""
    due = message.context.get("due")
    small = " · ".join(
        part for part in (f"For {message.person}" if message.person else "", f"Due {due}" if due else "") if part
    )
    body = [_text(message.subject, size="Large", weight="Bolder")]
    body += [_text(line) for line in beneath(message.subject, message.text).split("\n") if line]
    body += [_text(small, isSubtle=True, size="Small")] if small else []
    made: dict[str, Any] = {"$schema": SCHEMA, "type": "AdaptiveCard", "version": "1.4", "body": body}
    if PRINCIPAL.fullmatch(message.to):
        at = f"<at>{UNMARKED.sub('', message.person)}</at>"
        body.insert(0, {"type": "TextBlock", "text": at, "wrap": True})
        mentioned = {"id": message.to, "name": message.person}
        made["msteams"] = {"entities": [{"type": "mention", "text": at, "mentioned": mentioned}]}
    if actions := _actions(message):
        made["actions"] = actions
    return made


def _text(text: str, **look: Any) -> dict[str, Any]:
    run = {"type": "TextRun", "text": escaped(text), **look}
    return {"type": "RichTextBlock", "inlines": [run]}


def escaped(text: str) -> str:
    """A run knows no marks; only `{{DATE(…)}}` would still be worked out."""
    return text.replace("{{", "{ {").replace("}}", "} }")


def _actions(message: Message) -> list[dict[str, str]]:
    links = (("Accept", message.accept), ("Open", message.link))
    return [{"type": "Action.OpenUrl", "title": title, "url": url} for title, url in links if url]
