"""A message that must reach somebody: a row, written in the transaction that makes it necessary."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from reps.models import User


class Notification(models.Model):
    """One message to one person. `dedupe_key` makes writing it twice impossible; `seen_at` is when it was read here.

    `context` holds the named values that templates may use, and `lead` and `epoch` where it can be accepted from afar.
    At `due_at` its deliveries are planned; NULL: they are. Notices that gather are `folded_into` the one that was sent.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40)
    text = models.TextField()
    link = models.CharField(max_length=300, blank=True)
    context = models.JSONField(default=dict, db_default={})
    dedupe_key = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, db_default=Now())
    folded_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="folded")

    class Meta:
        indexes = [
            models.Index(
                fields=["user", "-created_at"],
                condition=Q(seen_at__isnull=True),
                name="notification_unseen",
            ),
            models.Index(fields=["user", "-created_at"], name="notification_by_user"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="notification_unplanned"),
            models.Index(fields=["created_at"], condition=~Q(context={}), name="notification_with_values"),
            models.Index(fields=["folded_into"], condition=Q(folded_into__isnull=False), name="notification_folded"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.user_id}"
