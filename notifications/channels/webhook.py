"""A signed webhook, as Standard Webhooks has it: any system that can read JSON and check an HMAC.

The message's key is `webhook-id`, the same in every repeat, so that the receiver can drop what it has.
"""

from __future__ import annotations

from typing import Any

import orjson
from django.conf import settings as site

from notifications.channels.posting import judged, post_raw
from notifications.channels.protocol import Message, NotSent, Sent, Settings
from outgoing.addresses import Refused, target_of
from outgoing.secrets import SECRET
from outgoing.signing import derived_secret, signed_headers

OWN_S = 3.0  # for a person's own URL: whoever is slow there holds a place of the channel that the others wait for
# What a message's context holds for other channels, or for the way here alone.
INTERNAL = ("button", "channel", "secret_number")


def secret_of(channel: int, number: int) -> str:
    """The secret that signs what goes through this channel; the receiver is given it once and keeps it."""
    return derived_secret(site.SECRET_KEY, of=f"channel:{channel}", number=number)


def send(message: Message, settings: Settings) -> Sent:
    """To the person's own URL if he has one, else to the channel's. Anything but 2xx is tried again; 410 ends it.

    What the operator named is RevOps' to use: a person's own URL leads to the public internet alone.
    """
    url = message.to or str(settings.get("url", ""))
    if SECRET.search(url):
        raise NotSent("A signed webhook's URL holds no secrets.", permanent=True)
    body = orjson.dumps(content(message))
    secret = secret_of(int(message.context["channel"]), int(message.context["secret_number"]))
    headers = signed_headers([secret], key=message.key, at=message.at, body=body)
    if message.to:
        return judged(post_raw(url, body, headers=headers, allowed=(), seconds=OWN_S))
    return judged(post_raw(url, body, headers=headers))


def content(message: Message) -> dict[str, Any]:
    """What is sent; the fields are described in docs/channels.md."""
    data = {
        "kind": message.kind,
        "person": message.person,
        "subject": message.subject,
        "text": message.text,
        "link": message.link,
        "accept": message.accept,
        "values": {name: value for name, value in message.context.items() if name not in INTERNAL},
    }
    return {"type": f"notice.{message.kind}", "timestamp": message.at.isoformat(), "data": data}


def problems(settings: Settings) -> list[tuple[str, str]]:
    url = settings.get("url")
    if not isinstance(url, str) or not url.strip():
        return [("url", "Write the URL that the messages go to.")]
    if SECRET.search(url):
        return [("url", "The messages are signed; the URL holds no secret.")]
    try:
        target_of(url.strip(), site.OUTGOING_ALLOW)
    except Refused as refused:
        return [("url", str(refused))]
    return []
