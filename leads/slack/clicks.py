"""A click on a button of ours in Slack: who clicked what, proved to come from Slack. Whatever is odd is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import orjson
from slack_sdk.signature import SignatureVerifier

TIMESTAMP, SIGNATURE = re.compile(r"[0-9]{1,12}"), re.compile(r"v0=[0-9a-f]{64}")
ACCEPT, PASS = "accept", "pass"
LONGEST = 500


class NotFromSlack(Exception):
    """Not signed with one of our secrets, or not within five minutes."""


class Unreadable(Exception):
    """Signed, and yet nothing that Slack sends."""


@dataclass(frozen=True, slots=True)
class Click:
    """A member pressed `action` on the button with this value; `answer_to` is where an answer may be posted."""

    member: str
    action: str
    value: str
    answer_to: str


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> None:
    """Return if one of the secrets signed this body just now. Raises `NotFromSlack`."""
    timestamp, signature = headers.get("X-Slack-Request-Timestamp", ""), headers.get("X-Slack-Signature", "")
    # Checked beforehand: the library expects headers to be as Slack writes them, and raises on others.
    if not TIMESTAMP.fullmatch(timestamp) or not SIGNATURE.fullmatch(signature):
        raise NotFromSlack
    try:
        body.decode()
    except UnicodeDecodeError as bad:
        raise NotFromSlack from bad
    if not any(SignatureVerifier(secret).is_valid(body, timestamp, signature) for secret in secrets):
        raise NotFromSlack


def read(body: bytes) -> Click | None:
    """The click on one of our two buttons; None for anything else that Slack tells. Raises `Unreadable`."""
    try:
        fields = parse_qs(body.decode(), max_num_fields=10)
        payload = orjson.loads(fields["payload"][0])
    except (ValueError, KeyError) as bad:
        raise Unreadable from bad
    if not isinstance(payload, dict):
        raise Unreadable
    actions = payload.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    if payload.get("type") != "block_actions" or not isinstance(first, dict):
        return None
    click = Click(
        member=_text(payload.get("user"), "id"),
        action=_text(first, "action_id"),
        value=_text(first, "value"),
        answer_to=_text(payload, "response_url"),
    )
    return click if click.action in (ACCEPT, PASS) else None


def _text(within: Any, name: str) -> str:
    value = within.get(name) if isinstance(within, dict) else None
    return value if isinstance(value, str) and len(value) <= LONGEST else ""
