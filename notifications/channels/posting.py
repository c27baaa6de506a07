"""One POST to a receiver, and what its answer means. Nothing of what was sent or answered is in what is raised."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import orjson
from django.conf import settings

from notifications.channels.protocol import NotSent, Sent
from outgoing.addresses import Refused, Target, target_of
from outgoing.calls import LONGEST_S, Reply, TookTooLong, TooLarge, Unreachable, call
from outgoing.secrets import SECRET, filled, is_name

AGENT = "Switchyard/1"
LONGEST_WAIT_S = 3_600.0
PASSING = (408, 425, 429)

Fits = Callable[[str], bool]


def filled_url(text: str, fits: Fits | None = None) -> str:
    """The URL with its secrets, if its host is one that fits or that the operator named. Raises `Refused`.

    The URL may be a secret as a whole, or hold some behind its host; then only for the host that stands there.
    """
    whole = SECRET.fullmatch(text.strip())
    if whole is None and SECRET.search("".join(urlsplit(text)[:2])):
        raise Refused("A secret may stand for the whole URL or for a part of it behind the host, not for the host.")
    target = _target(os.environ.get(whole[1], "") if whole and is_name(whole[1]) else text, whole is not None)
    if fits is not None and not target.believed and not fits(target.host):
        raise Refused(f"{'The URL' if whole else target.host} is none of the service's own addresses.")
    try:
        url = filled(text.strip(), target.host, os.environ)
    except Refused:
        if whole is None:
            raise
        raise Refused(f"The server has no secret {whole[1]} for its own host: set {whole[1]}_HOST too.") from None
    return target_of(url, settings.OUTGOING_ALLOW).url


def _target(url: str, is_secret: bool) -> Target:
    """Where a URL leads; what is wrong with one that is secret is not told."""
    try:
        return target_of(SECRET.sub("x", url), settings.OUTGOING_ALLOW)
    except Refused:
        if not is_secret:
            raise
        raise Refused("The server has no such secret, or it is no URL that may be asked.") from None


def url_problems(values: Mapping[str, object], fits: Fits, *, what: str) -> list[tuple[str, str]]:
    """What is wrong with the field `url` of a channel whose address is as good as a password."""
    url = values.get("url")
    if not isinstance(url, str) or not url.strip():
        return [("url", f"Write the {what}.")]
    if not SECRET.search(url):
        return [("url", f"Whoever has the {what} can post: keep it on the server and write ${{SWITCHYARD_SECRET_…}}.")]
    try:
        filled_url(url, fits)
    except Refused as refused:
        return [("url", str(refused))]
    return []


def post(url: str, content: object, *, headers: Mapping[str, str]) -> Reply:
    """Send this as JSON. Raises `NotSent` where no answer came."""
    return post_raw(url, orjson.dumps(content), headers=headers)


def post_raw(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    allowed: Collection[str] | None = None,
    seconds: float = LONGEST_S,
) -> Reply:
    """`allowed`: origins that are believed; unless said otherwise, those that the operator named."""
    sent = {"Content-Type": "application/json; charset=utf-8", "User-Agent": AGENT, **headers}
    allowed = settings.OUTGOING_ALLOW if allowed is None else allowed
    try:
        return call("POST", url, headers=sent, body=body, allowed=allowed, seconds=seconds)
    except Refused as refused:
        raise NotSent(str(refused)) from None
    except TookTooLong:
        raise NotSent("It did not answer in time.") from None
    except TooLarge:
        raise NotSent("Its answer was too large to be read.") from None
    except Unreachable:
        raise NotSent("It could not be reached.") from None


def judged(reply: Reply, *, permanent: bool = False, gone: bool = False, said: str = "") -> Sent:
    """2xx is taken; 410 is gone; `permanent` and `gone` are what the receiver's own words mean beyond that."""
    if 200 <= reply.status < 300 and not said:
        return Sent(reply.status)
    raise NotSent(
        f"It answered {reply.status}{f': {said}' if said else ''}.",
        status=reply.status,
        permanent=permanent and reply.status not in PASSING,
        retry_after_s=wait_s(reply),
        gone=gone or reply.status == 410,
    )


def wait_s(reply: Reply) -> float | None:
    """How long it asks to be left alone: in seconds, or until a time. What cannot be read was not said."""
    told = reply.retry_after.strip()
    if not told:
        return None
    if told.isascii() and told.isdigit():
        return min(float(told[:6]), LONGEST_WAIT_S)
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(0.0, (until - datetime.now(UTC)).total_seconds()), LONGEST_WAIT_S)
