"""The channel that everybody is told by until somebody sets up another: e-mail, once the server knows a mail server."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from notifications.models import Channel


def make_mail_channel(now: datetime) -> None:
    """Where there is a mail server and never was an e-mail channel, also none that is switched off."""
    if settings.EMAIL_HOST and not Channel.objects.filter(kind=Channel.Kind.EMAIL).exists():
        values = {"name": "E-mail", "kind": Channel.Kind.EMAIL, "changed_at": now}
        Channel.objects.get_or_create(slug="email", defaults=values)
