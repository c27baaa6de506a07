"""Telling people: a notice is a row, written in the transaction that makes it necessary. What follows is delivery."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from reps.models import User

# In the order of their keys, so that two writers who tell the same do not wait for each other in a circle.
TELL = """
INSERT INTO notifications_notification (user_id, kind, text, link, context, dedupe_key, created_at)
SELECT user_id, kind, text, link, context, dedupe_key, %s
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::text[])
AS v (user_id, kind, text, link, context, dedupe_key) ORDER BY dedupe_key
ON CONFLICT (dedupe_key) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one person. `key` makes telling it twice impossible; `context` holds what wordings may name."""

    user: int
    kind: str
    text: str
    key: str
    link: str = ""
    context: Mapping[str, object] = field(default_factory=dict)


def tell(notices: Sequence[Notice], *, now: datetime) -> None:
    """Write these notices in the caller's transaction; what was told already stays as it is."""
    if not notices:
        return
    rows = [(one.user, one.kind, one.text, one.link, json.dumps(dict(one.context)), one.key) for one in notices]
    with connection.cursor() as cursor:
        cursor.execute(TELL, [now, *map(list, zip(*rows, strict=True))])


def tell_revops(kind: str, text: str, *, key: str, link: str, now: datetime) -> None:
    """The same to everybody of RevOps who is there, in the caller's transaction; once for each key."""
    revops = User.objects.filter(is_active=True, role=User.Role.REVOPS).order_by("pk").values_list("pk", flat=True)
    tell([Notice(user, kind, text, f"{key}:{user}", link) for user in revops], now=now)
