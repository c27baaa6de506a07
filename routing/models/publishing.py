"""On the way from a draft to what decides: wishes to publish, replays of the past, and trials on real traffic."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reps.models import User
from routing.models.decisions import Decision
from routing.models.drafts import Revision
from routing.models.trees import Tree, Version


class Publication(models.Model):
    """A wish to publish a revision: it may wait for a second pair of eyes, for its time, or for both.

    `impact` keeps the figures that were shown to whoever asked for it.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting for approval"
        SCHEDULED = "scheduled", "Scheduled"
        DONE = "done", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"
        FAILED = "failed", "Could not be published"

    tree = models.ForeignKey(Tree, on_delete=models.CASCADE, related_name="publications")
    revision = models.ForeignKey(Revision, on_delete=models.RESTRICT, related_name="publications")
    note = models.TextField()
    status = models.CharField(max_length=10, choices=Status.choices)
    publish_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    version = models.ForeignKey(Version, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    impact = models.JSONField(default=dict)
    problem = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tree"], condition=Q(status__in=["waiting", "scheduled"]), name="one_open_publication"
            ),
        ]
        indexes = [
            models.Index(fields=["publish_at"], condition=Q(status="scheduled"), name="publication_due"),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()}: {self.revision}"


class Backtest(models.Model):
    """The last leads decided again, by a document and by the live version. A worker does it bit by bit.

    `claimed_at` is the worker's last sign of life: a claim that has gone silent is anybody's.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"
        FAILED = "failed", "Failed"

    tree = models.ForeignKey(Tree, on_delete=models.CASCADE, related_name="backtests")
    revision = models.ForeignKey(Revision, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    against = models.ForeignKey(Version, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    document = models.JSONField()
    days = models.PositiveIntegerField(default=30)
    most = models.PositiveIntegerField(default=10_000)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    problem = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    claimed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(status__in=["waiting", "running"]), name="backtest_to_do"),
        ]

    def __str__(self) -> str:
        return f"backtest of {self.tree}, {self.get_status_display().lower()}"


class Trial(models.Model):
    """A version on real traffic before it is live: beside the live one (shadow), or for a share of the leads (canary).

    `limits` end a canary by themselves: {"fallback": share, "breach": share, "reassigned": share, "leads": how many
    there must be before a share says anything}. `seen` is the newest decision that was looked at.
    """

    class Kind(models.TextChoices):
        SHADOW = "shadow", "Shadow"
        CANARY = "canary", "Canary"

    class Status(models.TextChoices):
        RUNNING = "running", "Running"
        ENDED = "ended", "Ended"
        PROMOTED = "promoted", "Promoted"
        ROLLED_BACK = "rolled_back", "Rolled back"

    tree = models.ForeignKey(Tree, on_delete=models.CASCADE, related_name="trials")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    version = models.ForeignKey(Version, on_delete=models.RESTRICT, related_name="trials")
    against = models.ForeignKey(Version, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    share = models.PositiveIntegerField(default=0)  # percent of the leads
    limits = models.JSONField(default=dict)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.RUNNING)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    end_reason = models.TextField(blank=True)
    seen = models.BigIntegerField(default=0)
    compared = models.PositiveIntegerField(default=0)
    differed = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tree", "kind"], condition=Q(status="running"), name="one_trial_of_a_kind"),
            models.CheckConstraint(condition=Q(share__lte=100), name="share_in_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.version}"


class Disagreement(models.Model):
    """A lead that the shadow would have sent elsewhere: both answers, each with its place, receiver and reason."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="disagreements")
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    live = models.JSONField()
    shadow = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trial", "decision"], name="disagreement_once")]
        indexes = [models.Index(fields=["trial", "-at"], name="disagreement_by_time")]

    def __str__(self) -> str:
        return f"{self.trial}: decision {self.decision_id}"
