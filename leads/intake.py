"""Every way in ends here: one delivery becomes one durable row, once, and only then is it acknowledged.

The insert is a single statement. It holds only if the configuration is still the one the caller checked the delivery
against, and does nothing if the same delivery is already there.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from leads.crash import crash_point
from leads.models import Alarm, InboundEvent
from leads.prepared import prepared_cursor
from leads.sources import SourceCard

SAME_BODY_WINDOW = timedelta(hours=24)

INSERT = """
INSERT INTO leads_inboundevent
    (uuid, source_id, key, body, body_hash, content_type, headers, received_at, status, due_at,
     attempts, copies, problem)
SELECT %s, %s, %s, %s, %s, %s, %s::jsonb, at, 'waiting', at, 0, 0, ''
FROM (SELECT coalesce(%s::timestamptz, clock_timestamp()) AS at) AS clock
WHERE %s::bigint = coalesce((SELECT number FROM reps_revision WHERE id = 1), 0)
ON CONFLICT (source_id, key) DO NOTHING
RETURNING uuid
"""


class ConfigurationMoved(Exception):
    """The sources changed since the caller read them: read them again and check the delivery anew."""


class SameIdOtherBody(Exception):
    """The sender used an id again for something else. Nothing was stored; RevOps was alarmed."""


@dataclass(frozen=True, slots=True)
class Receipt:
    event: uuid.UUID
    status: str  # accepted | duplicate


@dataclass(frozen=True, slots=True)
class Delivery:
    """What arrived. `key` is the sender's id for this delivery, or "" if it named none."""

    body: bytes
    content_type: str
    headers: Mapping[str, str]
    key: str = ""
    received_at: datetime | None = None  # None: now, by the database's clock


def receive(source: SourceCard, delivery: Delivery, *, revision: int) -> Receipt:
    """Store one delivery durably, or recognise it as one that is already stored.

    `revision` is the configuration the caller read `source` at. Raises `ConfigurationMoved` if it is no longer in
    force, and `SameIdOtherBody` if the sender's id was used before for another body.
    """
    body_hash = hashlib.sha256(delivery.body).hexdigest()
    key = f"id:{delivery.key}" if delivery.key else f"body:{body_hash}"
    if stored := _insert(source, delivery, key, body_hash, revision):
        crash_point("after_event_commit")
        return Receipt(stored, "accepted")

    earlier = InboundEvent.objects.filter(source_id=source.id, key=key).only("uuid", "body_hash", "received_at").first()
    if earlier is None:
        raise ConfigurationMoved
    if earlier.body_hash != body_hash:
        _alarm_same_id(source, delivery.key)
        raise SameIdOtherBody
    if not delivery.key and (delivery.received_at or timezone.now()) - earlier.received_at >= SAME_BODY_WINDOW:
        _release_key(earlier)
        return receive(source, delivery, revision=revision)
    InboundEvent.objects.filter(pk=earlier.pk).update(copies=F("copies") + 1)
    return Receipt(earlier.uuid, "duplicate")


def _insert(source: SourceCard, delivery: Delivery, key: str, body_hash: str, revision: int) -> uuid.UUID | None:
    values = (
        time_ordered_uuid(),
        source.id,
        key,
        delivery.body,
        body_hash,
        delivery.content_type,
        json.dumps(dict(delivery.headers)),
        delivery.received_at,
        revision,
    )
    with prepared_cursor() as cursor:
        cursor.execute(INSERT, values)
        row = cursor.fetchone()
    return row[0] if row else None


def time_ordered_uuid() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562): milliseconds first, so that new rows go to the end of the index."""
    value = int.from_bytes((time.time_ns() // 1_000_000).to_bytes(6, "big") + os.urandom(10), "big")
    value = value & ~(0xF000 << 64) | 0x7000 << 64
    value = value & ~(0xC000 << 48) | 0x8000 << 48
    return uuid.UUID(int=value)


def _release_key(event: InboundEvent) -> None:
    """The same body after a day is a new delivery: the old row gives up the key. Two at once: one of them wins."""
    InboundEvent.objects.filter(pk=event.pk, key=f"body:{event.body_hash}").update(
        key=f"body:{event.body_hash}:{event.pk}"
    )


@transaction.atomic
def _alarm_same_id(source: SourceCard, key: str) -> None:
    now = timezone.now()
    text = (
        f"{source.name} sent another body under an id it had used before ({key[:80]}). The second body was not stored."
    )
    alarm, made = Alarm.objects.get_or_create(
        kind="same_id_other_body",
        source_id=source.id,
        defaults={"text": text, "first_at": now, "last_at": now},
    )
    if not made:
        Alarm.objects.filter(pk=alarm.pk).update(text=text, last_at=now, count=F("count") + 1)
