"""People: who signs in, who works leads, when they work and what they can do.

This app knows no other. A rep's load, the pools a rep is in and the leads a rep holds live further up the ladder.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q


class UserManager(BaseUserManager["User"]):
    """Users are found by e-mail, always in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a user who signs in with `email`; without a password nobody can sign in as him until one is set."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a RevOps user with every permission (`manage.py createsuperuser`)."""
        fields = {
            "role": User.Role.REVOPS,
            "is_superuser": True,
            "name": email.split("@")[0],
            **fields,
        }
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in. The role decides what is seen; who receives leads also has a `Rep`."""

    class Role(models.TextChoices):
        REVOPS = "revops", "RevOps"
        MANAGER = "manager", "Manager"
        REP = "rep", "Rep"

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.REP)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_revops(self) -> bool:
        return self.role == self.Role.REVOPS

    @property
    def is_manager(self) -> bool:
        return self.role == self.Role.MANAGER


class ApiToken(models.Model):
    """A key for programs. Only its SHA-256 is kept, so a stolen table opens nothing."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(max_length=12)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.prefix}… of {self.user}"


class Team(models.Model):
    """A group of reps under one manager. `queue` is the slug of the queue its unplaced leads wait in."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    manager = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="managed_teams",
    )
    hours = models.JSONField(null=True, blank=True)
    timezone = models.CharField(max_length=60, default="UTC")
    queue = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return self.name


class Skill(models.Model):
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class RepQuerySet(models.QuerySet["Rep"]):
    def overseen_by(self, user: User) -> RepQuerySet:
        """For RevOps everybody, for a manager the reps of his teams, for a rep nobody."""
        if not user.is_active or user.role == User.Role.REP:
            return self.none()
        return self.all() if user.is_revops else self.filter(team__manager=user)


class Rep(models.Model):
    """A person who works leads. `hours` is a week in `timezone` (null = always open); limits are counts of leads.

    Who is `paused` gets none until `paused_until` (null: until he is back); `paused_as` says by whom.
    """

    class Paused(models.TextChoices):
        BY_HAND = "by_hand", "By his own switch"
        PARKED = "parked", "Parked, after promises that lapsed"

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="rep")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="reps")
    timezone = models.CharField(max_length=60, default="UTC")
    hours = models.JSONField(null=True, blank=True)
    holidays = models.CharField(max_length=20, blank=True)
    capacity = models.PositiveIntegerField(null=True, blank=True)
    daily_cap = models.PositiveIntegerField(null=True, blank=True)
    backup = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="covers")
    active = models.BooleanField(default=True)
    paused = models.BooleanField(default=False)
    paused_until = models.DateTimeField(null=True, blank=True)
    paused_as = models.CharField(max_length=10, choices=Paused.choices, blank=True)
    starts_on = models.DateField(null=True, blank=True)

    objects = RepQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(backup=F("id")), name="rep_is_not_own_backup"),
        ]

    def __str__(self) -> str:
        return str(self.user)


class RepSkill(models.Model):
    rep = models.ForeignKey(Rep, on_delete=models.CASCADE, related_name="skill_levels")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="rep_levels")
    level = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rep", "skill"], name="one_level_per_skill"),
            models.CheckConstraint(condition=Q(level__lte=5), name="skill_level_0_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.rep}: {self.skill} {self.level}"


class TimeOff(models.Model):
    """A span `[start, end)` in UTC in which the rep gets no lead.

    At `handed_over_at` what he had not touched when it began was offered to whoever covers for him.
    """

    rep = models.ForeignKey(Rep, on_delete=models.CASCADE, related_name="time_off")
    start = models.DateTimeField()
    end = models.DateTimeField()
    kind = models.CharField(max_length=20, default="pto")
    note = models.CharField(max_length=300, blank=True)
    handed_over_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(end__gt=F("start")), name="time_off_ends_after_start")]
        indexes = [
            models.Index(fields=["start"], condition=Q(handed_over_at__isnull=True), name="time_off_to_hand_over"),
        ]

    def __str__(self) -> str:
        return f"{self.rep} away {self.start:%Y-%m-%d} to {self.end:%Y-%m-%d}"


class CompanyHoliday(models.Model):
    """A day on which nobody of the company works, whatever his country says."""

    day = models.DateField(unique=True)
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.day}: {self.name}"


class Territory(models.Model):
    """A part of the market, by condition; the most specific one that holds a lead wins. Valid in `[from, to)`."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    when = models.JSONField()
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class TerritoryRep(models.Model):
    territory = models.ForeignKey(Territory, on_delete=models.CASCADE, related_name="members")
    rep = models.ForeignKey(Rep, on_delete=models.CASCADE, related_name="territories")
    weight = models.FloatField(default=1)
    position = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["territory", "rep"], name="one_place_in_territory")]

    def __str__(self) -> str:
        return f"{self.rep} in {self.territory}"


class Change(models.Model):
    """Who changed what about the organisation, with the values before and after. Appended, never edited."""

    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="changes")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "subject", "-at"], name="change_by_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Revision(models.Model):
    """One row whose number grows with every change of configuration; cached worlds are dropped when it moves."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_revision_row")]

    def __str__(self) -> str:
        return str(self.number)
