"""What the system notices about itself: alarms for RevOps and the heartbeat of each loop."""

from __future__ import annotations

from django.db import models

from leads.models.capture import Source
from routing.models import Queue


class Alarm(models.Model):
    """Something RevOps must look at, coalesced: the same trouble at the same source counts up instead of repeating."""

    kind = models.CharField(max_length=40)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.CASCADE, related_name="alarms")
    text = models.TextField()
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "source"], name="one_alarm_per_kind_and_source")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


class Watch(models.Model):
    """Until when a queue's evenings have been told of, and when the next is, by its team's hours at `revision`."""

    queue = models.OneToOneField(Queue, on_delete=models.CASCADE, related_name="watch")
    told_until = models.DateTimeField()
    next_at = models.DateTimeField()
    revision = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.queue_id}: told until {self.told_until}, next at {self.next_at}"


class Heartbeat(models.Model):
    """When each background loop last went round; silence turns /readyz red."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at}"


class Finding(models.Model):
    """A promise that the auditor found broken, for as long as it is: what, since when, how often, and an example."""

    slug = models.SlugField(max_length=40, primary_key=True)
    since = models.DateTimeField()
    looked_at = models.DateTimeField()
    count = models.PositiveIntegerField()
    example = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.slug}: {self.count} since {self.since}"


class Audited(models.Model):
    """How far a check that looks at new rows alone has come: everything up to this id was found in order or told."""

    slug = models.SlugField(max_length=40, primary_key=True)
    up_to = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.slug} up to {self.up_to}"
