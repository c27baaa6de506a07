"""Asks the providers about those who wait: many at once, in threads that touch no database, and in no transaction.

One enricher runs beside the loop of the sweeper. The rows are the queue: an enquiry is claimed with a lease, and
whoever dies in the middle of it leaves it to the next one; its event is routed at its deadline whatever happens.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections import defaultdict, deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, transaction

from leads import nudge
from leads.arrivals import Arrival, EventRead, StoredEvent, read_event
from leads.crash import crash_point
from leads.enrichment import answers, breaker, late, parking
from leads.enrichment.answers import Told
from leads.enrichment.providers import Card, ask_of
from leads.enrichment.waterfall import Filled, Question
from leads.models import Enquiry, InboundEvent, Source
from leads.world import Known, known
from reps.database_clock import database_now

log = logging.getLogger(__name__)

MOST_CALLS = 8  # at once
MOST_EVENTS = 64
MOST_ATTEMPTS = 3
LEASE = timedelta(seconds=30)
PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
PAUSE_WITHOUT_PROVIDERS_S = 1.0
HOUR_S = 3600
FOR_OPEN = 0.8  # of the calls of an hour: the rest is kept for sources to which not anybody may send

CLAIM = """
UPDATE leads_enquiry SET lease_until = clock_timestamp() + %s, attempts = attempts + 1
WHERE id IN (
    SELECT id FROM leads_enquiry
    WHERE done_at IS NULL AND (lease_until IS NULL OR lease_until <= clock_timestamp())
    ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED
)
RETURNING *
"""


@dataclass(slots=True)
class Job:
    """One event that is asked about: its people, what is known of each by now, and what was asked in vain.

    `stale`: something has come since that was worked out.
    """

    enquiry: Enquiry
    read: EventRead
    filled: list[Filled] = field(default_factory=list)
    failed: set[Question] = field(default_factory=set)
    stale: bool = True

    def open_questions(self) -> set[Question]:
        return {(card.id, key) for filled in self.filled for card, key in filled.asks}


@dataclass(frozen=True, slots=True)
class Call:
    card: Card
    key: str
    job: Job


class Enricher:
    """What one process has in hand. Whatever is in here can be lost: the rows know better."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(MOST_CALLS, thread_name_prefix="enricher")
        self._jobs: dict[uuid.UUID, Job] = {}
        self._calls: dict[Future[Told], Call] = {}
        self._made: defaultdict[int, deque[float]] = defaultdict(deque)  # by provider: when, on the monotonic clock

    def step(self) -> bool:
        """Claim, ask, keep what came, let go who has all; whether there is anything in hand."""
        organisation = known()
        now = database_now()
        self._claim(organisation, now)
        if not self._jobs:
            return False
        self._pour(organisation, now)
        self._ask(organisation, now)
        if self._calls:
            done, _ = wait(self._calls, timeout=PAUSE_S, return_when=FIRST_COMPLETED)
            for future in done:
                self._keep(future, database_now())
        self._pour(organisation, database_now())
        self._let_go(database_now())
        return bool(self._jobs)

    def forget(self) -> None:
        """After trouble with the database: what was in hand is claimed again when its lease is over."""
        self._jobs.clear()
        self._calls.clear()

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _claim(self, organisation: Known, now: datetime) -> None:
        room = MOST_EVENTS - len(self._jobs)
        for enquiry in list(Enquiry.objects.raw(CLAIM, [LEASE, room])) if room > 0 else ():
            if enquiry.event_id in self._jobs:
                self._jobs[enquiry.event_id].enquiry = enquiry  # it took longer than its lease
            elif enquiry.attempts > MOST_ATTEMPTS:
                _finish(enquiry, (), reroute=False, now=now)
            else:
                self._jobs[enquiry.event_id] = Job(enquiry, _read(enquiry.event_id, organisation))
                crash_point("after_enquiry_claim")

    def _pour(self, organisation: Known, now: datetime) -> None:
        for job in self._jobs.values():
            if job.stale:
                job.filled = parking.fill_all(
                    job.read.arrivals, organisation.providers, organisation.world.vocabulary, now=now, skip=job.failed
                )
                job.stale = False

    def _ask(self, organisation: Known, now: datetime) -> None:
        """Start the calls that are to be made now, those first whose time is over first."""
        resting, on_trial = breaker.resting(now), breaker.on_trial(now)
        for job in sorted(self._jobs.values(), key=lambda job: job.enquiry.due_at):
            for filled in job.filled:
                for card, key in filled.asks:
                    if (card.id, key) in job.failed or self._is_asked(card.id, key) or len(self._calls) >= MOST_CALLS:
                        continue
                    if (
                        card.id in resting
                        or self._is_spent(card.id, job)
                        or (card.id in on_trial and not breaker.may_try(card.id, now))
                    ):
                        job.failed.add((card.id, key))
                        job.stale = True
                        continue
                    self._made[card.id].append(time.monotonic())
                    about, vocabulary = ask_of(card, filled.facts), organisation.world.vocabulary
                    self._calls[self._pool.submit(answers.ask, card, about, vocabulary)] = Call(card, key, job)

    def _is_asked(self, provider: int, key: str) -> bool:
        """Two leads of a company cost one call."""
        return any((call.card.id, call.key) == (provider, key) for call in self._calls.values())

    def _is_spent(self, provider: int, job: Job) -> bool:
        """Whether it has had its calls of the hour: whoever floods a form must not spend without end, nor all."""
        made, begins = self._made[provider], time.monotonic() - HOUR_S
        while made and made[0] < begins:
            made.popleft()
        most: int = settings.ENRICH_CALLS_PER_HOUR
        return len(made) >= (most * FOR_OPEN if job.read.event.source.auth == Source.Auth.NONE else most)

    def _keep(self, future: Future[Told], now: datetime) -> None:
        call = self._calls.pop(future)
        told = future.result()
        crash_point("after_answer")
        enquiry = call.job.enquiry
        answers.keep((call.card, call.key), told, event=enquiry.event_id, due_at=enquiry.due_at, now=now)
        crash_point("after_answer_commit")
        question = (call.card.id, call.key)
        for job in self._jobs.values():
            if question in job.open_questions():
                job.stale = True
                job.failed |= set() if told.is_good else {question}

    def _let_go(self, now: datetime) -> None:
        """Those about whom nobody is to be asked any more."""
        for pk, job in list(self._jobs.items()):
            if not job.stale and not job.open_questions():
                _finish(job.enquiry, job.read.arrivals, reroute=job.read.event.source.reroute_late, now=now)
                del self._jobs[pk]


def run_until(stop: threading.Event) -> None:
    """Ask until `stop` is set. Trouble with the database is waited out; nobody is held by it."""
    enricher, pause = Enricher(), PAUSE_S
    while not stop.is_set():
        try:
            busy = enricher.step()
            pause = 0.0 if busy else PAUSE_S if known().providers else PAUSE_WITHOUT_PROVIDERS_S
        except (DatabaseError, InterfaceError) as trouble:
            log.warning("enriching failed: %s", type(trouble).__name__)
            enricher.forget()
            close_old_connections()
            pause = min(LONGEST_PAUSE_S, max(PAUSE_S, pause * 2))
        except Exception:  # One delivery that we trip over must not end the thread for all: its attempts are counted.
            log.exception("enriching failed")
            enricher.forget()
            pause = LONGEST_PAUSE_S
        stop.wait(pause)
    enricher.close()
    close_old_connections()


def enrich_waiting() -> None:
    """Ask about everybody who waits now, and return when all of them have been let go."""
    enricher = Enricher()
    try:
        while enricher.step():
            pass
    finally:
        enricher.close()


def _read(pk: uuid.UUID, organisation: Known) -> EventRead:
    event = InboundEvent.objects.get(pk=pk)
    source = organisation.sources.by_id[event.source_id]
    stored = StoredEvent(event.pk, source, bytes(event.body), event.content_type, event.received_at)
    return read_event(stored, organisation.world.vocabulary)


@transaction.atomic
def _finish(enquiry: Enquiry, arrivals: Sequence[Arrival], *, reroute: bool, now: datetime) -> None:
    """Let the event go on; if it has gone on without us, what came fills its leads."""
    event = InboundEvent.objects.select_for_update().defer("body", "headers").get(pk=enquiry.event_id)
    mine = Enquiry.objects.filter(pk=enquiry.pk, done_at=None, attempts=enquiry.attempts)
    if not mine.update(done_at=now, lease_until=None):
        return
    crash_point("before_release")
    if event.status == InboundEvent.Status.ENRICHING:
        event.status, event.due_at = InboundEvent.Status.WAITING, now
        event.save(update_fields=["status", "due_at"])
        transaction.on_commit(nudge.look_now, robust=True)
    elif event.status != InboundEvent.Status.WAITING:
        late.fill(event.pk, arrivals, reroute=reroute, now=now)
