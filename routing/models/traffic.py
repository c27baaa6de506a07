"""How many leads went which way on which day: what the edges of a drawn tree show, without asking every decision."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from routing.models.trees import Tree


class Traffic(models.Model):
    """Leads of one UTC day that arrived and were decided alike: the same rules held, the same target was reached.

    `rules` are the ids of the rules that held, outermost first, as in `Decision.rules`; `path` as in `Decision.path`.
    """

    tree = models.ForeignKey(Tree, on_delete=models.CASCADE, related_name="traffic")
    day = models.DateField()
    version = models.PositiveIntegerField()
    rules = ArrayField(models.CharField(max_length=40), default=list)
    path = models.TextField(blank=True)
    fallback = models.BooleanField(default=False)
    leads = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["tree", "-day"], name="traffic_by_day")]

    def __str__(self) -> str:
        return f"{self.path} on {self.day}: {self.leads}"


class TrafficDay(models.Model):
    """A UTC day whose traffic has been counted, and when: a day that was counted before it ended is counted again."""

    day = models.DateField(primary_key=True)
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.day)
