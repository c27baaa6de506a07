"""Delivering: what is due is leased, sent by threads that touch no database, and marked by whoever holds the lease.

Every delivery arrives at least once or is visibly dead. Who dies between sending and marking sends it again, with the
same key. Its process does nothing else, so that no receiver can hold up timers or routing.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, InterfaceError, close_old_connections, transaction

from notifications import lanes, outcomes, planning, usual
from notifications.channels import NotSent
from notifications.models import Delivery
from notifications.outcomes import Result
from notifications.senders import Call, NotNow, sender_for
from notifications.subscriptions.planning import plan_events
from outgoing.crash import crash_point
from reps.database_clock import database_now

log = logging.getLogger(__name__)

LONGEST_CALL_S = 13.0  # a call ends itself after ten; from one that does not, nothing more is expected
CHORES_EVERY_S = 1.0
PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0
TRIED_OFTEN = "It was begun again and again, and never came to an end."
TOOK_TOO_LONG = "It had not answered when its time was over."


@dataclass(frozen=True, slots=True)
class _UnderWay:
    leased: lanes.Leased
    at: datetime
    began: float  # on the monotonic clock


class Deliverer:
    """What one process has in hand. Whatever is in here can be lost: the rows know better."""

    def __init__(self) -> None:
        self._ended: queue.SimpleQueue[tuple[uuid.UUID, Result]] = queue.SimpleQueue()
        self._under_way: dict[uuid.UUID, _UnderWay] = {}
        self._hanging: dict[uuid.UUID, str] = {}  # given up, but their threads still hold a place in the lane
        self._results: list[Result] = []
        self._chores_at = float("-inf")

    def step(self, *, now: datetime | None = None, lease: bool = True) -> bool:
        """Mark what has ended, take what is due, and start its calls; whether there is anything in hand."""
        self._collect()
        self._give_up_on_the_slow()
        with transaction.atomic():
            at = now or database_now()
            if self._results:
                outcomes.mark(self._results, now=at)
                crash_point("after_mark")
            self._do_chores(at, at_once=now is not None)
            leased = lanes.lease(at, Counter(self._hanging.values())) if lease else []
            crash_point("before_lease_commit")
        self._results = []
        leased_at = time.monotonic()
        if leased:
            crash_point("after_lease")
            self._start(leased, at, leased_at)
        return bool(self._under_way or self._results)

    def wait(self, seconds: float) -> None:
        """Until a call ends, but no longer than this."""
        if self._results:
            return
        try:
            self._keep(*self._ended.get(timeout=seconds))
        except queue.Empty:
            return

    def finish(self, seconds: float) -> None:
        """Take nothing more, and mark what is under way when it ends."""
        until = time.monotonic() + seconds
        while self.step(lease=False) and time.monotonic() < until:
            self.wait(PAUSE_S)

    def _do_chores(self, now: datetime, *, at_once: bool) -> None:
        if time.monotonic() - self._chores_at < CHORES_EVERY_S and not at_once:
            return
        self._chores_at = time.monotonic()
        lanes.make(now)
        outcomes.end_switched_off(now=now)
        outcomes.end_expired(now=now)
        outcomes.take_over_late(now=now)

    def _start(self, leased: list[lanes.Leased], now: datetime, leased_at: float) -> None:
        found = Delivery.objects.select_related("notification__user", "user", "channel", "event", "subscription")
        rows = found.in_bulk([one.delivery for one in leased])
        for one in leased:
            if one.delivery not in rows:
                continue  # erased since
            started = _UnderWay(one, now, leased_at)
            try:
                if one.attempts > outcomes.MOST_ATTEMPTS:  # whoever leased it last never said how it ended
                    raise NotSent(TRIED_OFTEN, permanent=True)
                call = sender_for(rows[one.delivery], now=now)
            except NotNow as later:
                outcomes.put_off(one, later.until)
            except NotSent as refused:
                self._results.append(_refused(started, refused, counts=False))
            except (DatabaseError, InterfaceError):
                raise
            except Exception as failure:  # Whatever is odd about one message, the others are sent.
                log.exception("delivery %s could not be prepared", one.delivery)
                self._results.append(_broke(started, failure))
            else:
                self._under_way[one.token] = started
                threading.Thread(target=self._call, args=(started, call), name="sender", daemon=True).start()

    def _call(self, started: _UnderWay, call: Call) -> None:
        """In a thread of its own. Who was held up until his lease was over leaves the message to the next one."""
        if time.monotonic() - started.began > lanes.LEASE.total_seconds() / 4:
            result = _broke(started, None)
        else:
            try:
                sent = call()
                took = _since(started)
                result = Result(started.leased, started.at, took, ok=True, status=sent.status, counts=not sent.own)
            except NotSent as refused:
                result = _refused(started, refused, counts=not refused.own)
            except Exception as failure:  # A channel that we trip over is told of, and tried again.
                log.exception("delivery %s failed", started.leased.delivery)
                result = _broke(started, failure)
            crash_point("after_send")
        self._ended.put((started.leased.token, result))

    def _collect(self) -> None:
        while not self._ended.empty():
            self._keep(*self._ended.get())

    def _keep(self, token: uuid.UUID, result: Result) -> None:
        self._under_way.pop(token, None)
        self._hanging.pop(token, None)
        self._results.append(result)

    def _give_up_on_the_slow(self) -> None:
        for token, one in list(self._under_way.items()):
            if time.monotonic() - one.began > LONGEST_CALL_S:
                del self._under_way[token]
                self._hanging[token] = one.leased.lane
                self._results.append(Result(one.leased, one.at, _since(one), ok=False, problem=TOOK_TOO_LONG))


def _since(started: _UnderWay) -> int:
    return int((time.monotonic() - started.began) * 1000)


def _refused(started: _UnderWay, refused: NotSent, *, counts: bool = True) -> Result:
    return Result(
        started.leased,
        started.at,
        _since(started),
        ok=False,
        status=refused.status,
        problem=refused.problem,
        permanent=refused.permanent,
        retry_after_s=refused.retry_after_s,
        gone=refused.gone,
        counts=counts,
    )


def _broke(started: _UnderWay, failure: Exception | None) -> Result:
    """It says nothing about the receiver, and what was said may hold anything: only its kind is told."""
    problem = f"It failed here ({type(failure).__name__})." if failure else "It was held up for too long."
    return Result(started.leased, started.at, _since(started), ok=False, problem=problem, counts=False)


def plan_all(now: datetime | None = None) -> int:
    """Plan a batch of everything; how much it was."""
    return planning.plan_due(now=now) + plan_events(now=now)


def deliver_round(*, now: datetime | None = None) -> int:
    """Plan and send all that is due (`now`: as if it were that time), once; in how many rounds. 0: nothing was."""
    while plan_all(now):
        pass
    deliverer, calls = Deliverer(), 0
    while True:
        busy = deliverer.step(now=now)
        if not busy:
            return calls
        calls += 1
        deliverer.wait(PAUSE_S)


def deliver_until(stop: threading.Event, beat: Callable[[datetime], None]) -> None:
    """Plan and deliver until `stop` is set, then see off what is under way. `beat` is told about once a second."""
    deliverer, pause = Deliverer(), PAUSE_S
    planned, planned_at, beaten_at, has_usual = 0, float("-inf"), float("-inf"), False
    while not stop.is_set():
        try:
            if not has_usual:
                usual.make_mail_channel(database_now())
                has_usual = True
            if planned or time.monotonic() - planned_at >= PAUSE_S:
                planned, planned_at = plan_all(), time.monotonic()
            busy = deliverer.step()
            if time.monotonic() - beaten_at >= CHORES_EVERY_S:
                beat(database_now())
                beaten_at = time.monotonic()
            pause = 0.0 if planned else PAUSE_S
        except (DatabaseError, InterfaceError) as trouble:
            log.warning("delivering failed: %s", type(trouble).__name__)
            close_old_connections()
            busy, pause = False, min(LONGEST_PAUSE_S, max(PAUSE_S, pause * 2))
        if busy:
            deliverer.wait(pause)
        elif pause:
            stop.wait(pause)
    deliverer.finish(LONGEST_CALL_S)
