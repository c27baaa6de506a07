"""Keys for programs: `Authorization: Bearer <token>`. Only its SHA-256 is kept, so a stolen table opens nothing."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from reps.models import ApiToken, User

MARK = "sw_"  # so that a token that leaked is recognised by whoever scans for such things
SHOWN = 12
USE_IS_NOTED_EVERY = timedelta(minutes=1)


def make_token(user: User, now: datetime) -> str:
    """A new key for this user's programs. It is shown this once: only its hash is kept."""
    token = MARK + secrets.token_urlsafe(32)
    ApiToken.objects.create(user=user, digest=digest(token.encode()), prefix=token[:SHOWN], created_at=now)
    return token


def digest(token: bytes) -> str:
    """A token is long and random, so one plain SHA-256 is enough."""
    return hashlib.sha256(token).hexdigest()


class TokenAuthentication(BaseAuthentication):
    """Whoever sends a token is judged by it alone; whoever sends none may still have a session."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, sent = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        token = ApiToken.objects.select_related("user").filter(digest=digest(sent.strip())).first()
        if token is None or not token.user.is_active:
            raise AuthenticationFailed("This token opens nothing: it is unknown, or its user may no longer sign in.")
        _note_use(token, timezone.now())
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Switchyard"'


def _note_use(token: ApiToken, now: datetime) -> None:
    """Within a minute the row is not written again: a busy program would write it a hundred times a second."""
    if token.last_used_at is None or now - token.last_used_at >= USE_IS_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
