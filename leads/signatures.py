"""Standard Webhooks signatures: is this delivery really from somebody who knows the source's secret, and is it fresh?

The sender signs `id.timestamp.body` with HMAC-SHA256. During a rotation of keys there may be several secrets here and
several signatures there; one that fits is enough. Pure; the web server's clock decides what is fresh.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=5)
MOST_SIGNATURES = 64  # a rotation needs two; a header with thousands is an attack on our time
ID = re.compile(r"[\x21-\x2d\x2f-\x7e]{1,255}\Z")  # printable ASCII without the dot, which separates what is signed
TIMESTAMP = re.compile(r"[0-9]{1,12}\Z")
BASE64_SECRET = "whsec_"
SHORTEST_ENCODED_KEY = 24  # bytes, by the standard; a shorter word only happens to look like base64


class BadSignature(Exception):
    """Not proved to be from the source. `detail` says what is missing or wrong, never what was expected."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def verify(secrets: Sequence[str], headers: Mapping[str, str], raw: bytes, now: datetime) -> None:
    """Return if one of the signatures fits one of the secrets and the timestamp is within five minutes of `now`.

    `headers` are looked up as `webhook-id`, `webhook-timestamp` and `webhook-signature`. A secret is `whsec_` and
    base64, or any other text: then its UTF-8 bytes are the key or, as in the reference libraries, what it is base64 of.
    Raises `BadSignature`.
    """
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not ID.match(message_id):
        raise BadSignature("webhook-id must be 1 to 255 printable ASCII characters without a dot.")
    if not TIMESTAMP.match(timestamp):
        raise BadSignature("webhook-timestamp must be whole seconds since 1970.")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise BadSignature("webhook-timestamp is more than five minutes off.")
    sent = _signatures(headers.get("webhook-signature", ""))
    content = f"{message_id}.{timestamp}.".encode() + raw
    expected = [hmac.new(key, content, hashlib.sha256).digest() for secret in secrets for key in _keys(secret)]
    if not any(hmac.compare_digest(one, other) for one in sent for other in expected):
        raise BadSignature("None of the signatures in webhook-signature fits.")


def _signatures(header: str) -> list[bytes]:
    """The decoded `v1` signatures; other versions and what is no base64 are passed over, as the standard says.

    A header that was sent twice comes joined by a comma, which is no letter of base64.
    """
    parts = header.replace(",v1,", " v1,").split(" ", MOST_SIGNATURES)
    if len(parts) > MOST_SIGNATURES:
        raise BadSignature(f"webhook-signature may hold at most {MOST_SIGNATURES} signatures.")
    texts = [part.removeprefix("v1,").rstrip(",") for part in parts if part.startswith("v1,")]
    found = [signature for text in texts if (signature := _decoded(text))]
    if not found:
        raise BadSignature("webhook-signature holds no v1 signature.")
    return found


def _keys(secret: str) -> list[bytes]:
    """The keys that a secret may stand for; none if it is empty, which anybody could guess."""
    if secret in ("", BASE64_SECRET):
        return []
    encoded = _decoded(secret.removeprefix(BASE64_SECRET))
    if secret.startswith(BASE64_SECRET) and encoded:
        return [encoded]
    return [secret.encode(), *([encoded] if len(encoded) >= SHORTEST_ENCODED_KEY else [])]


def _decoded(text: str) -> bytes:
    """The bytes of a base64 text; none if it is not one."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:  # also for letters beyond ASCII
        return b""
