"""Companies that may already have an owner, and how a lead of theirs is recognised."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Collate, Lower

from reps.models import Rep, Team


class Account(models.Model):
    """A company that may already have an owner, or else a team whose reps take its leads.

    What the file says beyond the known columns is kept in `details`.
    """

    name = models.CharField(max_length=300, unique=True)
    owner = models.ForeignKey(Rep, null=True, blank=True, on_delete=models.SET_NULL, related_name="accounts")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="accounts")
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

    class Meta:
        # The list's order, and the beginning of a name in its search box.
        indexes = [models.Index(Collate(Lower("name"), "C"), name="account_by_beginning")]

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
        indexes = [
            models.Index(
                fields=["key"], opclasses=["text_pattern_ops"], condition=Q(kind="domain"), name="domain_by_beginning"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class NameKey(models.Model):
    """One hash by which an account is found although its name is misspelt: see `leads.matching.keys`.

    A dozen for each account, so there is nothing beside the two numbers, and no check of the foreign key: who writes or
    drops accounts writes and drops these (`leads.configuration.rows_names`).
    """

    pk = models.CompositePrimaryKey("key", "account")
    key = models.BigIntegerField()
    account = models.ForeignKey(Account, on_delete=models.CASCADE, db_constraint=False, related_name="name_keys")

    def __str__(self) -> str:
        return f"{self.key} of account {self.account_id}"
