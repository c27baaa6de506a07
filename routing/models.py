"""Rule trees and their versions, pools and their ledgers, queues, and the record of every decision.

Leads live above this app: a decision names its lead by number (`lead_id`), not by a relation.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from reps.models import Rep, Team, Territory, User


class Tree(models.Model):
    """A named rule document. `timezone` is the zone of `time.weekday` and `time.hour` in its conditions."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=60, default="UTC")
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="one_default_tree",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """One state of a tree. Once published the document never changes; decisions point at it."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        LIVE = "live", "Live"
        RETIRED = "retired", "Retired"

    tree = models.ForeignKey(Tree, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    document = models.JSONField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tree", "number"], name="version_number_once_per_tree"),
            models.UniqueConstraint(fields=["tree"], condition=Q(status="live"), name="one_live_version"),
        ]

    def __str__(self) -> str:
        return f"{self.tree} v{self.number}"


class CustomField(models.Model):
    """A field of the admin's own, `custom.<key>`, with its type."""

    key = models.CharField(max_length=80, unique=True)
    type = models.CharField(max_length=20)
    label = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.key


class ValueList(models.Model):
    """A named list of values for `in_list` conditions."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    values = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.name


class QueueQuerySet(models.QuerySet["Queue"]):
    def visible_to(self, user: User) -> QueueQuerySet:
        """For RevOps all; for a manager his teams' and those without a team; for a rep his team's."""
        if user.is_revops:
            return self.all()
        if user.is_manager:
            return self.filter(Q(team__manager=user) | Q(team=None))
        return self.filter(team__isnull=False, team__reps__user=user)


class Queue(models.Model):
    """A shared list from which the reps of its team take leads; without a team, managers and RevOps hand them out."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="queues")

    UNASSIGNED = "unassigned"

    objects = QueueQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Pool(models.Model):
    """An ordered list of reps with a strategy. A territory's reps form a pool of their own, ledger included."""

    class CatchUp(models.TextChoices):
        NONE = "none", "No catch-up: whoever was away comes back at the others' pace"
        FULL = "full", "Full catch-up: whoever was away gets what was missed"

    slug = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    strategy = models.CharField(max_length=20, default="round_robin")
    catch_up = models.CharField(max_length=4, choices=CatchUp.choices, default=CatchUp.NONE)
    territory = models.OneToOneField(Territory, null=True, blank=True, on_delete=models.CASCADE, related_name="pool")

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A rep's place in a pool. `level` is the running sum of the member's ledger lines, kept under the pool's lock."""

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="members")
    rep = models.ForeignKey(Rep, on_delete=models.CASCADE, related_name="memberships")
    position = models.PositiveIntegerField()
    weight = models.FloatField(default=1)
    level = models.FloatField(default=0)
    opened = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pool", "rep"], name="one_place_in_pool"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="weight_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.rep} in {self.pool}"


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


class LedgerLine(models.Model):
    """One movement of a member's level in a pool. The level is always the sum of these lines."""

    class Kind(models.TextChoices):
        ASSIGNED = "assigned", "Assigned"
        CREDIT = "credit", "Credited back"
        KEPT_PACE = "kept_pace", "Kept pace while not competing"
        OPENING = "opening", "Joined at the others' pace"

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="ledger")
    at = models.DateTimeField()
    amount = models.FloatField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    decision = models.ForeignKey(
        Decision,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="ledger",
    )

    class Meta:
        indexes = [models.Index(fields=["member", "-at"], name="ledger_by_member")]

    def __str__(self) -> str:
        return f"{self.amount:+g} {self.kind}"
