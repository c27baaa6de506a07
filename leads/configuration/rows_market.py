"""Territories, accounts, lists and custom fields into the database."""

from __future__ import annotations

import json

from django.db import connection

from leads.configuration import rows
from leads.configuration.differences import Differences
from leads.configuration.members import put_members
from leads.configuration.parts import Account as AccountPart
from leads.configuration.parts import Territory as TerritoryPart
from leads.configuration.worlds import territory_pool
from leads.copying import copy_rows
from leads.models import Account, AccountKey
from leads.people import new_ids
from reps.models import Rep, Territory, TerritoryRep
from routing.models import CustomField, Pool, ValueList

ACCOUNT = ("id", "name", "owner_id", "is_customer", "tier", "country", "details")
KEY = ("account_id", "kind", "key", "position")
SET_PARENTS = """
UPDATE leads_account AS child SET parent_id = parent.id
FROM unnest(%s::text[], %s::text[]) AS line (name, parent_name)
LEFT JOIN leads_account AS parent ON parent.name = line.parent_name
WHERE child.name = line.name
"""


def put(differences: Differences) -> None:
    lists = [ValueList(slug=one.slug, name=one.name, values=list(one.values)) for _, one in differences.put("lists")]
    rows.put(ValueList, lists, key="slug", columns=["name", "values"])
    fields = [CustomField(key=one.key, type=one.type, label=one.label) for _, one in differences.put("fields")]
    rows.put(CustomField, fields, key="key", columns=["type", "label"])
    _put_territories(differences)
    _put_accounts(differences)


def drop(differences: Differences) -> None:
    rows.drop(Account, "name", (account.name for account in differences.gone("accounts")))
    _drop_territories([territory.slug for territory in differences.gone("territories")])
    rows.drop(CustomField, "key", (field.key for field in differences.gone("fields")))
    rows.drop(ValueList, "slug", (one.slug for one in differences.gone("lists")))


def _put_territories(differences: Differences) -> None:
    """Parents when all are there. The reps of each form a pool of their own."""
    territories: list[TerritoryPart] = [one for _, one in differences.put("territories")]
    if not territories:
        return
    fresh = [
        Territory(slug=one.slug, name=one.name, when=one.when, valid_from=one.valid_from, valid_to=one.valid_to)
        for one in territories
    ]
    rows.put(Territory, fresh, key="slug", columns=["name", "when", "valid_from", "valid_to"])
    ids = rows.ids(Territory, "slug")
    moved = list(Territory.objects.filter(slug__in=[one.slug for one in territories]))
    parents = {one.slug: one.parent for one in territories}
    for row in moved:
        row.parent_id = ids[parent] if (parent := parents[row.slug]) else None
    Territory.objects.bulk_update(moved, ["parent"], batch_size=rows.BATCH)

    TerritoryRep.objects.filter(territory__in=[row.pk for row in moved]).delete()
    reps = rows.ids(Rep, "user__email", {member.rep for one in territories for member in one.reps})
    TerritoryRep.objects.bulk_create(
        TerritoryRep(territory_id=ids[one.slug], rep_id=reps[member.rep], weight=member.weight, position=position)
        for one in territories
        for position, member in enumerate(one.reps)
    )
    pools = [
        Pool(slug=territory_pool(one.slug), name=one.name, strategy="weighted", territory_id=ids[one.slug])
        for one in territories
    ]
    rows.put(Pool, pools, key="slug", columns=["name", "territory"])
    put_members({territory_pool(one.slug): one.reps for one in territories})


def _drop_territories(slugs: list[str]) -> None:
    """Children first let go of their parents. A pool that decisions name outlives its territory, empty."""
    if not slugs:
        return
    Territory.objects.filter(parent__slug__in=slugs).update(parent=None)
    pools = [territory_pool(slug) for slug in slugs]
    named = set(Pool.objects.filter(slug__in=pools, decisions__isnull=False).values_list("slug", flat=True))
    Pool.objects.filter(slug__in=named).update(territory=None)
    put_members(dict.fromkeys(named, ()))
    rows.drop(Territory, "slug", slugs)


def _put_accounts(differences: Differences) -> None:
    """Old keys go before new ones come: a domain may move from one account to another."""
    pairs = differences.put("accounts")
    losing = [was.name for was, _ in pairs if was] + [was.name for was in differences.gone("accounts")]
    if losing:
        AccountKey.objects.filter(account__name__in=losing).delete()
    if not pairs:
        return
    owners = rows.ids(Rep, "user__email", {account.owner for _, account in pairs if account.owner})
    ids = rows.ids(Account, "name", [account.name for was, account in pairs if was])
    fresh = [account for was, account in pairs if was is None]
    ids |= dict(zip((account.name for account in fresh), new_ids("leads_account", len(fresh)), strict=True))

    copy_rows(Account, ACCOUNT, (_account_row(account, ids, owners) for account in fresh))
    changed = [
        Account(
            **dict(zip(ACCOUNT, _account_row(account, ids, owners), strict=True)) | {"details": dict(account.details)}
        )
        for was, account in pairs
        if was
    ]
    columns = [column.removesuffix("_id") for column in ACCOUNT[2:]]
    Account.objects.bulk_update(changed, columns, batch_size=rows.BATCH)
    moved = [account for was, account in pairs if account.parent != (was.parent if was else None)]
    with connection.cursor() as cursor:
        cursor.execute(SET_PARENTS, [[one.name for one in moved], [one.parent for one in moved]])
    copy_rows(AccountKey, KEY, (row for _, account in pairs for row in _key_rows(account, ids[account.name])))


def _account_row(account: AccountPart, ids: dict[str, int], owners: dict[str, int]) -> tuple[object, ...]:
    owner = owners[account.owner] if account.owner else None
    details = json.dumps(dict(account.details))
    return (ids[account.name], account.name, owner, account.is_customer, account.tier, account.country, details)


def _key_rows(account: AccountPart, pk: int) -> list[tuple[object, ...]]:
    domains = [(pk, AccountKey.Kind.DOMAIN.value, domain, position) for position, domain in enumerate(account.domains)]
    aliases = [(pk, AccountKey.Kind.ALIAS.value, alias, position) for position, alias in enumerate(account.aliases)]
    return [*domains, *aliases]
