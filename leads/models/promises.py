"""Promises: SLA policies and their running clocks."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from leads.models.lead import Assignment, Lead


class SlaPolicy(models.Model):
    """A named promise as RevOps wrote it (durations such as "5m"). Leads freeze the one they start with."""

    slug = models.SlugField(max_length=60, unique=True)
    position = models.PositiveIntegerField(default=0)
    document = models.JSONField()

    def __str__(self) -> str:
        return self.slug


class SlaClock(models.Model):
    """A running promise. The next step is a due row; a guarded update on (`state`, `next_step`) acts on it once.

    `steps` is the frozen ladder: a list of {"at": ISO time in UTC, "unless": ..., "do": ...}.
    """

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        STOPPED = "stopped", "Stopped"

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="clocks")
    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="clock")
    policy = models.JSONField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    finished_at = models.DateTimeField(null=True, blank=True)
    steps = models.JSONField(default=list)
    next_step = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(state="running", next_at__isnull=False),
                name="sla_step_due",
            ),
            models.Index(fields=["lead", "-started_at"], name="clock_by_lead"),
        ]

    def __str__(self) -> str:
        return f"clock of lead {self.lead_id}: {self.state}, due {self.due_at}"
