"""Who accepted a lead and then says nothing is asked at half of the policy's time, and loses the lead at its end."""

from __future__ import annotations

from datetime import datetime

from leads.clocks import calendars
from leads.models import Lead, SlaClock
from leads.world import Known, known


def begin(lead: Lead, *, at: datetime) -> None:
    """From now on the holder of this lead must be heard of again: he accepted it, or said that he still works on it."""
    clock = lead.clocks.filter(state=SlaClock.State.RUNNING).exclude(assignment=None).first()
    if clock is None or calendars.silent_for(clock.policy) is None:
        return
    clock.silent_since, clock.asked_at = at, None
    clock.silent_at = asks_at(clock, known())
    clock.save(update_fields=["silent_since", "asked_at", "silent_at"])


def asks_at(clock: SlaClock, organisation: Known) -> datetime | None:
    """When he is asked, on the clock of the promise: at half of the time."""
    return _after(clock, organisation, 0.5)


def ends_at(clock: SlaClock, organisation: Known) -> datetime | None:
    """When the lead is taken back if nothing is heard of him: half the time after he was asked, should that be late."""
    ends = _after(clock, organisation, 1)
    if ends is None or clock.asked_at is None:
        return ends
    return max(ends, _after(clock, organisation, 0.5, since=clock.asked_at) or ends)


def _after(clock: SlaClock, organisation: Known, share: float, since: datetime | None = None) -> datetime | None:
    silent_for, since = calendars.silent_for(clock.policy), since or clock.silent_since
    if silent_for is None or since is None or clock.assignment is None:
        return None
    rep = organisation.emails.get(clock.assignment.rep_id, "")
    calendar = calendars.of_rep(organisation, clock.basis, rep)
    return calendars.instants(calendar, since, [silent_for * share])[0]
