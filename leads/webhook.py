"""The edge: `POST /in/<source>/`. Limits, identity, form, one insert, an answer; routing follows elsewhere.

Identity fails closed, form fails loudly, content fails open. No session, no user and no Redis on this path.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Mapping

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from leads import intake, nudge, sources
from leads.bodies import BadBody, parse_body
from leads.crash import crash_point
from leads.limits import Limits
from leads.mapping import event_id
from leads.models import Source
from leads.signatures import BadSignature, verify
from leads.sources import SourceCard

LARGEST_BODY = 1024 * 1024  # bytes
log = logging.getLogger(__name__)

LIMITS = Limits(settings.WEBHOOK_RATE_PER_S, settings.WEBHOOK_BURST)
KEPT_HEADERS = ("user-agent", "webhook-id", "webhook-timestamp", "idempotency-key", "x-request-id")


class Refused(Exception):
    """The delivery is answered with this status and problem, and nothing is stored."""

    def __init__(self, status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = headers or {}


@csrf_exempt
def receive(request: HttpRequest, slug: str) -> HttpResponse:
    """One delivery of a source: 202 once it is stored, 200 if it was already, a problem otherwise."""
    try:
        _check_framing(request)
        receipt = _store(request, slug)
    except Refused as refusal:
        return problem(refusal.status, refusal.title, refusal.detail, refusal.headers)
    except BadBody as bad:
        return problem(bad.status, bad.title, bad.detail)
    except BadSignature as bad:
        return problem(401, "Not signed by this source", bad.detail)
    except intake.SameIdOtherBody:
        return problem(422, "Id used before", "This id was used before for another body. Nothing was stored.")
    except (DatabaseError, InterfaceError):
        # Whatever the database's trouble is, nothing may be acknowledged that is not stored.
        return problem(503, "Cannot store now", "The delivery was not stored. Send it again.", {"Retry-After": "5"})
    crash_point("before_nudge")
    if receipt.status == "accepted":
        nudge.look_now()
        crash_point("after_nudge")
    answer = {"event": str(receipt.event), "status": receipt.status}
    return JsonResponse(answer, status=202 if receipt.status == "accepted" else 200)


def problem(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """An error as RFC 9457 wants it, with an id by which the sender can ask about it."""
    content = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "request_id": uuid.uuid4().hex,
    }
    return JsonResponse(content, status=status, content_type="application/problem+json", headers=dict(headers or {}))


def _check_framing(request: HttpRequest) -> None:
    if request.method != "POST":
        raise Refused(405, "Only POST", "Deliveries are sent with POST.", {"Allow": "POST"})
    length = request.META.get("CONTENT_LENGTH", "")
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower() or not length:
        raise Refused(411, "Length required", "Send a Content-Length; chunked bodies are not read.")
    if not (length.isascii() and length.isdigit()):
        raise Refused(400, "Bad Content-Length", "Content-Length must be a number of bytes.")
    if int(length) > LARGEST_BODY:
        raise Refused(413, "Too large", "A delivery may have at most 1 MiB (1,048,576 bytes).")
    if request.META.get("HTTP_CONTENT_ENCODING", "identity").lower() not in ("", "identity"):
        raise Refused(415, "Encoded body", "Send the body without Content-Encoding.")


def _store(request: HttpRequest, slug: str) -> intake.Receipt:
    try:
        body = request.read(LARGEST_BODY + 1)
    except UnreadablePostError as cut_off:
        raise Refused(400, "Body cut off", "The connection ended before the whole body had arrived.") from cut_off
    # Whether the connection still stands is found out by using it: to ask first would cost half as much as the INSERT.
    connection.health_check_done = True  # type: ignore[attr-defined]  # the stubs do not know it
    try:
        return _store_checked(request, body, slug)
    except (OperationalError, InterfaceError):
        if connection.connection is None or connection.is_usable():
            raise
    # It broke while it was idle, or just now: the same delivery a second time is recognised, so it is safe to repeat.
    connection.close()
    return _store_checked(request, body, slug)


def _store_checked(request: HttpRequest, body: bytes, slug: str) -> intake.Receipt:
    """Store the delivery, checked against the configuration that is in force when it is stored."""
    current = sources.cached()
    if slug not in current.by_slug:
        current = sources.read()
    for _ in range(3):
        try:
            return _store_as(request, body, slug, current)
        except intake.ConfigurationMoved:
            current = sources.read()
    raise DatabaseError("the configuration changed three times during one delivery")


def _store_as(request: HttpRequest, body: bytes, slug: str, current: sources.Sources) -> intake.Receipt:
    source = current.by_slug.get(slug)
    if source is None or not source.active:
        raise Refused(404, "No such source", "There is no source at this address.")
    _check_identity(source, request, body)
    _check_rate(source)
    parsed = parse_body(request.META.get("CONTENT_TYPE", ""), body)
    key = (
        request.headers.get("webhook-id")
        or request.headers.get("idempotency-key")
        or event_id(source.reading, parsed)
        or ""
    )
    delivery = intake.Delivery(
        body=body,
        content_type=request.META.get("CONTENT_TYPE", "")[:200],
        headers={name: request.headers[name][:300] for name in KEPT_HEADERS if name in request.headers},
        key=_fitting_key(key),
    )
    return intake.receive(source, delivery, revision=current.revision)


def _check_identity(source: SourceCard, request: HttpRequest, body: bytes) -> None:
    if source.auth == Source.Auth.NONE:
        return
    if not source.secrets:
        log.error("source %s has no secret: set %s", source.slug, source.secret_env)
        raise Refused(401, "No secret", "This source is not ready: the server has no secret for it.")
    if source.auth == Source.Auth.SIGNATURE:
        verify(source.secrets, request.headers, body, timezone.now())
        return
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Refused(401, "Token missing or wrong", "Send Authorization: Bearer with this source's token.")
    if not any(constant_time_compare(sent.strip(), secret) for secret in source.secrets):
        raise Refused(401, "Token missing or wrong", "Send Authorization: Bearer with this source's token.")


def _check_rate(source: SourceCard) -> None:
    """Asked after the identity, so that a stranger cannot use up a sender's allowance."""
    if seconds := LIMITS.wait_s(source.id, time.monotonic()):
        detail = f"This source sends more than {settings.WEBHOOK_RATE_PER_S} deliveries a second."
        raise Refused(429, "Too many deliveries", detail, {"Retry-After": str(seconds)})


def _fitting_key(key: str) -> str:
    cleaned = key.replace("\x00", "").strip()
    if len(cleaned) > 255:
        raise Refused(400, "Id too long", "The id of a delivery may have at most 255 characters.")
    return cleaned
