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

    `steps` is the frozen ladder: a list of {"after_s": seconds on its clock, "at": ISO time in UTC, "unless", "do"}.
    `basis` says whose time it counts, `revision` by which configuration its times were worked out. `waiting_since` is
    when the customer began to wait, in real time. A lead that waits in a queue has a clock without `assignment`.
    At `silent_at` the holder of an accepted lead, of whom nothing was heard since `silent_since`, is asked whether he
    still works on it, and then it goes on.
    """

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        STOPPED = "stopped", "Stopped"

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="clocks")
    assignment = models.OneToOneField(Assignment, null=True, blank=True, on_delete=models.CASCADE, related_name="clock")
    policy = models.JSONField()
    basis = models.CharField(max_length=10, default="always", db_default="always")
    revision = models.BigIntegerField(default=0, db_default=0)
    waiting_since = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    finished_at = models.DateTimeField(null=True, blank=True)
    breach_noted_at = models.DateTimeField(null=True, blank=True)
    steps = models.JSONField(default=list)
    next_step = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    silent_since = models.DateTimeField(null=True, blank=True)
    silent_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(state="running", next_at__isnull=False),
                name="sla_step_due",
            ),
            models.Index(
                fields=["due_at"], condition=Q(state="running", breach_noted_at__isnull=True), name="sla_breach_due"
            ),
            models.Index(
                fields=["silent_at"], condition=Q(state="running", silent_at__isnull=False), name="sla_silent_due"
            ),
            models.Index(
                fields=["revision", "id"], condition=Q(state="running") & ~Q(basis="always"), name="sla_to_reckon_anew"
            ),
            models.Index(fields=["lead", "-started_at"], name="clock_by_lead"),
        ]

    def __str__(self) -> str:
        return f"clock of lead {self.lead_id}: {self.state}, due {self.due_at}"
