"""The steps of one lead: the one that is due, read under the lead's lock, and those that can still come."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.models import Lead, SlaClock

MOVES = ("reassign", "queue")
STILL_UNTOUCHED: Mapping[str, Collection[str]] = {
    "accepted": (Lead.Status.ASSIGNED, Lead.Status.QUEUED),
    "contacted": (Lead.Status.ASSIGNED, Lead.Status.ACCEPTED, Lead.Status.QUEUED),
}


@dataclass(frozen=True, slots=True)
class Step:
    """What the ladder says is to be done with this lead now, unless it has been done without."""

    lead: Lead
    clock: SlaClock
    number: int
    unless: str
    do: str

    @property
    def is_needed(self) -> bool:
        """Whether nobody did meanwhile what the step waits for. A lead in a queue has a clock of its own."""
        waits = self.lead.status == Lead.Status.QUEUED
        return self.lead.status in STILL_UNTOUCHED[self.unless] and waits == (self.clock.assignment_id is None)

    @property
    def moves(self) -> bool:
        return self.do in MOVES


def still_ahead(clock: SlaClock, lead: Lead) -> Sequence[Mapping[str, str]]:
    """The steps of the frozen ladder that can still happen to this lead, as it stands."""
    if clock.state != SlaClock.State.RUNNING:
        return ()
    steps: Sequence[Mapping[str, str]] = clock.steps[clock.next_step :]
    return [step for step in steps if lead.status in STILL_UNTOUCHED[step["unless"]]]


def steps_of(leads: Collection[int], at: datetime) -> list[Step]:
    """The step of each of these leads that is due at this time, if it has one."""
    if not leads:
        return []
    clocks = SlaClock.objects.filter(lead__in=leads, state=SlaClock.State.RUNNING, next_at__lte=at)
    found = []
    for clock in clocks.select_related("lead").order_by("next_at", "pk"):
        step = clock.steps[clock.next_step]
        found.append(Step(clock.lead, clock, clock.next_step, step["unless"], step["do"]))
    return found
