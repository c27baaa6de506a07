"""Which address and which account count when logins are limited."""

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest


def address(request: HttpRequest) -> str:
    """The connection's, or what the outermost proxy of ours saw. Anything further left anybody may have written."""
    direct = request.META.get("REMOTE_ADDR", "")
    named = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if settings.PROXIES and len(named) >= settings.PROXIES:
        return named[-settings.PROXIES]
    return direct


def account(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """The e-mail that somebody tries, however it is written: each spelling would have ten tries of its own."""
    given = (credentials or {}).get("username") or request.POST.get("username", "")
    return given.strip().lower()
