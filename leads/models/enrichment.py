"""Who is asked about leads over the network, what was asked and answered, and how each of them is doing."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from leads.models.capture import InboundEvent


class Provider(models.Model):
    """Somebody who knows more about people or companies. Headers name their secrets; no secret is ever here."""

    class Method(models.TextChoices):
        GET = "GET", "GET"
        POST = "POST", "POST"

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    method = models.CharField(max_length=4, choices=Method.choices, default=Method.GET)
    url = models.CharField(max_length=1000)
    headers = models.JSONField(default=dict)
    body = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    ask_if_blank = models.JSONField(default=list)
    timeout_ms = models.PositiveIntegerField(default=2000)
    cost = models.DecimalField(max_digits=10, decimal_places=4, default=0)
    keep_s = models.PositiveIntegerField(default=30 * 86400)
    order = models.PositiveIntegerField(default=0)
    off = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class ProviderHealth(models.Model):
    """The breaker of a provider: after failures in a row nobody asks it until `open_until`, then one call tries."""

    provider = models.OneToOneField(Provider, on_delete=models.CASCADE, related_name="health")
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"provider {self.provider_id}: {self.failures} failures"


class Enquiry(models.Model):
    """An event about whose people somebody is asked. The row is the queue: `done_at` is null as long as it is work.

    `held` events wait for the answers, until `due_at` at most; about the others it is asked behind the routing.
    """

    event = models.OneToOneField(InboundEvent, on_delete=models.CASCADE, related_name="enquiry")
    begun_at = models.DateTimeField()
    due_at = models.DateTimeField()
    held = models.BooleanField(default=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(done_at=None), name="enquiry_open"),
            models.Index(fields=["-begun_at"], name="enquiry_by_time"),
        ]

    def __str__(self) -> str:
        return f"enquiry about event {self.event_id}"


class Answer(models.Model):
    """One call to a provider and what became of it. `key` is what was asked about: the same is not asked again soon."""

    class Result(models.TextChoices):
        OK = "ok", "Answered"
        EMPTY = "empty", "Knows nothing"
        FAILED = "failed", "Failed"
        TIMEOUT = "timeout", "Too slow"
        REFUSED = "refused", "Not asked"

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="answers")
    event = models.ForeignKey(InboundEvent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    key = models.CharField(max_length=300)
    at = models.DateTimeField()
    took_ms = models.PositiveIntegerField()
    result = models.CharField(max_length=8, choices=Result.choices)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    values = models.JSONField(default=dict)
    cost = models.DecimalField(max_digits=10, decimal_places=4, default=0)
    late = models.BooleanField(default=False)
    keep_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["provider", "key", "-at"], condition=Q(keep_until__isnull=False), name="answer_kept"),
            models.Index(fields=["-at"], name="answer_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.result} of provider {self.provider_id}"
