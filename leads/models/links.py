"""What people said about whose account a lead is: it comes before everything that is found out."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from leads.models.accounts import Account
from leads.models.lead import Lead
from reps.models import User


class AccountLink(models.Model):
    """Somebody said that the lead belongs to the account (`is_it`), or that it does not: true until `ended_at`."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="account_links")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="links")
    is_it = models.BooleanField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=Q(is_it=True, ended_at=None), name="one_account_by_hand"
            ),
            models.UniqueConstraint(
                fields=["lead", "account"],
                condition=Q(ended_at=None),
                name="said_once_of_an_account",
            ),
        ]
        indexes = [models.Index(fields=["account", "-at"], name="link_by_account")]

    def __str__(self) -> str:
        return f"lead {self.lead_id} {'is' if self.is_it else 'is not'} of account {self.account_id}"
