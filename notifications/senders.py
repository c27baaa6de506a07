"""What has to be called for a delivery. All that needs the database is read here; the call itself touches none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from notifications.channels import SENDERS, Message, NotSent, Send, Sent, Settings
from notifications.messages import message_of, trial_message
from notifications.models import Channel, Delivery, Habits
from notifications.quiet import end_of_quiet
from notifications.subscriptions import sending
from reps.access import own_zone
from reps.models import Rep, User

Call = Callable[[], Sent]


class NotNow(Exception):
    """Its person's quiet hours have begun since it was planned: it waits `until` their end."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


def sender_for(delivery: Delivery, *, now: datetime) -> Call:
    """The call that sends this delivery. Raises `NotSent` where it is clear that it cannot be sent, and `NotNow`."""
    if delivery.event is not None:
        return sending.call_for(delivery, now=now)
    channel, user = delivery.channel, delivery.user
    assert channel is not None
    if user is not None and not user.is_active:  # it was planned before he left
        raise NotSent("This person is not active any more.", permanent=True)
    if user is not None:
        _check_not_quiet(user, now)
    message = message_of(delivery, now=now)
    send = (
        partial(_to_him_alone, _send(channel))
        if channel.kind == Channel.Kind.WEBHOOK and message.to
        else _send(channel)
    )
    return partial(send, message, channel.settings)


def trial_of(channel: Channel, user: User, *, key: str, now: datetime) -> Call:
    """The call behind the test button. Raises `NotSent` if he has no address there."""
    return partial(_send(channel), trial_message(channel, user, key=key, now=now), channel.settings)


def _check_not_quiet(user: User, now: datetime) -> None:
    """What is tried again, or goes by the second channel, may have become due in them."""
    habits = Habits.objects.filter(user=user, quiet_from__isnull=False).first()
    if habits is None:
        return
    zone = own_zone(user, Rep.objects.filter(user=user).first())
    until = end_of_quiet(now, zone, habits.quiet_from, habits.quiet_to)
    if until > now:
        raise NotNow(until)


def _send(channel: Channel) -> Send:
    send = SENDERS.get(channel.kind)
    if send is None:
        raise NotSent("There is no such kind of channel.", permanent=True)
    return send


def _to_him_alone(send: Send, message: Message, settings: Settings) -> Sent:
    """Of an address that is one person's own: gone, busy or broken, it leaves the channel of the others as it is."""
    try:
        return replace(send(message, settings), own=True)
    except NotSent as refused:
        refused.permanent, refused.gone, refused.own = refused.permanent or refused.gone, False, True
        raise
