"""Rule trees and their versions, and what rules may name besides: the admin's own fields and lists of values."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reps.models import User


class Tree(models.Model):
    """A named rule document. `timezone` is the zone of `time.weekday` and `time.hour` in its conditions.

    `needs_approval`: whoever asks for a publication cannot be the one who approves it.
    """

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=60, default="UTC")
    is_default = models.BooleanField(default=False)
    needs_approval = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="one_default_tree",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """One state of a tree. Once published the document never changes; decisions point at it."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        LIVE = "live", "Live"
        TRIAL = "trial", "On trial"
        RETIRED = "retired", "Retired"

    tree = models.ForeignKey(Tree, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    document = models.JSONField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tree", "number"], name="version_number_once_per_tree"),
            models.UniqueConstraint(fields=["tree"], condition=Q(status="live"), name="one_live_version"),
        ]

    def __str__(self) -> str:
        return f"{self.tree} v{self.number}"


class CustomField(models.Model):
    """A field of the admin's own, `custom.<key>`, with its type."""

    key = models.CharField(max_length=80, unique=True)
    type = models.CharField(max_length=20)
    label = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.key


class ValueList(models.Model):
    """A named list of values for `in_list` conditions."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    values = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.name
