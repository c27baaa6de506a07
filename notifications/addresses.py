"""The way from a message back to a page here: whole URLs, as a mail or a chat needs them."""

from __future__ import annotations

import os

from django.conf import settings


def absolute(path: str) -> str:
    """The URL of a path of this site; "" stays "". Without SITE_URL it is the one that `up` prints."""
    if not path:
        return ""
    site = settings.SITE_URL or f"http://localhost:{os.environ.get('PORT', '8000')}"
    return f"{site}/{path.lstrip('/')}"
