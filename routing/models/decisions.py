"""The record of every decision. Leads live above this app: a decision names its lead by number, not by a relation."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from reps.models import Rep
from routing.models.pools import Pool, Queue
from routing.models.trees import Version


class Decision(models.Model):
    """The permanent record of one evaluation: facts in, version, rules that held, every candidate, the choice, why.

    `path` is where gate and rules sent the lead before anybody was asked; `notes` what was not quite as asked for, in
    words; `scoring` how the score came about, `matching` which accounts were looked at and how well each fits.
    """

    class Cause(models.TextChoices):
        ARRIVED = "arrived", "Lead arrived"
        RETURNED = "returned", "Lead came back"
        DECLINED = "declined", "Rep declined"
        SLA = "sla", "Promise broken"
        AWAY = "away", "Rep went away"
        BY_HAND = "by_hand", "Moved by hand"
        RECONSIDERED = "changed", "Facts changed"
        DRAINED = "drained", "Somebody was free"

    class Outcome(models.TextChoices):
        ASSIGNED = "assigned", "Assigned"
        QUEUED = "queued", "Queued"
        NURTURE = "nurture", "Nurture"
        DISCARDED = "discarded", "Discarded"

    lead_id = models.BigIntegerField()
    at = models.DateTimeField()
    cause = models.CharField(max_length=10, choices=Cause.choices, default=Cause.ARRIVED)
    version = models.ForeignKey(
        Version,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="decisions",
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    rep = models.ForeignKey(Rep, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    pool = models.ForeignKey(Pool, null=True, blank=True, on_delete=models.SET_NULL, related_name="decisions")
    queue = models.ForeignKey(
        Queue,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="decisions",
    )
    track = models.CharField(max_length=60, blank=True)
    strategy = models.CharField(max_length=20, blank=True)
    fallback = models.BooleanField(default=False)
    sticky = models.BooleanField(default=False)
    cover_for = models.ForeignKey(Rep, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    rules = ArrayField(models.CharField(max_length=40), default=list)
    reason = models.TextField()
    path = models.TextField(blank=True)
    notes = models.JSONField(default=list)
    facts = models.JSONField()
    scoring = models.JSONField(default=dict)
    matching = models.JSONField(default=dict)
    candidates = models.JSONField(default=list)
    timings = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["lead_id", "-at"], name="decision_by_lead"),
            models.Index(fields=["-at"], name="decision_by_time"),
            models.Index(fields=["rep", "-at"], name="decision_by_rep"),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}: {self.reason}"
