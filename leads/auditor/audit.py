"""One look at all promises: what is broken becomes a finding, what is well again is none any more, RevOps are told.

Beat starts it; `/readyz` is red while there are findings, and also when nobody has looked for too long. When all is
well a heartbeat goes out to whoever watches from outside; whatever stops this stops the heartbeat too.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from leads import trouble
from leads.auditor.questions import MOST, QUESTIONS, SETTLED, Question
from leads.models import Audited, Finding, Heartbeat
from notifications import services as notices
from outgoing.addresses import Refused
from outgoing.calls import TookTooLong, TooLarge, Unreachable, call
from reps.database_clock import database_now

log = logging.getLogger(__name__)

HEARTBEAT = "auditor"
LONGEST_SILENCE = timedelta(seconds=100)  # it looks every half minute
# What happened once cannot be seen to be well again: it is shown for so long.
SHOWN_FOR = timedelta(hours=1)
UNANSWERED = "could not be looked at"
TAKEN_AT: Mapping[str, str] = {"leads_assignment": "assigned_at", "leads_timelineentry": "at"}
NEWEST = "SELECT coalesce(max(id), 0) FROM {table} WHERE id > %s AND {at} < clock_timestamp() - {settled}"


def audit() -> list[str]:
    """Look at every promise now; the checks that found something."""
    broken = [question.slug for question in QUESTIONS if _look(question)]
    Heartbeat.objects.update_or_create(name=HEARTBEAT, defaults={"at": database_now()})
    if not broken:
        tell_outside()
    return broken


def tell_outside() -> None:
    """The heartbeat that somebody else's clock waits for, if the operator named an address for it."""
    url = settings.HEARTBEAT_URL
    if not url:
        return
    parts = urlsplit(url)
    try:
        # The operator's own setting: his origin is believed, also where it lies on his own network.
        call("GET", url, headers={}, allowed=(f"{parts.scheme}://{parts.netloc}",))
    except (Refused, TookTooLong, Unreachable, TooLarge) as failure:
        log.warning("the heartbeat could not be sent: %s", type(failure).__name__)


def _look(question: Question) -> bool:
    """One promise in one transaction; whether it is broken. What cannot be answered is: silence must not look well."""
    try:
        with transaction.atomic():
            return _keep(question, _asked(question))
    except DatabaseError as failure:
        if trouble.is_of_the_server(failure):
            raise
        log.warning("the question %s could not be answered: %s", question.slug, type(failure).__name__)
    with transaction.atomic():
        return _keep(question, [UNANSWERED])


def _asked(question: Question) -> list[str]:
    """Examples of what breaks this promise, at most `MOST`."""
    span = _new_rows(question) if question.new else None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({question.asks}) AS found LIMIT {MOST}", span)
        return [str(example) for (example,) in cursor.fetchall()]


def _new_rows(question: Question) -> dict[str, int]:
    """The ids that have come since it was asked last. What was there before the first time is not asked about."""
    mark = Audited.objects.select_for_update().filter(slug=question.slug).first()
    with connection.cursor() as cursor:
        statement = NEWEST.format(table=question.new, at=TAKEN_AT[question.new], settled=SETTLED)
        cursor.execute(statement, [mark.up_to if mark else 0])
        [newest] = cursor.fetchone()
    since = mark.up_to if mark else newest
    Audited.objects.update_or_create(slug=question.slug, defaults={"up_to": max(since, newest)})
    return {"since": since, "up_to": max(since, newest)}


def _keep(question: Question, found: list[str]) -> bool:
    now = database_now()
    finding = Finding.objects.select_for_update().filter(slug=question.slug).first()
    if not found:
        if finding is None or (question.new and finding.looked_at > now - SHOWN_FOR):
            return finding is not None
        finding.delete()
        return False
    if finding is None:
        _tell(question, len(found), now)
    seen = {"looked_at": now, "count": len(found), "example": found[0][:300]}
    Finding.objects.update_or_create(slug=question.slug, defaults=seen, create_defaults={"since": now, **seen})
    return True


def _tell(question: Question, count: int, now: datetime) -> None:
    """RevOps hear of it once, when it begins."""
    many = f"{MOST:,} and more" if count >= MOST else f"{count:,}"
    text, key = f"{question.broken} ({many}). {question.do}", f"trouble:{question.slug}:{now.timestamp():.0f}"
    notices.tell_revops("trouble", text, key=key, link="/health/", now=now)
