"""Ringing the bell: tell a worker to look now, without ever waiting for Redis inside a request.

The row is the queue; a lost bell costs a fraction of a second, because the sweeper looks anyway. So one daemon thread
per process publishes, rings that come while it is busy melt into one, and a broker that is gone is only logged.
"""

from __future__ import annotations

import logging
import os
import threading

from celery import current_app
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

_rung = threading.Event()
_thread: threading.Thread | None = None
_owner = 0
_lock = threading.Lock()


def look_now() -> None:
    """Ask for `route_waiting` to run soon. Returns at once, always."""
    _rung.set()
    if _thread is None or _owner != os.getpid():
        _start()


def _start() -> None:
    global _thread, _owner
    with _lock:
        if _thread is None or _owner != os.getpid():
            _owner = os.getpid()
            _thread = threading.Thread(target=_publish_for_ever, name="nudge", daemon=True)
            _thread.start()


def _publish_for_ever() -> None:
    while True:
        _rung.wait()
        _rung.clear()
        try:
            current_app.send_task("leads.tasks.route_waiting", ignore_result=True, retry=False, expires=30)
        except (OperationalError, OSError) as problem:
            log.warning("nudge not delivered: %s", type(problem).__name__)
