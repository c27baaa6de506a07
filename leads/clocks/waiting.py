"""Since when a customer waits, in real time: since the touch that began this chance, whoever has the lead meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from leads.deciding import Decided
from leads.models import Lead
from leads.prepared import prepared_cursor

# He waits on while nobody has spoken to him.
WAITING = (Lead.Status.ASSIGNED, Lead.Status.ACCEPTED, Lead.Status.QUEUED)

# A chance is over when the lead was closed, spoken to, or left to marketing: what came after that is another one.
SINCE = """
SELECT lead.id, coalesce(
    (SELECT clock.waiting_since FROM leads_slaclock AS clock
     WHERE clock.lead_id = lead.id AND clock.started_at >= over.at
     ORDER BY clock.started_at DESC, clock.id DESC LIMIT 1),
    (SELECT min(touch.at) FROM leads_touch AS touch WHERE touch.lead_id = lead.id AND touch.at >= over.at),
    nullif(over.at, '-infinity'), lead.received_at)
FROM leads_lead AS lead CROSS JOIN LATERAL (
    SELECT coalesce(greatest(
        (SELECT max(CASE WHEN ended_as = 'closed' THEN ended_at ELSE contacted_at END)
         FROM leads_assignment WHERE lead_id = lead.id AND (ended_as = 'closed' OR contacted_at IS NOT NULL)),
        (SELECT max(at) FROM routing_decision WHERE lead_id = lead.id AND outcome IN ('nurture', 'discarded'))
    ), '-infinity') AS at
) AS over
WHERE lead.id = ANY(%s::bigint[])
"""


def since_when(decided: Sequence[Decided], now: datetime) -> Mapping[int, datetime]:
    """By lead, for everybody of a batch, as their rows stand before it is written."""
    found: dict[int, datetime] = {}
    waiting: list[int] = []
    for one in decided:
        person = one.person
        if person.lead is not None and person.lead.status in WAITING:
            waiting.append(person.id)
        else:
            found[person.id] = person.arrivals[0].at if person.arrivals else now
    if waiting:
        with prepared_cursor() as cursor:
            found.update(cursor.execute(SINCE, [waiting]).fetchall())
    return found
