"""The outbox: who is to be told what, through which channel, and what became of it."""

from notifications.models.channels import Address, Channel, Habits, Lane, Preference, Wording
from notifications.models.deliveries import Attempt, Delivery, UsedLink
from notifications.models.events import OutgoingEvent, Subscription
from notifications.models.notices import Notification

__all__ = [
    "Address",
    "Attempt",
    "Channel",
    "Delivery",
    "Habits",
    "Lane",
    "Notification",
    "OutgoingEvent",
    "Preference",
    "Subscription",
    "UsedLink",
    "Wording",
]
