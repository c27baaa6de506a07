"""Ways in and what came through them: sources, and each delivery as it arrived."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Source(models.Model):
    """Where leads come in. `secret_env` names the environment variable that holds the secret; it is never stored."""

    class Auth(models.TextChoices):
        NONE = "none", "Open to everybody"
        TOKEN = "token", "Shared token"
        SIGNATURE = "signature", "Signed (Standard Webhooks)"

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    auth = models.CharField(max_length=10, choices=Auth.choices, default=Auth.NONE)
    secret_env = models.CharField(max_length=100, blank=True)
    preset = models.CharField(max_length=40, blank=True)
    items = models.CharField(max_length=500, blank=True)
    mapping = models.JSONField(default=dict)
    id_path = models.CharField(max_length=500, blank=True)
    intent = models.CharField(max_length=40, blank=True)
    # How long a lead may wait for providers; None: as the installation says. 0: they are not asked about these.
    enrich_within_ms = models.PositiveIntegerField(null=True, blank=True)
    reroute_late = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class EventQuerySet(models.QuerySet["InboundEvent"]):
    def waiting(self, most: int) -> EventQuerySet:
        """The events whose turn it is, oldest first."""
        return self.filter(status__in=InboundEvent.OPEN, due_at__lte=Now()).order_by("due_at")[:most]


class InboundEvent(models.Model):
    """One delivery as it arrived. The row is the queue: `waiting` with a `due_at` is work to be done.

    `enriching` waits for answers about its people, until `due_at`; then it is routed, whoever has not answered.

    `key` makes the same delivery the same row: the sender's id, or the hash of the body where there is none.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        ENRICHING = "enriching", "Being looked up"
        ROUTED = "routed", "Routed"
        DUPLICATE = "duplicate", "Duplicate"
        QUARANTINED = "quarantined", "Quarantined"
        DISCARDED = "discarded", "Discarded"
        COUNTED = "counted", "Counted"

    OPEN = (Status.WAITING, Status.ENRICHING)

    uuid = models.UUIDField(primary_key=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="events")
    key = models.CharField(max_length=300)
    body = models.BinaryField()
    body_hash = models.CharField(max_length=64)
    content_type = models.CharField(max_length=200, blank=True)
    headers = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.WAITING)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    copies = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="delivery_stored_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status__in=["waiting", "enriching"]), name="event_waiting"),
            models.Index(fields=["-received_at"], name="event_by_time"),
            models.Index(fields=["status", "-received_at"], name="event_by_status"),
        ]

    def __str__(self) -> str:
        return f"event {self.uuid} from {self.source_id}: {self.status}"
