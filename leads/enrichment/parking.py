"""Before routing: fill in what others have said already, and let those events wait about whom somebody is to be asked.

An event waits once, until its deadline. What is asked and by whom stands in `enricher`; whether it lives or not,
routing takes the event when its time has come. Without providers nothing of this costs a query.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from leads import accounts
from leads.arrivals import Arrival, EventRead
from leads.crash import crash_point
from leads.enrichment import answers, breaker
from leads.enrichment.account import account_fill
from leads.enrichment.providers import Card
from leads.enrichment.waterfall import Filled, Known, Question, pour
from leads.prepared import prepared_cursor
from leads.world import Known as Organisation
from routing.engine.facts import Vocabulary

# An enquiry is begun once for an event, so nothing is held twice.
BEGIN = """
WITH begun AS (
    INSERT INTO leads_enquiry (event_id, begun_at, due_at, held, attempts)
    SELECT event_id, %s, due_at, due_at > %s, 0 FROM unnest(%s::uuid[], %s::timestamptz[]) AS v (event_id, due_at)
    ON CONFLICT (event_id) DO NOTHING RETURNING event_id, due_at, held
)
UPDATE leads_inboundevent AS event SET status = 'enriching', due_at = begun.due_at
FROM begun WHERE event.uuid = begun.event_id AND begun.held
RETURNING event.uuid
"""


def before_routing(read: Sequence[EventRead], known: Organisation, *, now: datetime) -> Sequence[EventRead]:
    """The events that are routed now, with all that is known of their people. The others wait to be asked about."""
    if not known.providers:
        return read
    asking = [event for event in read if event.event.source.enrich_within]
    arrivals = [arrival for event in asking for arrival in event.arrivals]
    resting = breaker.resting(now)
    found = fill_all(arrivals, known.providers, known.world.vocabulary, now=now, resting=resting)
    filled = dict(zip(map(id, arrivals), found, strict=True))
    wanting = [event for event in asking if any(filled[id(one)].asks for one in event.arrivals)]
    held = _begin(wanting, now)
    crash_point("after_parking")
    return [_filled(event, filled) for event in read if event.event.uuid not in held]


def fill_all(
    arrivals: Sequence[Arrival],
    providers: Sequence[Card],
    vocabulary: Vocabulary,
    *,
    now: datetime,
    skip: Collection[Question] = (),
    resting: Collection[int] = (),
) -> list[Filled]:
    """Each arrival after the answers that are kept. One may raise the next question, so they are looked up in turns."""
    found: dict[Question, Known] = {}
    looked_for: set[Question] = set()
    by_account = [account_fill(one.match).keys() for one in accounts.matchings([(one.facts, None) for one in arrivals])]
    while True:
        filled = [
            pour(one.facts, providers, found, vocabulary, skip=skip, resting=resting, known=known)
            for one, known in zip(arrivals, by_account, strict=True)
        ]
        questions = {(card.id, key): (card, key) for one in filled for card, key in one.asks}
        fresh = [question for name, question in questions.items() if name not in looked_for]
        looked_for |= questions.keys()
        if not fresh or not (more := answers.kept(fresh, now)):
            return filled
        found |= more


def _begin(events: Sequence[EventRead], now: datetime) -> set[object]:
    """The events that wait from now on."""
    if not events:
        return set()
    due = [event.event.received_at + event.event.source.enrich_within for event in events]
    with prepared_cursor() as cursor:
        cursor.execute(BEGIN, [now, now, [event.event.uuid for event in events], due])
        return {uuid for (uuid,) in cursor.fetchall()}


def _filled(event: EventRead, filled: dict[int, Filled]) -> EventRead:
    if not any(id(one) in filled and filled[id(one)].provenance for one in event.arrivals):
        return event
    return replace(event, arrivals=tuple(_with(one, filled[id(one)]) for one in event.arrivals))


def _with(arrival: Arrival, filled: Filled) -> Arrival:
    return replace(arrival, facts=filled.facts, provenance={**arrival.provenance, **filled.provenance})
