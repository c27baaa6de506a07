"""Who had a lead: for how long each, what he did with it, whether his promise was kept, and why it left him."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leads.models import Assignment, Lead, SlaClock


@dataclass(frozen=True, slots=True)
class Spell:
    """One rep's time with the lead. `accepted_in` and `contacted_in` are counted from when he was given it."""

    assignment: Assignment
    had: timedelta
    accepted_in: timedelta | None
    contacted_in: timedelta | None
    broken: bool


def spells(lead: Lead, *, now: datetime) -> Sequence[Spell]:
    """The latest first."""
    held = lead.assignments.select_related("rep__user", "pool", "clock").order_by("-epoch")
    return [_spell(one, getattr(one, "clock", None), now) for one in held]


def _spell(one: Assignment, clock: SlaClock | None, now: datetime) -> Spell:
    spoken = one.contacted_at or one.ended_at or now
    return Spell(
        assignment=one,
        had=(one.ended_at or now) - one.assigned_at,
        accepted_in=one.accepted_at - one.assigned_at if one.accepted_at else None,
        contacted_in=one.contacted_at - one.assigned_at if one.contacted_at else None,
        broken=clock is not None and spoken > clock.due_at,
    )
