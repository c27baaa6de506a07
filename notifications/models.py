"""Telling people: a row per message that must reach somebody, written in the transaction that makes it necessary."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reps.models import User


class Notification(models.Model):
    """One message to one person. `dedupe_key` makes writing it twice impossible; `seen_at` is when it was read here."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40)
    text = models.TextField()
    link = models.CharField(max_length=300, blank=True)
    dedupe_key = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["user", "-created_at"],
                condition=Q(seen_at__isnull=True),
                name="notification_unseen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.user}"
