"""Change sets: what will become of territories, pools and account owners, prepared and put in force at an instant."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reps.models import User


class ChangeSet(models.Model):
    """`document` says what changes, as the configuration file would; `base` is what was in force of it when prepared.

    `applied` is what really changed, each entry before and after: what an undo is made from. `problem` says why a set
    could not come into force.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SCHEDULED = "scheduled", "Scheduled"
        ACTIVE = "active", "In force"
        CANCELLED = "cancelled", "Cancelled"
        FAILED = "failed", "Failed"

    name = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    document = models.TextField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    effective_at = models.DateTimeField(null=True, blank=True)
    base = models.JSONField(default=dict)
    prepared_at = models.DateTimeField()
    prepared_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    scheduled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True)
    applied = models.JSONField(default=list)
    reverses = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="undone_by")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="scheduled") | Q(effective_at__isnull=False), name="scheduled_for_an_instant"
            )
        ]
        indexes = [
            models.Index(fields=["effective_at"], condition=Q(status="scheduled"), name="change_set_due"),
            models.Index(fields=["-prepared_at"], name="change_set_by_time"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def can_be_edited(self) -> bool:
        return self.status in (self.Status.DRAFT, self.Status.FAILED)

    @property
    def is_over(self) -> bool:
        return self.status in (self.Status.ACTIVE, self.Status.CANCELLED)
