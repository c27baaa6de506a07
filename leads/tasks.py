"""Celery's side: each task is a nudge to look at the rows now. Losing one, or running one twice, changes nothing."""

from __future__ import annotations

from celery import shared_task
from celery.signals import worker_init, worker_ready
from django.db import DatabaseError, InterfaceError, close_old_connections

from leads import garbage, ladder, pipeline
from leads.auditor.audit import audit

MOST_ROUNDS = 50  # so that one task stays well under its time limit; the next nudge or beat goes on


@shared_task(ignore_result=True)
def route_waiting() -> None:
    """Route what is waiting, batch after batch."""
    for _ in range(MOST_ROUNDS):
        if not pipeline.route_waiting():
            return


@shared_task(ignore_result=True)
def enforce_slas() -> None:
    """Act on the steps of promises that are due."""
    for _ in range(MOST_ROUNDS):
        if not ladder.enforce_due():
            return


@shared_task(ignore_result=True)
def audit_promises() -> None:
    """Look whether what was promised is so."""
    audit()


@worker_ready.connect
def look_at_once(**_: object) -> None:
    """Not only after the first half minute: until somebody has looked, nothing is known to be well."""
    try:
        audit()
    except (DatabaseError, InterfaceError):
        close_old_connections()  # The next tick of beat looks.


@worker_init.connect
def settle_in(**_: object) -> None:
    """Once, before the first task."""
    garbage.leave_what_is_loaded()
