"""The queues of a team on its board: how many wait in each, since when, and who is next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Max, Min

from leads.models import Lead
from leads.pages.promises import Ahead, Countdown
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
    next_in: Countdown | None = None
    waited: timedelta | None = None


class Tally(NamedTuple):
    """How many wait in a queue, since when, and when something about them last changed."""

    leads: int = 0
    oldest: datetime | None = None
    changed_at: datetime | None = None


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


def tallies(teams: Sequence[int]) -> dict[Queue, Tally]:
    """Every queue of these teams, by name."""
    queues = Queue.objects.filter(team__in=teams).select_related("team").order_by("name", "pk")
    waiting = Lead.objects.filter(queue__team__in=teams, rep=None, status=Lead.Status.QUEUED)
    counted = waiting.values_list("queue").annotate(count=Count("pk"), oldest=Min("received_at"), at=Max("changed_at"))
    found = {queue: Tally(*rest) for queue, *rest in counted}
    return {queue: found.get(queue.pk, Tally()) for queue in queues}


def waiting(queues: Mapping[Queue, Tally], most: int, now: datetime) -> list[Waiting]:
    """The queues with at most so many cards each, in the order of pulling."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [[queue.pk for queue, tally in queues.items() if tally.leads], most])
        ids = [pk for (pk,) in cursor.fetchall()]
    leads = Lead.objects.in_bulk(ids)
    cards: dict[int | None, list[Card]] = defaultdict(list)
    for lead in (leads[pk] for pk in ids if pk in leads):
        cards[lead.queue_id].append(Card(lead, waited=now - lead.received_at))
    return [
        Waiting(queue, tally.leads, now - tally.oldest if tally.oldest else None, cards[queue.pk])
        for queue, tally in queues.items()
    ]
