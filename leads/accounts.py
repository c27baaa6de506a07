"""Which account each lead of a batch belongs to: looked up in the database, decided by `leads.matching`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import orjson

from leads.matching import AccountCard, Matching, by_hand
from leads.matching.finding import MOST_SHARED, find
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
ACCOUNTS = """
SELECT account.id, account.name, owner_user.email, account.parent_id, parent.name, account.is_customer, account.tier,
    account.country, team.slug, (
        SELECT array_agg(key ORDER BY position, id) FROM leads_accountkey
        WHERE account_id = account.id AND kind = 'alias'
    ), EXISTS (SELECT FROM leads_accountkey WHERE account_id = account.id AND kind = 'domain'),
    nullif(account.details, '{}')
FROM unnest(%s::bigint[]) AS wanted (id) JOIN leads_account AS account USING (id)
LEFT JOIN leads_account AS parent ON parent.id = account.parent_id
LEFT JOIN reps_rep AS owner ON owner.id = account.owner_id
LEFT JOIN reps_user AS owner_user ON owner_user.id = owner.user_id
LEFT JOIN reps_team AS team ON team.id = account.team_id
"""
LINKS = """
SELECT lead_id, account_id, is_it FROM leads_accountlink WHERE lead_id = ANY(%s::bigint[]) AND ended_at IS NULL
"""


class _Row(NamedTuple):
    """An account as `ACCOUNTS` reads it: `owner` is its own."""

    id: int
    name: str
    owner: str | None
    parent_id: int | None
    parent: str | None
    is_customer: bool
    tier: str
    country: str
    team: str | None
    aliases: list[str] | None
    has_domains: bool
    details: str | None


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

    def first(
        self, domains: Collection[str], wanted: Collection[int]
    ) -> tuple[Mapping[str, int], Mapping[int, Sequence[int]], bool]:
        owners, found, [(has_names,)] = ask_together(
            (BY_DOMAIN, [list(domains)]), (BY_KEY, [list(wanted)]), (ANY_NAMES, [])
        )
        return dict(owners), dict(found), has_names

    def by_key(self, wanted: Collection[int]) -> Mapping[int, Sequence[int]]:
        with prepared_cursor() as cursor:
            cursor.execute(BY_KEY, [list(wanted)], binary=True)
            return dict(cursor.fetchall())

    def cards(self, ids: Collection[int]) -> Mapping[int, AccountCard]:
        family = _with_ancestors(set(ids))
        return {pk: _card(family[pk], family) for pk in ids if pk in family}


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


def _with_ancestors(ids: set[int]) -> dict[int, _Row]:
    """These accounts; and of those that nobody owns all above, up to the first that somebody does."""
    family: dict[int, _Row] = {}
    for _ in range(MOST_ANCESTORS):
        missing = ids - family.keys()
        if not missing:
            break
        with prepared_cursor() as cursor:
            cursor.execute(ACCOUNTS, [list(missing)])
            found = [_Row(*row) for row in cursor.fetchall()]
        family.update({row.id: row for row in found})
        ids = {row.parent_id for row in found if row.owner is None and row.parent_id is not None}
    return family


def _card(account: _Row, family: Mapping[int, _Row]) -> AccountCard:
    owning = _owning(account, family)
    return AccountCard(
        id=account.id,
        name=account.name,
        owner=owning.owner if owning else None,
        team=account.team,
        parent=account.parent,
        is_customer=account.is_customer,
        tier=account.tier,
        country=account.country,
        aliases=tuple(account.aliases or ()),
        has_domains=account.has_domains,
        owner_of=owning.name if owning and owning is not account else None,
        details=orjson.loads(account.details) if account.details else {},
    )


def _owning(account: _Row, family: Mapping[int, _Row]) -> _Row | None:
    """The account itself if it has an owner, else its nearest ancestor that has."""
    at: _Row | None = account
    for _ in range(MOST_ANCESTORS):
        if at is None or at.owner is not None:
            return at
        at = family.get(at.parent_id) if at.parent_id is not None else None
    return None
