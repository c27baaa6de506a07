"""Which account a lead belongs to: the keys of a batch looked up at once, the choice made by `leads.matching`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from leads.matching import AccountCard, domains_of
from leads.models import Account, AccountKey
from routing.engine.facts import Facts

MOST_ANCESTORS = 8


def cards_for(all_facts: Iterable[Facts]) -> Mapping[str, AccountCard]:
    """The accounts that own one of these leads' domains, by domain, each with its owner or its nearest ancestor's."""
    domains = {domain for facts in all_facts for domain in domains_of(facts)}
    if not domains:
        return {}
    keys = AccountKey.objects.filter(kind=AccountKey.Kind.DOMAIN, key__in=domains).values_list("key", "account_id")
    by_domain = dict(keys)
    if not by_domain:
        return {}
    family = _with_ancestors(set(by_domain.values()))
    return {domain: _card(account_id, family) for domain, account_id in by_domain.items()}


def _with_ancestors(ids: set[int]) -> dict[int, Account]:
    family: dict[int, Account] = {}
    for _ in range(MOST_ANCESTORS):
        missing = ids - family.keys()
        if not missing:
            break
        found = Account.objects.filter(pk__in=missing).select_related("owner__user")
        family.update({account.pk: account for account in found})
        ids = {account.parent_id for account in found if account.parent_id is not None}
    return family


def _card(account_id: int, family: Mapping[int, Account]) -> AccountCard:
    account = family[account_id]
    parent = family.get(account.parent_id) if account.parent_id else None
    return AccountCard(
        id=account.pk,
        name=account.name,
        owner=_owner(account, family),
        parent=parent.name if parent else None,
        is_customer=account.is_customer,
        tier=account.tier,
    )


def _owner(account: Account, family: Mapping[int, Account]) -> str | None:
    """The account's own owner, else the nearest ancestor's."""
    for _ in range(MOST_ANCESTORS):
        if account.owner is not None:
            return account.owner.user.email
        parent = family.get(account.parent_id) if account.parent_id is not None else None
        if parent is None:
            return None
        account = parent
    return None


def cards_of(ids: Collection[int]) -> Mapping[int, AccountCard]:
    """These accounts, as matching sees them."""
    family = _with_ancestors(set(ids)) if ids else {}
    return {account_id: _card(account_id, family) for account_id in ids if account_id in family}
