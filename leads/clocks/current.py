"""Which promise counts for a lead as it stands: of whoever has it, or of the queue in which it waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leads.models import Lead, SlaClock


def of_lead(lead: Lead) -> SlaClock | None:
    """Of a lead that is closed it is the last one; a lead in a queue that promises nothing has none."""
    clocks = SlaClock.objects.filter(lead=lead).select_related("assignment", "lead__queue")
    if lead.status == Lead.Status.QUEUED:
        return clocks.filter(assignment=None, state=SlaClock.State.RUNNING).first()
    return clocks.filter(assignment__epoch=lead.epoch).first()


def of_leads(leads: Sequence[Lead]) -> Mapping[int, SlaClock]:
    """The same for many, by lead."""
    clocks = SlaClock.objects.filter(lead__in=[lead.pk for lead in leads]).select_related("assignment")
    epochs = {lead.pk: None if lead.status == Lead.Status.QUEUED else lead.epoch for lead in leads}
    return {clock.lead_id: clock for clock in clocks if _counts(clock, epochs[clock.lead_id])}


def _counts(clock: SlaClock, epoch: int | None) -> bool:
    if clock.assignment is None:
        return epoch is None and clock.state == SlaClock.State.RUNNING
    return clock.assignment.epoch == epoch


def of_waiting(leads: Sequence[Lead]) -> Mapping[int, SlaClock]:
    """Of leads that wait in queues, by lead."""
    running = SlaClock.objects.filter(lead__in=[lead.pk for lead in leads], state=SlaClock.State.RUNNING)
    return {clock.lead_id: clock for clock in running.filter(assignment=None)}
