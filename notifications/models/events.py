"""What other systems are told: events as rows, and who subscribed to them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from reps.models import User


class Subscription(models.Model):
    """Another system that hears of events at `url`. Its secrets are derived, not stored: `secret_number` signs.

    `previous_until` is until when the secret before that one signs too, so that it can be changed in peace.
    """

    name = models.CharField(max_length=200, unique=True)
    url = models.CharField(max_length=2000)
    types = models.JSONField(default=list)
    enabled = models.BooleanField(default=True)
    off_reason = models.CharField(max_length=300, blank=True)
    secret_number = models.PositiveIntegerField(default=1)
    previous_until = models.DateTimeField(null=True, blank=True)
    per_minute = models.PositiveIntegerField(null=True, blank=True)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @property
    def lane(self) -> str:
        return f"subscription:{self.pk}"


class OutgoingEvent(models.Model):
    """Something that happened to a lead, as other systems are told. Appended in the transaction in which it happened.

    `key` is the id that all repeats carry; at `due_at` its deliveries are planned (NULL: they are).
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    type = models.CharField(max_length=40)
    at = models.DateTimeField()
    lead_id = models.BigIntegerField()
    payload = models.JSONField()
    due_at = models.DateTimeField(null=True, blank=True, db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="outgoing_unplanned"),
            models.Index(fields=["-at"], name="outgoing_by_time"),
            models.Index(fields=["lead_id", "at"], name="outgoing_by_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.type} of lead {self.lead_id}"
