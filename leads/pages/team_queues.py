"""The queues of a team on its board: how many wait in each, since when, and who is next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, FilteredRelation, Max, Min, Q

from leads.models import Lead, SlaClock
from leads.pages.promises import Ahead, Countdown, Silence, countdown
from routing.models import Queue

# Who is next in each queue, by the index of pulling, however many wait there.
NEXT = """
SELECT lead.id FROM unnest(%s::bigint[]) AS queue (id) CROSS JOIN LATERAL (
    SELECT id FROM leads_lead WHERE queue_id = queue.id AND rep_id IS NULL AND status = 'queued'
    ORDER BY urgency, received_at, id LIMIT %s
) AS lead
"""


@dataclass(frozen=True, slots=True)
class Card:
    """One lead on the board, with the next step of its ladder. `waited` is said of what nobody holds."""

    lead: Lead
    countdown: Countdown | None = None
    next: Ahead | None = None
    waited: timedelta | None = None
    silence: Silence | None = None


class Tally(NamedTuple):
    """How many wait in a queue, since when, and when something about them last changed."""

    leads: int = 0
    oldest: datetime | None = None
    changed_at: datetime | None = None
    overdue: int = 0
    soon: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """One queue of the team with whoever is next in it."""

    queue: Queue
    count: int
    longest: timedelta | None
    cards: Sequence[Card]

    @property
    def more(self) -> int:
        return self.count - len(self.cards)


def tallies(teams: Sequence[int], now: datetime, soon: datetime) -> dict[Queue, Tally]:
    """Every queue of these teams, by name; what is due before `soon` is counted apart."""
    queues = Queue.objects.filter(team__in=teams).select_related("team").order_by("name", "pk")
    running = FilteredRelation("clocks", condition=Q(clocks__state=SlaClock.State.RUNNING))
    leads = Lead.objects.filter(rep=None, status=Lead.Status.QUEUED, queue__team__in=teams).annotate(clock=running)
    found = leads.values_list("queue").annotate(
        leads=Count("pk"),
        oldest=Min("received_at"),
        at=Max("changed_at"),
        overdue=Count("pk", filter=Q(clock__due_at__lt=now)),
        soon=Count("pk", filter=Q(clock__due_at__gte=now, clock__due_at__lt=soon)),
    )
    tally_of = {queue: Tally(*rest) for queue, *rest in found}
    return {queue: tally_of.get(queue.pk, Tally()) for queue in queues}


def waiting(queues: Mapping[Queue, Tally], most: int, now: datetime, *, before: datetime | None) -> list[Waiting]:
    """The queues with at most so many cards each, in the order of pulling; or only what is due `before` then."""
    shown = {queue: tally for queue, tally in queues.items() if before is None or tally.overdue or tally.soon}
    ids = _due_before(shown, most, before) if before else _next(shown, most)
    leads = Lead.objects.in_bulk(ids)
    running = SlaClock.objects.filter(lead__in=ids, state=SlaClock.State.RUNNING)
    clocks = {clock.lead_id: clock for clock in running}
    cards: dict[int | None, list[Card]] = defaultdict(list)
    for lead in (leads[pk] for pk in ids if pk in leads):
        clock = clocks.get(lead.pk)
        left = countdown(clock, now) if clock else None
        cards[lead.queue_id].append(Card(lead, left, waited=now - lead.received_at))
    return [
        Waiting(queue, tally.leads, now - tally.oldest if tally.oldest else None, cards[queue.pk])
        for queue, tally in shown.items()
    ]


def _next(queues: Mapping[Queue, Tally], most: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [[queue.pk for queue, tally in queues.items() if tally.leads], most])
        return [pk for (pk,) in cursor.fetchall()]


def _due_before(queues: Mapping[Queue, Tally], most: int, before: datetime) -> list[int]:
    """What is due first, in all these queues together."""
    running = SlaClock.objects.filter(state=SlaClock.State.RUNNING, due_at__lt=before)
    waiting = running.filter(lead__rep=None, lead__status=Lead.Status.QUEUED, lead__queue__in=list(queues))
    return list(waiting.order_by("due_at", "pk").values_list("lead_id", flat=True)[: most * len(queues)])
