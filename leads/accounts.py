"""Which account each lead of a batch belongs to: looked up in the database, decided by `leads.matching`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from leads.matching import AccountCard, Matching, by_hand
from leads.matching.finding import MOST_SHARED, find
from leads.models import Account, AccountKey
from leads.prepared import ask_together, prepared_cursor
from routing.engine.facts import Facts

MOST_ANCESTORS = 8

BY_DOMAIN = "SELECT key, account_id FROM leads_accountkey WHERE kind = 'domain' AND key = ANY(%s::text[])"
ANY_NAMES = "SELECT EXISTS (SELECT FROM leads_namekey)"
# One more than may share a key, so that a key of too many is known for one.
BY_KEY = f"""
SELECT wanted.key, few.accounts FROM unnest(%s::bigint[]) AS wanted (key) CROSS JOIN LATERAL (
    SELECT array_agg(account_id) AS accounts
    FROM (SELECT account_id FROM leads_namekey WHERE key = wanted.key LIMIT {MOST_SHARED + 1}) AS each
) AS few WHERE few.accounts IS NOT NULL
"""
LINKS = """
SELECT lead_id, account_id, is_it FROM leads_accountlink WHERE lead_id = ANY(%s::bigint[]) AND ended_at IS NULL
"""


def matchings(leads: Sequence[tuple[Facts, int | None]]) -> list[Matching]:
    """The account of each lead, as its facts and, if it is known already, its id. What people said comes first."""
    linked, refused = _said([pk for _, pk in leads if pk is not None])
    book = Rows()
    free = [(facts, refused.get(pk, frozenset()) if pk else frozenset()) for facts, pk in leads if pk not in linked]
    found = iter(find([facts for facts, _ in free], book, [accounts for _, accounts in free] if refused else ()))
    cards = book.cards(set(linked.values()))
    return [by_hand(cards[linked[pk]]) if pk is not None and pk in linked else next(found) for _, pk in leads]


def matching(facts: Facts, lead: int | None = None) -> Matching:
    """The account of one lead."""
    return matchings([(facts, lead)])[0]


def cards_of(ids: Collection[int]) -> Mapping[int, AccountCard]:
    """These accounts, as matching sees them."""
    return Rows().cards(ids)


class Rows:
    """The accounts of the database as a `Book`: one statement for each question, however many leads there are."""

    def __init__(self) -> None:
        self._has_names: bool | None = None

    def by_domain(self, domains: Collection[str]) -> Mapping[str, int]:
        owners, [(self._has_names,)] = ask_together((BY_DOMAIN, [list(domains)]), (ANY_NAMES, []))
        return dict(owners)

    def has_names(self) -> bool:
        if self._has_names is None:
            [[(self._has_names,)]] = ask_together((ANY_NAMES, []))
        return bool(self._has_names)

    def by_key(self, wanted: Collection[int]) -> Mapping[int, Sequence[int]]:
        with prepared_cursor() as cursor:
            cursor.execute(BY_KEY, [list(wanted)], binary=True)
            return dict(cursor.fetchall())

    def cards(self, ids: Collection[int]) -> Mapping[int, AccountCard]:
        if not ids:
            return {}
        family, aliases = _with_ancestors(set(ids)), defaultdict(list)
        rows = AccountKey.objects.filter(kind=AccountKey.Kind.ALIAS, account__in=ids).order_by("position", "id")
        for pk, alias in rows.values_list("account_id", "key"):
            aliases[pk].append(alias)
        return {pk: _card(pk, family, tuple(aliases.get(pk, ()))) for pk in ids if pk in family}


def _said(leads: Sequence[int]) -> tuple[dict[int, int], dict[int, frozenset[int]]]:
    """What people said of these leads: the account of each that has one, and the accounts that it is not."""
    if not leads:
        return {}, {}
    [links] = ask_together((LINKS, [list(leads)]))
    linked: dict[int, int] = {}
    refused: dict[int, set[int]] = defaultdict(set)
    for lead, account, is_it in links:
        if is_it:
            linked[lead] = account
        else:
            refused[lead].add(account)
    return linked, {lead: frozenset(accounts) for lead, accounts in refused.items()}


def _with_ancestors(ids: set[int]) -> dict[int, Account]:
    family: dict[int, Account] = {}
    for _ in range(MOST_ANCESTORS):
        missing = ids - family.keys()
        if not missing:
            break
        found = Account.objects.filter(pk__in=missing).select_related("owner__user", "team")
        family.update({account.pk: account for account in found})
        ids = {account.parent_id for account in found if account.parent_id is not None}
    return family


def _card(account_id: int, family: Mapping[int, Account], aliases: tuple[str, ...]) -> AccountCard:
    account = family[account_id]
    parent = family.get(account.parent_id) if account.parent_id else None
    owning = _owning(account, family)
    return AccountCard(
        id=account.pk,
        name=account.name,
        owner=owning.owner.user.email if owning and owning.owner else None,
        team=account.team.slug if account.team else None,
        parent=parent.name if parent else None,
        is_customer=account.is_customer,
        tier=account.tier,
        country=account.country,
        aliases=aliases,
        owner_of=owning.name if owning and owning is not account else None,
    )


def _owning(account: Account, family: Mapping[int, Account]) -> Account | None:
    """The account itself if it has an owner, else its nearest ancestor that has."""
    for _ in range(MOST_ANCESTORS):
        if account.owner is not None:
            return account
        parent = family.get(account.parent_id) if account.parent_id is not None else None
        if parent is None:
            return None
        account = parent
    return None
