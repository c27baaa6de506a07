"""Who has had a lead, in their order, and for how long."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.ladder.words import Had
from leads.models import Assignment
from leads.world import Known

# The ladder took it: these count against the policy's `max_reassignments`.
TAKEN = (Assignment.Ended.SLA, Assignment.Ended.SILENT)


@dataclass(frozen=True, slots=True)
class Spell:
    """One assignment. `until` is None while it is open."""

    email: str
    name: str
    since: datetime
    until: datetime | None
    ended_as: str
    pool: str | None


def spells_of(leads: Collection[int], known: Known) -> Mapping[int, list[Spell]]:
    """Every assignment of these leads, the earliest first."""
    pools = {pk: slug for slug, pk in known.pools.items()}
    found: dict[int, list[Spell]] = {lead: [] for lead in leads}
    rows = Assignment.objects.filter(lead__in=leads).order_by("lead_id", "epoch")
    for lead, rep, since, until, ended_as, pool in rows.values_list(
        "lead_id", "rep_id", "assigned_at", "ended_at", "ended_as", "pool_id"
    ):
        email = known.emails[rep]
        name = known.world.reps[email].name
        found[lead].append(Spell(email, name, since, until, ended_as, pools.get(pool)))
    return found


def times_taken(spells: Sequence[Spell]) -> int:
    """How often the ladder took it from somebody, in the chance that it has now."""
    return _taken([spell.ended_as for spell in spells])


def times_taken_of(leads: Collection[int]) -> Mapping[int, int]:
    """The same for many leads, by their numbers; only those that anybody had."""
    codes: dict[int, list[str]] = {}
    rows = Assignment.objects.filter(lead__in=leads).order_by("lead_id", "epoch")
    for lead, code in rows.values_list("lead_id", "ended_as"):
        codes.setdefault(lead, []).append(code)
    return {lead: _taken(ended) for lead, ended in codes.items()}


def _taken(ended: Sequence[str]) -> int:
    """Who comes back after the lead was closed is a new chance: what was lost in the last one counts no more."""
    count = 0
    for code in reversed(ended):
        if code == Assignment.Ended.CLOSED:
            break
        count += code in TAKEN
    return count


def latest(spells: list[Spell], now: datetime) -> list[Had]:
    """Who had it one after the other by the ladder's doing: the holder, and before him those it was taken from."""
    row: list[Had] = []
    for number, spell in enumerate(reversed(spells)):
        if number and spell.ended_as not in TAKEN:
            break
        row.append(Had(spell.name, (spell.until or now) - spell.since))
    return row[::-1]
