"""Whose account a lead is, said by a person: it stands above everything that is found out, now and when it comes back.

A lead that waits, or that nobody has accepted yet, is asked about again: its account's owner may be somebody else.
"""

from __future__ import annotations

from datetime import datetime

from leads import accounts
from leads.activity import keeping
from leads.holding import NotPossible, act, given_reason, locked, tell_story
from leads.models import Account, AccountLink, Lead, TimelineEntry
from leads.people import person_of
from leads.reconsider import reconsider
from leads.world import known_and_held
from reps.models import User


@act
def link(lead: Lead, *, to: Account, by: User, reason: str, now: datetime, epoch: int | None = None) -> Lead:
    """The lead belongs to this account, whatever its domain and its company say."""
    reason = _given(by, reason)
    known_and_held()  # the account cannot be merged into another meanwhile
    lead = locked(lead, epoch)
    account = Account.objects.filter(pk=to.pk).first()
    if account is None:
        raise NotPossible(f"The account {to} is gone: somebody merged or removed it.")
    links = AccountLink.objects.filter(lead=lead, ended_at=None)
    if links.filter(account=account, is_it=True).exists():
        raise NotPossible(f"The lead is linked with {account} already.")

    links.filter(is_it=True).update(ended_at=now)
    links.filter(account=account).update(ended_at=now)
    AccountLink.objects.create(lead=lead, account=account, is_it=True, reason=reason, by=by, at=now)
    why = f"{by} linked it with the account {account}: {reason}"
    _move(lead, account.pk, why, by, now)
    return Lead.objects.get(pk=lead.pk)


@act
def unlink(lead: Lead, *, by: User, reason: str, now: datetime, epoch: int | None = None) -> Lead:
    """The lead is not of this account: it is never matched with it again. Another may be found for it."""
    reason = _given(by, reason)
    known = known_and_held()
    lead = locked(lead, epoch)
    account = lead.account
    if account is None:
        raise NotPossible("The lead is of no account.")

    AccountLink.objects.filter(lead=lead, ended_at=None, is_it=True).update(ended_at=now)
    AccountLink.objects.create(lead=lead, account=account, is_it=False, reason=reason, by=by, at=now)
    person = person_of(lead, known.emails, known.world.vocabulary)
    other = accounts.matching(person.facts, lead.pk).match
    why = f"{by} said it is not {account}: {reason}"
    _move(lead, other.card.id if other else None, why, by, now)
    return Lead.objects.get(pk=lead.pk)


def _given(by: User, reason: str) -> str:
    if not (by.is_revops or by.is_manager):
        raise NotPossible("Only a manager or RevOps can say whose account a lead is.")
    return given_reason(reason)


def _move(lead: Lead, account: int | None, why: str, by: User, now: datetime) -> None:
    keeping.follow(lead, to=account)
    lead.account_id = account
    lead.changed_at = now
    lead.save(update_fields=["account", "changed_at"])
    tell_story(lead, TimelineEntry.Kind.LINKED, why, by, now)
    reconsider([lead.pk], now=now, why=why, untouched=True)
