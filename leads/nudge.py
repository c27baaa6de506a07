"""Ringing the bell: tell a worker to look now, without ever waiting for Redis inside a request.

The row is the queue; a lost bell costs a fraction of a second, because the sweeper looks anyway. So one daemon thread
per process publishes, rings that come while it is busy or pauses melt into one, and a broker that is gone is only
logged.
"""

from __future__ import annotations

import logging
import os
import threading
import time

from celery import current_app
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

# A bell costs as much of the processor as a delivery. The first rings at once; in a rush a few dozen a second will do,
# as a worker that has heard one goes on until nothing waits.
PAUSE_S = 0.02


class _Bell:
    """The thread that publishes, and the process it belongs to: a fork must start its own."""

    rung = threading.Event()
    lock = threading.Lock()
    thread: threading.Thread | None = None
    process = 0


def look_now() -> None:
    """Ask for `route_waiting` to run soon. Returns at once, always."""
    _Bell.rung.set()
    if _Bell.process != os.getpid():
        _start()


def _start() -> None:
    with _Bell.lock:
        if _Bell.process != os.getpid():
            _Bell.process = os.getpid()
            _Bell.thread = threading.Thread(target=_publish_for_ever, name="nudge", daemon=True)
            _Bell.thread.start()


def _publish_for_ever() -> None:
    while True:
        _Bell.rung.wait()
        _Bell.rung.clear()
        try:
            current_app.send_task("leads.tasks.route_waiting", ignore_result=True, retry=False, expires=30)
        except (OperationalError, OSError) as problem:
            log.warning("nudge not delivered: %s", type(problem).__name__)
        time.sleep(PAUSE_S)
