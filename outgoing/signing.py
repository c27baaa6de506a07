"""Signatures on what is sent: Standard Webhooks, with secrets that are worked out and stored nowhere. Pure.

Who knows the installation's key can work out each receiver's secret again; a receiver's secret tells nothing of the
key or of another receiver's. Its number goes up when it is to be changed, and for a while both sign.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
ID = re.compile(r"[\x21-\x2d\x2f-\x7e]{1,255}")  # printable ASCII without the dot, which separates what is signed


def derived_secret(key: str, *, of: str, number: int) -> str:
    """The secret `number` of a receiver, such as `subscription:7`, as Standard Webhooks writes secrets."""
    digest = hmac.new(key.encode(), f"{of}:{number}".encode(), hashlib.sha256).digest()
    return PREFIX + base64.b64encode(digest).decode()


def signed_headers(secrets: Sequence[str], *, key: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks; with two secrets two signatures, of which one that fits is enough."""
    if not ID.fullmatch(key):
        raise ValueError("The id of a message is 1 to 255 printable ASCII characters without a dot.")
    if not secrets:
        raise ValueError("A message without a secret cannot be signed.")
    timestamp = str(int(at.timestamp()))
    content = f"{key}.{timestamp}.".encode() + body
    return {
        "webhook-id": key,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_signature(secret, content)}" for secret in secrets),
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
