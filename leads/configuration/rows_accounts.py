"""Accounts into the database: there may be a hundred thousand, so each step is one statement over arrays."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

from leads.configuration import rows, rows_names
from leads.configuration.differences import Differences
from leads.configuration.parts import Account as AccountPart
from leads.copying import copy_rows
from leads.models import Account, AccountKey
from leads.people import new_ids
from reps.models import Rep, Team

ACCOUNT = ("name", "owner_id", "team_id", "is_customer", "tier", "country", "details")
KEY = ("account_id", "kind", "key", "position")

IDS = "SELECT name, id FROM leads_account WHERE name = ANY(%s)"
CHANGE = """
UPDATE leads_account AS account
SET owner_id = v.owner_id, team_id = v.team_id, is_customer = v.is_customer, tier = v.tier, country = v.country,
    details = v.details::jsonb
FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bool[], %s::text[], %s::text[], %s::text[])
    AS v (name, owner_id, team_id, is_customer, tier, country, details)
WHERE account.name = v.name
"""
SET_PARENTS = """
UPDATE leads_account AS child SET parent_id = parent.id
FROM unnest(%s::text[], %s::text[]) AS line (name, parent_name)
LEFT JOIN leads_account AS parent ON parent.name = line.parent_name
WHERE child.name = line.name
"""
DROP_KEYS = "DELETE FROM leads_accountkey AS k USING leads_account AS a WHERE a.id = k.account_id AND a.name = ANY(%s)"
LET_LEADS_GO = """
UPDATE leads_lead AS lead SET account_id = NULL FROM leads_account AS account
WHERE account.id = lead.account_id AND account.name = ANY(%s)
"""
LET_CHILDREN_GO = """
UPDATE leads_account AS child SET parent_id = NULL FROM leads_account AS parent
WHERE parent.id = child.parent_id AND parent.name = ANY(%s)
"""
FORGET_LINKS = """
DELETE FROM leads_accountlink AS link USING leads_account AS account
WHERE account.id = link.account_id AND account.name = ANY(%s)
"""
DROP = "DELETE FROM leads_account WHERE name = ANY(%s)"


def put(differences: Differences) -> None:
    """Old keys go before new ones come: a domain may move from one account to another."""
    pairs: list[tuple[AccountPart | None, AccountPart]] = differences.put("accounts")
    changed = [account for was, account in pairs if was is not None]
    _run(DROP_KEYS, [account.name for account in changed + differences.gone("accounts")])
    owners = rows.ids(Rep, "user__email", {account.owner for _, account in pairs if account.owner})
    teams = rows.ids(Team, "slug", {account.team for _, account in pairs if account.team})
    if changed:
        _run(CHANGE, *map(list, zip(*(_columns(account, owners, teams) for account in changed), strict=True)))
    ids = _ids([account.name for account in changed])

    fresh = [account for was, account in pairs if was is None]
    ids |= dict(zip((account.name for account in fresh), new_ids("leads_account", len(fresh)), strict=True))
    columns = ((ids[account.name], *_columns(account, owners, teams)) for account in fresh)
    copy_rows(Account, ("id", *ACCOUNT), columns)

    moved = [account for was, account in pairs if account.parent != (was.parent if was else None)]
    _run(SET_PARENTS, [account.name for account in moved], [account.parent for account in moved])
    copy_rows(AccountKey, KEY, (row for _, account in pairs for row in _key_rows(account, ids[account.name])))
    _write_names(pairs, ids)


def _write_names(pairs: list[tuple[AccountPart | None, AccountPart]], ids: dict[str, int]) -> None:
    """An account that has its old name and aliases keeps the keys by which it is found."""
    anew = [(was, account) for was, account in pairs if was is None or was.aliases != account.aliases]
    rows_names.forget([ids[account.name] for was, account in anew if was is not None])
    rows_names.write((ids[account.name], account.name, account.aliases) for _, account in anew)


def drop(differences: Differences) -> None:
    """Leads of an account that goes keep its name in their facts."""
    gone = [account.name for account in differences.gone("accounts")]
    if gone:
        rows_names.forget(list(_ids(gone).values()))
    for statement in (LET_LEADS_GO, LET_CHILDREN_GO, FORGET_LINKS, DROP):
        _run(statement, gone)


def _run(statement: str, first: list[Any], *others: list[Any]) -> None:
    """The first array says how much there is to do: often nothing."""
    if first:
        with connection.cursor() as cursor:
            cursor.execute(statement, [first, *others])


def _ids(names: list[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(IDS, [names])
        return dict(cursor.fetchall())


def _columns(account: AccountPart, owners: dict[str, int], teams: dict[str, int]) -> tuple[Any, ...]:
    owner = owners[account.owner] if account.owner else None
    team = teams[account.team] if account.team else None
    details = json.dumps(dict(account.details))
    return (account.name, owner, team, account.is_customer, account.tier, account.country, details)


def _key_rows(account: AccountPart, pk: int) -> list[tuple[object, ...]]:
    domains = [(pk, AccountKey.Kind.DOMAIN.value, domain, position) for position, domain in enumerate(account.domains)]
    aliases = [(pk, AccountKey.Kind.ALIAS.value, alias, position) for position, alias in enumerate(account.aliases)]
    return [*domains, *aliases]
