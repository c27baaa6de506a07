"""Signed links and buttons in messages: each stands for one notice, and so for one person and what he was told of.

A token says which notice, when it was made and what for; nothing of the lead is in it. Links of a room that others read
too are of another make than those sent to a person: they ask who is there.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner

from notifications.models import Notification

LASTS = timedelta(days=7)
LONGEST = 200
LINK, ROOM, BUTTON = "link", "room", "button"


class BadLink(Exception):
    """It is none of ours, or was changed on its way, or what it stood for has been erased."""


class ExpiredLink(BadLink):
    """It was ours, and is too old."""


def token_of(notification: Notification, *, purpose: str = LINK) -> str:
    """The token of a notice, for a link sent to its person, for one in a room, or for a button."""
    return _signer(purpose).sign(str(notification.pk))


def notification_of(token: str, *, purpose: str = LINK) -> Notification:
    """The notice that this token was made for. Raises `BadLink`, or `ExpiredLink` after seven days."""
    if len(token) > LONGEST or not token.isascii():
        raise BadLink
    try:
        number = _signer(purpose).unsign(token, max_age=LASTS)
    except SignatureExpired as old:
        raise ExpiredLink from old
    except (BadSignature, ValueError) as wrong:
        raise BadLink from wrong
    try:
        return Notification.objects.select_related("user").get(pk=number)
    except Notification.DoesNotExist as erased:
        raise BadLink from erased


def digest(token: str) -> str:
    """How a used token is remembered."""
    return hashlib.sha256(token.encode()).hexdigest()


def _signer(purpose: str) -> TimestampSigner:
    return TimestampSigner(sep=".", salt=f"notifications.links.{purpose}")
