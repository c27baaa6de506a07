"""The score model through time: what gives how many points, and who is held back."""

from __future__ import annotations

from django.db import models

from reps.models import User


class ScoreVersionQuerySet(models.QuerySet["ScoreVersion"]):
    def live(self) -> ScoreVersion | None:
        """The one in force: the newest."""
        return self.order_by("-number").first()


class ScoreVersion(models.Model):
    """The score model as it was published: never changed afterwards, because decisions name its number.

    `document` is as in the configuration file's `scoring`; an empty one is in force when there is no model any more.
    """

    number = models.PositiveIntegerField(unique=True)
    document = models.JSONField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(max_length=300, blank=True)

    objects = ScoreVersionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"score model v{self.number}"
