"""How late a promise is or was, in real time and in the time it counts, and how long the customer has waited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from leads.clocks import calendars
from leads.models import SlaClock
from leads.world import Known
from reps.hours import Calendar, working_between

NOT_AT_ALL = timedelta(0)


@dataclass(frozen=True, slots=True)
class Measured:
    """A promise at one instant, or as it was when it ended. `in_hours` is the lateness in the time it counts."""

    breached: bool
    late: timedelta
    in_hours: timedelta
    customer_waits: timedelta | None  # in real time; None: not known of this lead


def measured(clock: SlaClock, organisation: Known, now: datetime) -> Measured:
    """It is measured on after the promise is broken, until there is contact or somebody else has it."""
    until = clock.finished_at or now
    late = max(NOT_AT_ALL, until - clock.due_at)
    return Measured(
        breached=until > clock.due_at,
        late=late,
        in_hours=working_between(calendar_of(clock, organisation), clock.due_at, until) if late else NOT_AT_ALL,
        customer_waits=until - clock.waiting_since if clock.waiting_since else None,
    )


def calendar_of(clock: SlaClock, organisation: Known) -> Calendar:
    """Whose time it counts: of the rep who has or had the lead by it, or of the queue in which the lead waits."""
    if clock.assignment is not None:
        rep = organisation.emails.get(clock.assignment.rep_id, "")
        return calendars.of_rep(organisation, clock.basis, rep)
    queue = clock.lead.queue
    return calendars.of_queue(organisation, clock.basis, queue.slug if queue else "")
