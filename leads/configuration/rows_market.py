"""Territories, lists and custom fields into the database."""

from __future__ import annotations

from leads.configuration import rows
from leads.configuration.differences import Differences
from leads.configuration.members import put_members
from leads.configuration.parts import Territory as TerritoryPart
from leads.configuration.worlds import territory_pool
from reps.models import Rep, Territory, TerritoryRep
from routing.models import CustomField, Pool, ValueList


def put(differences: Differences) -> None:
    lists = [ValueList(slug=one.slug, name=one.name, values=list(one.values)) for _, one in differences.put("lists")]
    rows.put(ValueList, lists, key="slug", columns=["name", "values"])
    fields = [CustomField(key=one.key, type=one.type, label=one.label) for _, one in differences.put("fields")]
    rows.put(CustomField, fields, key="key", columns=["type", "label"])
    _put_territories(differences)


def drop(differences: Differences) -> None:
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
