"""Who gets leads: queues from which reps take, pools with their members, and the ledger of each member."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reps.models import Rep, Team, Territory, User


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
        "routing.Decision",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="ledger",
    )

    class Meta:
        indexes = [models.Index(fields=["member", "-at"], name="ledger_by_member")]

    def __str__(self) -> str:
        return f"{self.amount:+g} {self.kind}"
