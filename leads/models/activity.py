"""What people did, one row for each activity; and the waiting leads to be looked at again because of it."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from leads.models.accounts import Account
from leads.models.capture import InboundEvent, Source
from leads.models.lead import Lead


class Activity(models.Model):
    """Somebody viewed, tried or used something at `at`.

    `person_key` names who did it as on a lead ("" if only the company is known); who is no lead yet may become one.
    `key` says what it was. `intent` is set where the activity itself asks for something.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="activities", db_index=False)
    event = models.ForeignKey(
        InboundEvent,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="activities",
        db_index=False,
    )
    item = models.PositiveIntegerField(default=0)
    item_key = models.CharField(max_length=300, blank=True)
    person_key = models.CharField(max_length=340, blank=True)
    account = models.ForeignKey(
        Account,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="activities",
        db_index=False,
    )
    key = models.CharField(max_length=40)
    value = models.FloatField(null=True, blank=True)
    at = models.DateTimeField()
    intent = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=200, blank=True)
    context = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "activities"
        constraints = [
            models.UniqueConstraint(fields=["event", "item"], name="activity_item_once"),
            models.UniqueConstraint(
                fields=["source", "item_key"], condition=~Q(item_key=""), name="same_activity_once"
            ),
        ]
        indexes = [
            models.Index(fields=["person_key", "key", "at"], condition=~Q(person_key=""), name="activity_of_person"),
            models.Index(
                fields=["account", "key", "at"], condition=Q(account__isnull=False), name="activity_of_account"
            ),
            BrinIndex(fields=["at"], name="activity_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.key} by {self.person_key or self.account_id} at {self.at}"


class LookAgain(models.Model):
    """A waiting lead whose facts have changed: at `due_at` the rules are to be asked again; None if nothing is due.

    `asked` counts the changes, so that one which comes while somebody is looking is not lost. `intent` is what the
    person asked for since.
    """

    # Without a constraint: checking it would lock the lead, and leads are locked before pools and reps, this row after.
    lead = models.OneToOneField(
        Lead, primary_key=True, on_delete=models.CASCADE, related_name="look_again", db_constraint=False
    )
    due_at = models.DateTimeField(null=True, blank=True)
    asked = models.PositiveBigIntegerField(default=1)
    looked_at = models.DateTimeField(null=True, blank=True)
    intent = models.CharField(max_length=40, blank=True)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="look_again_due")]

    def __str__(self) -> str:
        return f"lead {self.lead_id}, due {self.due_at}"
