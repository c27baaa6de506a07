"""The safety net: plain loops that need neither Redis nor beat, and find every row that is due.

Promises have a loop of their own, so that however much there is to route, they are looked at within a second. Two
sweepers may run. While the database is away a round fails, is logged and tried again; anything else ends the process
loudly, and its supervisor starts it anew.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection

from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from leads import draining, forgetting, ladder, overnight, pipeline, trouble
from leads.activity import looking
from leads.builder.backtests import services as backtesting
from leads.builder.publishing import services as publishing
from leads.builder.traffic import rollup
from leads.builder.trials import guard as trial_guard
from leads.builder.trials import shadow
from leads.clocks import anew, breaches
from leads.enrichment import enricher
from leads.ladder import away, parking
from leads.models import Heartbeat
from leads.realignment import activation
from reps import services as people
from reps.database_clock import database_now

log = logging.getLogger(__name__)

PAUSE_S = 0.3
LONGEST_PAUSE_S = 5.0
STANDS_STILL_S = 10.0  # a loop that has not gone round for so long is not well, and no heartbeat says that it is
FORGETTING = forgetting.Turn()
PARKING = parking.Turn()
COUNTING = rollup.Turn()
TRIALS = trial_guard.Turn()

Step = Callable[[], object]


class Rounds:
    """When the loop of the promises last went round, by this process's own clock."""

    last = time.monotonic()


def sweep_until(stop: threading.Event) -> None:
    """Sweep until `stop` is set, right away again while there is work. What ends one loop ends all of them."""
    # Beside it, because a slow provider must delay neither promises nor routing, nor must what is only tried, nor ten
    # thousand leads of the past.
    threading.Thread(target=enricher.run_until, args=(stop,), name="enricher", daemon=True).start()
    threading.Thread(target=_try_until, args=(stop,), name="trials", daemon=True).start()
    threading.Thread(target=backtesting.run_until, args=(stop,), name="backtests", daemon=True).start()
    failures: list[Exception] = []
    promises = threading.Thread(target=_keep_promises_until, args=(stop, failures), name="promises", daemon=True)
    Rounds.last = time.monotonic()
    promises.start()
    try:
        _go_round_until(stop, route)
    finally:
        stop.set()
        promises.join()
    if failures:
        raise failures[0]


def sweep() -> bool:
    """One round of everything, the promises first; whether there was anything to do."""
    busy = keep_promises()
    busy |= route()
    return try_out() or busy


def keep_promises() -> bool:
    """One round of whatever must not be late."""
    busy = _in_turn(
        ladder.enforce_due,
        breaches.note_due,
        away.begin_due,
        people.resume_due,
        PARKING.take,
        anew.reckon_due,
    )
    Rounds.last = time.monotonic()
    return busy


def route() -> bool:
    """One round of who is to be routed. Change sets and rules come first: what is due counts for whoever waits."""
    busy = _in_turn(
        activation.activate_due,
        publishing.publish_due,
        pipeline.route_waiting,
        looking.look_again,
        draining.drain,
        overnight.tell_due,
        idle={overnight.tell_due},  # telling leaves nothing more to do
    )
    now = database_now()
    FORGETTING.take(now)
    COUNTING.take(now)
    if time.monotonic() - Rounds.last < STANDS_STILL_S:
        Heartbeat.objects.update_or_create(name="sweeper", defaults={"at": now})
    return busy


def try_out() -> bool:
    """One round of trials: what a shadow has to say, and whether one of them must end."""
    return _in_turn(shadow.compare_new, TRIALS.take)


def _in_turn(*steps: Step, idle: Collection[Step] = ()) -> bool:
    """What fails holds up nothing else: the others have their turn, then it is raised, and no heartbeat is left."""
    busy, failures = False, []
    for step in steps:
        try:
            done = step()
            busy |= bool(done) and step not in idle
        except Exception as failure:  # Loud below, once the others have had their turn.
            if trouble.is_of_the_server(failure):
                raise
            if not trouble.is_passing(failure):
                log.exception("a step of the sweep failed")
                failures.append(failure)
    if failures:
        raise failures[0]
    return busy


def _go_round_until(stop: threading.Event, go_round: Callable[[], bool]) -> None:
    pause = PAUSE_S
    while not stop.is_set():
        try:
            busy = go_round()
            pause = 0.0 if busy else PAUSE_S
        except (DatabaseError, InterfaceError) as failure:
            log.warning("sweep failed: %s", type(failure).__name__)
            close_old_connections()
            pause = min(LONGEST_PAUSE_S, max(PAUSE_S, pause * 2))
        stop.wait(pause)


def _try_until(stop: threading.Event) -> None:
    """In a thread and on a connection of its own. What goes wrong here is no reason to route nobody."""
    while not stop.is_set():
        try:
            pause = 0.0 if try_out() else PAUSE_S
        except Exception:  # Leads are routed whatever becomes of a trial; the next round tries again.
            log.exception("a round of trials failed")
            close_old_connections()
            pause = LONGEST_PAUSE_S
        stop.wait(pause)
    connection.close()


def _keep_promises_until(stop: threading.Event, failures: list[Exception]) -> None:
    """In a thread and on a connection of its own."""
    try:
        _go_round_until(stop, keep_promises)
    except Exception as failure:  # Raised where the process ends by it, and not lost with this thread.
        log.exception("the loop of the promises ended")
        failures.append(failure)
    finally:
        stop.set()
        connection.close()
