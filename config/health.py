"""`/livez`: this process answers. `/readyz`: leads that come in now are stored and routed."""

import os
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from leads.auditor import audit
from leads.models import Finding as BrokenPromise
from leads.models import Heartbeat, InboundEvent

LONGEST_WAIT = timedelta(seconds=60)
LONGEST_SILENCE = timedelta(seconds=15)
LEAST_FREE = 0.02
LARGEST_OFFSET = timedelta(seconds=5)
# Whoever asks more often than this is told the last answer: the page is public, and each look costs a connection.
FRESH_FOR = 1.0
WRITE = """
SELECT pg_logical_emit_message(true, 'readyz', ''), current_setting('transaction_read_only'), clock_timestamp()
"""


@dataclass(frozen=True, slots=True)
class Finding:
    well: bool
    detail: str


Findings = dict[str, Finding]


class Latest:
    """One look at a time, and its findings for all who asked meanwhile."""

    def __init__(self, look: Callable[[], Findings]) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._findings: Findings = {}

    def findings(self) -> Findings:
        with self._lock:
            if time.monotonic() - self._looked_at > FRESH_FOR:
                self._findings = self._look()
                self._looked_at = time.monotonic()
            return self._findings


@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    findings = _latest.findings()
    ready = all(finding.well for finding in findings.values())
    checks = {name: {"ok": each.well, "detail": each.detail} for name, each in findings.items()}
    return JsonResponse({"status": "ready" if ready else "not ready", "checks": checks}, status=200 if ready else 503)


def look() -> Findings:
    findings = {"disk": disk(settings.DATA_DIR)}
    findings["database"], clock = database()
    if clock is None:
        return findings
    findings["clock"] = clock
    try:
        findings["migrations"] = migrations()
        if findings["migrations"].well:
            findings["sweeper"] = sweeper()
            findings["deliverer"] = deliverer()
            findings["events"] = events()
            findings["promises"] = promises()
    except DatabaseError as problem:
        findings["database"] = Finding(False, f"a query failed: {type(problem).__name__}")
    return findings


def database() -> tuple[Finding, Finding | None]:
    """By a new connection, and with a write that is committed: a frozen server or a full disk still answers reads on
    old connections. The write goes to the log alone and touches no table."""
    asked = datetime.now(UTC)
    fresh = connection.copy()
    try:
        with fresh.cursor() as cursor:
            cursor.execute(WRITE)
            _, read_only, their_time = cursor.fetchone()
    except DatabaseError as problem:
        return Finding(False, f"cannot be written to: {type(problem).__name__}"), None
    finally:
        fresh.close()
    if read_only == "on":
        return Finding(False, "can only be read"), None
    took = datetime.now(UTC) - asked
    offset = abs(their_time - (asked + took / 2))
    clock = Finding(offset <= LARGEST_OFFSET + took / 2, f"{offset.total_seconds():.3f} s from the database's")
    return Finding(True, f"written to in {took.total_seconds() * 1000:.0f} ms"), clock


def migrations() -> Finding:
    with connection.cursor() as cursor:
        if "django_migrations" not in connection.introspection.table_names(cursor):
            return Finding(False, "none applied yet")
        cursor.execute("SELECT app, name FROM django_migrations")
        missing = _on_disk() - set(cursor.fetchall())
    return Finding(not missing, f"{len(missing)} not applied" if missing else "all applied")


def sweeper() -> Finding:
    """The loop that finds work without Redis and Celery."""
    return _loop("sweeper")


def deliverer() -> Finding:
    """The loop that sends what people and other systems are to be told."""
    return _loop("deliverer")


def _loop(name: str) -> Finding:
    """Timed by the database's clock alone."""
    beat = Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()
    if beat is None:
        return Finding(False, "has never gone round")
    silent = _now() - beat
    return Finding(silent <= LONGEST_SILENCE, f"went round {max(0, silent.total_seconds()):.0f} s ago")


def events() -> Finding:
    due = InboundEvent.objects.filter(status__in=InboundEvent.OPEN).order_by("due_at")
    first = due.values_list("due_at", flat=True).first()
    overdue = max(timedelta(0), _now() - first) if first else timedelta(0)
    return Finding(overdue <= LONGEST_WAIT, f"the oldest has waited for {overdue.total_seconds():.0f} s")


def promises() -> Finding:
    """What the auditor found, and that he looks at all: his silence is no good news."""
    looked = Heartbeat.objects.filter(name=audit.HEARTBEAT).values_list("at", flat=True).first()
    if looked is None:
        return Finding(False, "nobody has looked yet")
    silent = _now() - looked
    if silent > audit.LONGEST_SILENCE:
        return Finding(False, f"nobody has looked for {silent.total_seconds():.0f} s")
    broken = list(BrokenPromise.objects.order_by("slug").values_list("slug", flat=True))
    return Finding(not broken, f"broken: {', '.join(broken)}" if broken else "kept")


def disk(folder: Path) -> Finding:
    space = shutil.disk_usage(folder)
    nodes = os.statvfs(folder)
    free = space.free / space.total
    if nodes.f_files:
        free = min(free, nodes.f_favail / nodes.f_files)
    return Finding(free >= LEAST_FREE, f"{free:.0%} free")


def _now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


@cache
def _on_disk() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


_latest = Latest(look)
