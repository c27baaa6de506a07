"""Companies that may already have an owner, and how a lead of theirs is recognised."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reps.models import Rep


class Account(models.Model):
    """A company that may already have an owner. What the file says beyond the known columns is kept in `details`."""

    name = models.CharField(max_length=300, unique=True)
    owner = models.ForeignKey(Rep, null=True, blank=True, on_delete=models.SET_NULL, related_name="accounts")
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="children",
    )
    is_customer = models.BooleanField(default=False)
    tier = models.CharField(max_length=40, blank=True)
    country = models.CharField(max_length=2, blank=True)
    details = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class AccountKey(models.Model):
    """One thing by which a lead is recognised as this account's: a domain or an alias."""

    class Kind(models.TextChoices):
        DOMAIN = "domain", "Domain"
        ALIAS = "alias", "Alias"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="keys")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=300)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(kind="domain"), name="domain_of_one_account"),
            models.UniqueConstraint(fields=["account", "kind", "key"], name="account_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
