"""What the frame of every page shows of notices."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from notifications.pages import inbox


def bell(request: HttpRequest) -> dict[str, Any]:
    """The number at the bell. It is asked for when the frame is drawn: a part of a page does not pay for it."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"bell": SimpleLazyObject(lambda: inbox.bell(user))}
