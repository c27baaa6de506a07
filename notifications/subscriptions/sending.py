"""One event to one subscription: the body as the catalogue has it, signed with every secret that counts now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import orjson

from notifications.channels.posting import judged, post_raw
from notifications.channels.protocol import Sent
from notifications.models import Delivery
from notifications.subscriptions.catalogue import utc
from notifications.subscriptions.services import secrets_of
from outgoing.signing import signed_headers


def call_for(delivery: Delivery, *, now: datetime) -> Callable[[], Sent]:
    """The call that sends this event. Its id and its body are the same in every repeat; the signature is of now."""
    event, subscription = delivery.event, delivery.subscription
    assert event is not None
    assert subscription is not None
    body = orjson.dumps({"type": event.type, "timestamp": utc(event.at), "data": event.payload})
    headers = signed_headers(secrets_of(subscription, now=now), key=str(event.key), at=now, body=body)
    url = subscription.url
    return lambda: judged(post_raw(url, body, headers=headers))
