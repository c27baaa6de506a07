"""What is to be sent where, and each try."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from notifications.models.channels import Channel
from notifications.models.events import OutgoingEvent, Subscription
from notifications.models.notices import Notification
from reps.models import User


class Delivery(models.Model):
    """One message on its way: a notice through a channel to a person, or an event to a subscription.

    The row is the queue: what is due is leased, sent, and marked by whoever still holds the lease. Repeats carry the
    same `key`. If it has not arrived at `second_at`, `instead_of` it another one goes through the second channel.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        DEAD = "dead", "Dead"

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    lane = models.CharField(max_length=40)
    notification = models.ForeignKey(
        Notification, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries"
    )
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries")
    second = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    second_at = models.DateTimeField(null=True, blank=True)
    instead_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="stand_ins")
    event = models.ForeignKey(OutgoingEvent, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries")
    subscription = models.ForeignKey(
        Subscription, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["lane", "due_at"], condition=Q(state="waiting"), name="delivery_due"),
            models.Index(
                fields=["second_at"],
                condition=Q(state="waiting", second_at__isnull=False),
                name="delivery_second_due",
            ),
            models.Index(fields=["lane"], condition=Q(lease_token__isnull=False), name="delivery_leased"),
            models.Index(fields=["user", "due_at"], condition=Q(user__isnull=False), name="delivery_by_user"),
            models.Index(fields=["-created_at"], name="delivery_by_time"),
            models.Index(fields=["-created_at"], condition=Q(state="dead"), name="delivery_dead"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(notification__isnull=False, user__isnull=False, channel__isnull=False, event__isnull=True)
                | Q(event__isnull=False, subscription__isnull=False, notification__isnull=True),
                name="delivery_of_one_thing",
            ),
            models.UniqueConstraint(fields=["notification", "channel"], name="once_per_notice_and_channel"),
            models.UniqueConstraint(fields=["event", "subscription"], name="once_per_event_and_subscription"),
        ]

    def __str__(self) -> str:
        return f"{self.key} through {self.lane}: {self.state}"


class Attempt(models.Model):
    """One try to deliver: when, how long it took, and what the receiver said. Appended, never edited."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    took_ms = models.PositiveIntegerField()
    ok = models.BooleanField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["delivery", "at"], name="attempt_of_delivery"),
            models.Index(fields=["at"], name="attempt_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.at}: {'sent' if self.ok else self.problem}"


class UsedLink(models.Model):
    """A link that did its one deed. Only the SHA-256 of its token is kept."""

    digest = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"used {self.at}"
