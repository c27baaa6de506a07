"""The story of a lead in one place: claim → read → find the person → match and score → decide → write → commit.

Start here. A batch of stored events becomes leads with a rep, a reason and a running promise in one transaction;
running it twice changes nothing, and whatever dies in the middle leaves the events waiting for the next run.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from leads import record, trouble
from leads.activity import keeping, looking, owners
from leads.arrivals import EventRead, StoredEvent, read_event
from leads.crash import crash_point
from leads.deciding import Decided, lock_for, plan_all, settle
from leads.draining import Lines, line_up, somebody_waits
from leads.enrichment import parking
from leads.models import Assignment, InboundEvent
from leads.people import Gathered, gather
from leads.prepared import prepared_cursor
from leads.world import Known, known_and_held
from reps.database_clock import database_now
from routing.engine.bench import Presence
from routing.models import Decision

log = logging.getLogger(__name__)

# Events of one transaction, and bytes of their bodies: the commit is shared, and the locks are still short when each
# event holds hundreds of leads.
BATCH = 400
MOST_BYTES = 256 * 1024
MOST_ATTEMPTS = 8
TRIES = 3
RETURNED = record.Ending(Assignment.Ended.RETURNED, "Came back while its rep was away and was routed anew.")

CLAIM = """
WITH claimed AS MATERIALIZED (
    SELECT uuid, due_at, octet_length(body) AS size FROM leads_inboundevent
    WHERE status IN ('waiting', 'enriching') AND due_at <= clock_timestamp()
    AND (%s::uuid IS NULL OR uuid = %s)
    ORDER BY due_at LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
), queue AS (
    SELECT uuid, sum(size) OVER (ORDER BY due_at, uuid) - size AS before FROM claimed
)
SELECT event.uuid, event.source_id, event.body, event.content_type, event.received_at
FROM queue JOIN leads_inboundevent AS event USING (uuid)
WHERE queue.before < %s ORDER BY event.due_at, event.uuid
"""
FINISH = """
UPDATE leads_inboundevent AS event SET status = v.status, problem = v.problem, finished_at = %s
FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS v (uuid, status, problem) WHERE event.uuid = v.uuid
"""


def route_waiting(*, limit: int = BATCH) -> int:
    """Route up to `limit` waiting events and commit; how many were claimed. 0 means nothing is waiting.

    What they told may send waiting leads elsewhere: those are looked at afterwards, in a transaction of their own.
    """
    done = _route_waiting(limit)
    looking.look_again()
    return done


def _route_waiting(limit: int) -> int:
    for _ in range(TRIES):
        try:
            done = _route_batch(limit)
        except Exception as failure:  # Whatever one event does to us, the others must not wait for it.
            if trouble.is_of_the_server(failure):
                raise
            if not trouble.is_passing(failure):
                log.exception("a batch failed; its events are taken one by one")
                return _one_by_one(limit)
        else:
            crash_point("after_route_commit")
            return done
    return 0


def _one_by_one(limit: int) -> int:
    """Route the waiting events each in a transaction of its own; one that fails waits longer each time."""
    done = 0
    for event in list(InboundEvent.objects.waiting(limit)):
        try:
            done += _route_batch(1, only=event.pk)
        except Exception as failure:  # The reason is kept on the event, where RevOps sees it.
            if trouble.is_of_the_server(failure):
                raise
            if not trouble.is_passing(failure):
                log.exception("event %s failed", event.pk)
                _set_apart(event, failure)
    return done


def _set_apart(event: InboundEvent, failure: Exception) -> None:
    attempts = event.attempts + 1
    values: dict[str, object] = {
        "attempts": attempts,
        "problem": f"Routing failed ({type(failure).__name__}), attempt {attempts} of {MOST_ATTEMPTS}.",
        "due_at": timezone.now() + timedelta(seconds=2**attempts),
    }
    if attempts >= MOST_ATTEMPTS:
        values |= {"status": InboundEvent.Status.QUARANTINED, "finished_at": timezone.now()}
    InboundEvent.objects.filter(pk=event.pk, status__in=InboundEvent.OPEN).update(**values)


@transaction.atomic
def _route_batch(limit: int, only: uuid.UUID | None = None) -> int:
    claimed = _claim(limit, only)
    if not claimed:
        return 0
    known = known_and_held()
    now = database_now()
    events = [
        StoredEvent(event, known.sources.by_id[source], bytes(body), content_type, received_at)
        for event, source, body, content_type, received_at in claimed
    ]
    crash_point("after_claim")
    clock = database_now if known.signals else None
    route_events(events, known, now=now, after_waiting=only is None, clock=clock)
    crash_point("before_route_commit")
    return len(events)


def route_events(
    events: Sequence[StoredEvent],
    known: Known,
    *,
    now: datetime,
    after_waiting: bool = True,
    clock: Callable[[], datetime] | None = None,
) -> list[Decided]:
    """Decide about everybody in these deliveries, write it, and finish the events. The caller holds the transaction.

    Whoever waits goes first, but for events that are taken one by one: it may be one of those who wait that failed.

    With a `clock`, decisions are of the instant at which their people are locked. What somebody did until then is
    written, and would be after a `now` that was read before: no decision would ever count it.
    """
    read: Sequence[EventRead] = [read_event(event, known.world.vocabulary) for event in events]
    crash_point("after_reading")
    read = parking.before_routing(read, known, now=now)

    gathered = gather(read, known.emails, known.world.vocabulary)
    crash_point("after_people_locked")
    now = clock() if clock is not None else now
    kept = keeping.keep(read)
    # Before anybody is asked: a line in the story of a lead needs hold of the lead, and leads come before pools.
    owners.tell_owners(kept.new, known, now=now)
    crash_point("after_activities")
    presence = Presence(now)
    waiting = _who_waits(gathered, known, presence) if after_waiting else None
    planned = plan_all(gathered.people, known, presence)
    now_held = lock_for([*waiting.heads, *planned] if waiting else planned, known, presence)
    if waiting is not None:
        waiting.serve(now_held)
        waiting.write(now)
    decided = [settle(one, now_held, presence) for one in planned]

    record.write(decided, known, now=now, cause=Decision.Cause.ARRIVED, ending=RETURNED)
    looking.mark(kept.new, known, decided=[one.person.id for one in decided], now=now)
    crash_point("after_write")
    _finish(read, decided, gathered.done_before, kept.counted, now)
    crash_point("after_finish")
    return decided


def _who_waits(gathered: Gathered, known: Known, presence: Presence) -> Lines | None:
    """Leads that nobody could take go before those that have just come; None if there are none."""
    if not somebody_waits():
        return None
    return line_up(known, presence, without=[person.id for person in gathered.people if person.lead is not None])


def _claim(limit: int, only: uuid.UUID | None) -> list[tuple[uuid.UUID, int, bytes, str, datetime]]:
    with prepared_cursor() as cursor:
        cursor.execute(CLAIM, [only, only, limit, MOST_BYTES], binary=True)  # bodies as they are, not as digits
        return cursor.fetchall()


def _finish(
    read: Sequence[EventRead],
    decided: Sequence[Decided],
    done_before: Collection[uuid.UUID],
    counted: Collection[uuid.UUID],
    now: datetime,
) -> None:
    """Each event ends in exactly one state, with what could not be read of it in words."""
    kinds: dict[uuid.UUID, set[str]] = {}
    for one in decided:
        for arrival in one.person.arrivals:
            kinds.setdefault(arrival.event, set()).add(one.outcome.kind)
    states = [_state(event, kinds.get(event.event.uuid, set()), done_before, counted) for event in read]
    problems = [" ".join(event.problems) for event in read]
    with prepared_cursor() as cursor:
        cursor.execute(FINISH, [now, [event.event.uuid for event in read], states, problems])


def _state(
    event: EventRead, kinds: Collection[str], done_before: Collection[uuid.UUID], counted: Collection[uuid.UUID]
) -> str:
    if kinds:
        return InboundEvent.Status.DISCARDED if set(kinds) == {"discarded"} else InboundEvent.Status.ROUTED
    if event.event.uuid in done_before:
        return InboundEvent.Status.ROUTED
    if event.event.uuid in counted:
        return InboundEvent.Status.COUNTED
    if event.arrivals or event.sightings:
        return InboundEvent.Status.DUPLICATE
    return InboundEvent.Status.QUARANTINED
