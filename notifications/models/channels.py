"""Ways to reach people, as RevOps set them up and as each person wants them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reps.models import User


class Channel(models.Model):
    """A way to reach people. `settings` names secrets (`${SWITCHYARD_SECRET_X}`) and never holds one.

    `off_reason` says why it was switched off by itself, such as an address that is gone (410).
    """

    class Kind(models.TextChoices):
        EMAIL = "email", "E-mail"
        SLACK_WEBHOOK = "slack_webhook", "Slack (incoming webhook)"
        SLACK_BOT = "slack_bot", "Slack (bot)"
        TEAMS = "teams", "Microsoft Teams"
        WEBHOOK = "webhook", "Signed webhook"
        SERVICE = "service", "SMS or push service"

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    settings = models.JSONField(default=dict)
    per_minute = models.PositiveIntegerField(null=True, blank=True)  # messages; NULL: as many as there are
    enabled = models.BooleanField(default=True)
    off_reason = models.CharField(max_length=300, blank=True)
    secret_number = models.PositiveIntegerField(default=1)  # which of the secrets derived for it signs
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @property
    def lane(self) -> str:
        return f"channel:{self.pk}"


class Address(models.Model):
    """Where a channel reaches a person: a Slack member, a phone number. His e-mail is known without."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="addresses")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="addresses")
    address = models.CharField(max_length=320)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "channel"], name="one_address_per_channel")]
        indexes = [models.Index(fields=["channel", "address"], name="address_of_channel")]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.channel_id}"


class Preference(models.Model):
    """By which channel a person hears of a kind of notice, and by which other one if that fails for a minute.

    NULL is the inbox here alone, which everything reaches anyway.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="preferences")
    kind = models.CharField(max_length=40)
    first = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    second = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_preference_per_kind")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


class Habits(models.Model):
    """What else a person wants: hours in which nothing is sent (minutes since midnight in his zone), sound, badge."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="habits")
    quiet_from = models.PositiveSmallIntegerField(null=True, blank=True)
    quiet_to = models.PositiveSmallIntegerField(null=True, blank=True)
    sound = models.BooleanField(default=False)
    badge = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | Q(quiet_from__lt=1440, quiet_to__lt=1440, quiet_from__isnull=False, quiet_to__isnull=False),
                name="quiet_hours_have_both_ends",
            )
        ]

    def __str__(self) -> str:
        return f"habits of {self.user_id}"


class Lane(models.Model):
    """How one receiver (a channel or a subscription) is doing: after failures in a row it rests until `open_until`."""

    name = models.CharField(max_length=40, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.failures} failures in a row"


class Wording(models.Model):
    """How a kind of notice is worded here, with `{{ name }}` for the named values; without a row, as shipped."""

    kind = models.CharField(max_length=40, unique=True)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.kind
