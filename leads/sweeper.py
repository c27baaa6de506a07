"""The safety net: a plain loop that needs neither Redis nor beat, and finds every row that is due.

Two may run. While the database is away a round fails, is logged and tried again; anything else ends the process loudly,
and its supervisor starts it anew.
"""

from __future__ import annotations

import logging
import threading

from django.db import DatabaseError, InterfaceError, close_old_connections

from leads import draining, forgetting, ladder, overnight, pipeline, trouble
from leads.activity import looking
from leads.database_clock import database_now
from leads.enrichment import enricher
from leads.models import Heartbeat
from leads.realignment import activation

log = logging.getLogger(__name__)

PAUSE_S = 0.3
LONGEST_PAUSE_S = 5.0
FORGETTING = forgetting.Turn()


def sweep_until(stop: threading.Event) -> None:
    """Sweep until `stop` is set: promises first, then events, then who waits; right away again while there is work."""
    # Beside it, because a slow provider must delay neither promises nor routing.
    threading.Thread(target=enricher.run_until, args=(stop,), name="enricher", daemon=True).start()
    pause = PAUSE_S
    while not stop.is_set():
        try:
            busy = sweep()
            pause = 0.0 if busy else PAUSE_S
        except (DatabaseError, InterfaceError) as failure:
            log.warning("sweep failed: %s", type(failure).__name__)
            close_old_connections()
            pause = min(LONGEST_PAUSE_S, max(PAUSE_S, pause * 2))
        stop.wait(pause)


def sweep() -> bool:
    """One round; whether there was anything to do. Change sets come first: what is due counts for whoever waits.

    What fails holds up nothing else: the others have their turn, then it is raised, and the heartbeat is withheld.
    """
    busy, failures = False, []
    for step in (
        activation.activate_due,
        ladder.enforce_due,
        pipeline.route_waiting,
        looking.look_again,
        draining.drain,
        overnight.tell_due,
    ):
        try:
            done = step()
            busy |= bool(done) and step is not overnight.tell_due  # telling leaves nothing more to do
        except Exception as failure:  # Loud below, once the others have had their turn.
            if trouble.is_of_the_server(failure):
                raise
            if not trouble.is_passing(failure):
                log.exception("a step of the sweep failed")
                failures.append(failure)
    if failures:
        raise failures[0]
    now = database_now()
    FORGETTING.take(now)
    Heartbeat.objects.update_or_create(name="sweeper", defaults={"at": now})
    return busy
