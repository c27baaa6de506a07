"""What has to be called for a delivery. All that needs the database is read here; the call itself touches none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from notifications.addresses import absolute
from notifications.channels import SENDERS, Message, NotSent, Sent
from notifications.models import Channel, Delivery

Call = Callable[[], Sent]


def sender_for(delivery: Delivery, *, now: datetime) -> Call:
    """The call that sends this delivery. Raises `NotSent` where it is clear already that it cannot be sent."""
    if delivery.event is not None:
        raise NotSent("Nobody here sends events yet.")
    channel = delivery.channel
    assert channel is not None
    send = SENDERS.get(channel.kind)
    if send is None:
        raise NotSent("There is no such kind of channel.", permanent=True)
    return partial(send, _message_of(delivery, channel, now), channel.settings)


def _message_of(delivery: Delivery, channel: Channel, now: datetime) -> Message:
    notice, user = delivery.notification, delivery.user
    assert notice is not None
    assert user is not None
    return Message(
        key=str(delivery.key),
        kind=notice.kind,
        to=user.email,
        person=user.name,
        subject=notice.text,
        text=notice.text,
        link=absolute(notice.link),
        accept="",
        context=notice.context,
        at=now,
    )
