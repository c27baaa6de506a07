"""Who is in a pool. Changing that never touches anybody else's level.

A new member starts unopened: the engine puts him at the others' pace with the next lead. So does whoever's weight
changed, or else his level, gathered under the old weight, would bring him a flood of leads, or none for weeks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from leads.configuration import rows
from leads.configuration.parts import Member as MemberPart
from reps.models import Rep
from routing.models import Member, Pool


def put_members(
    pools: Mapping[str, Sequence[MemberPart]], *, strategies_before: Mapping[str, str] | None = None
) -> None:
    """Make these pools' members what is given, in this order. `strategies_before` are those before a change."""
    strategies_before = strategies_before or {}
    locked = {
        pool.slug: pool for pool in Pool.objects.filter(slug__in=pools).select_for_update(no_key=True).order_by("id")
    }
    reps = rows.ids(Rep, "user__email", {member.rep for members in pools.values() for member in members})
    there = {(row.pool_id, row.rep_id): row for row in Member.objects.filter(pool__in=locked.values())}
    fresh: list[Member] = []
    kept: list[Member] = []
    for slug, members in pools.items():
        pool = locked[slug]
        before = strategies_before.get(slug, pool.strategy)
        for position, member in enumerate(members):
            row = there.pop((pool.pk, reps[member.rep]), None)
            if row is None:
                fresh.append(Member(pool=pool, rep_id=reps[member.rep], position=position, weight=member.weight))
                continue
            if _counted(row.weight, before) != _counted(member.weight, pool.strategy):
                row.opened = False
            row.position, row.weight = position, member.weight
            kept.append(row)
    _write(fresh, kept, there.values())


def _write(fresh: Collection[Member], kept: Collection[Member], gone: Collection[Member]) -> None:
    Member.objects.filter(pk__in=[row.pk for row in gone]).delete()
    Member.objects.bulk_update(kept, ["position", "weight", "opened"], batch_size=rows.BATCH)
    Member.objects.bulk_create(fresh, batch_size=rows.BATCH)


def _counted(weight: float, strategy: str) -> float:
    """In a plain round robin every weight counts as 1."""
    return 1.0 if strategy == "round_robin" else weight
