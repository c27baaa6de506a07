"""Calls to providers and what came of them: made in a thread without a database, kept as rows, found again."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson
from django.conf import settings
from django.db import transaction

from leads.enrichment import breaker
from leads.enrichment.providers import Ask, Card, with_secrets
from leads.enrichment.waterfall import Known, read_answer
from leads.models import Answer
from leads.prepared import prepared_cursor
from outgoing import calls
from outgoing.addresses import Refused
from outgoing.calls import TookTooLong, TooLarge, Unreachable
from routing.engine.facts import Vocabulary

# An answer serves at least those for whose sake it was asked.
KEPT_AT_LEAST = timedelta(minutes=10)
KNOWS_NOTHING = (204, 404)
# It is there, but will not have this question: what a lead says must not open the breaker for all others.
ODD_QUESTION = (400, 414, 422)
GOOD = frozenset({Answer.Result.OK, Answer.Result.EMPTY})

KEPT = """
SELECT DISTINCT ON (answer.provider_id, answer.key) answer.provider_id, answer.key, answer.values, answer.at
FROM unnest(%s::bigint[], %s::text[]) AS asked (provider_id, key)
JOIN leads_answer AS answer USING (provider_id, key)
WHERE answer.keep_until > %s
ORDER BY answer.provider_id, answer.key, answer.at DESC
"""

Question = tuple[Card, str]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one call. `problem` says in words what is for people to know, and never what a server said."""

    result: str
    took_ms: int
    status: int | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    problem: str = ""

    @property
    def is_good(self) -> bool:
        return self.result in GOOD


def ask(card: Card, about: Ask, vocabulary: Vocabulary) -> Told:
    """Make the call. Touches no database and never raises for what a provider does."""
    began = time.monotonic()
    status: int | None = None
    values: Mapping[str, object] = {}
    try:
        headers = with_secrets(about, os.environ)
        reply = calls.call(
            about.method,
            about.url,
            headers=headers,
            body=about.body,
            seconds=about.seconds,
            allowed=settings.OUTGOING_ALLOW,
        )
        status = reply.status
        result, problem = Answer.Result.OK, ""
        if status in KNOWS_NOTHING:
            result = Answer.Result.EMPTY
        elif not 200 <= status < 300:
            result, problem = Answer.Result.FAILED, f"It answered with {status}."
        else:
            values = read_answer(card, reply.body, vocabulary)
            result = Answer.Result.OK if values else Answer.Result.EMPTY
    except Refused as refused:
        result, problem = Answer.Result.REFUSED, str(refused)
    except TookTooLong:
        result, problem = Answer.Result.TIMEOUT, f"No whole answer within {about.seconds:g} s."
    except TooLarge:
        result, problem = Answer.Result.FAILED, "The answer was larger than 64 KB."
    except Unreachable:
        result, problem = Answer.Result.FAILED, "No connection."
    except ValueError:
        result, problem = Answer.Result.FAILED, "The answer was no JSON."
    return Told(str(result), round((time.monotonic() - began) * 1000), status, values, problem)


@transaction.atomic
def keep(question: Question, told: Told, *, event: uuid.UUID | None, due_at: datetime | None, now: datetime) -> None:
    """Write down one call, and let the breaker know. `due_at` is when the lead that caused it stopped waiting."""
    card, key = question
    was_made = told.status is not None or told.result == Answer.Result.TIMEOUT
    Answer.objects.create(
        provider_id=card.id,
        event_id=event,
        key=key,
        at=now,
        took_ms=told.took_ms,
        result=told.result,
        status=told.status,
        values=dict(told.values),
        cost=card.plan.cost if was_made else 0,
        late=due_at is not None and now > due_at,
        keep_until=now + max(KEPT_AT_LEAST, timedelta(seconds=card.plan.keep_s)) if told.is_good else None,
    )
    if told.status not in ODD_QUESTION:
        breaker.tell(card.id, ok=told.is_good, problem=told.problem, now=now)


def kept(questions: Sequence[Question], now: datetime) -> dict[tuple[int, str], Known]:
    """The answers to these questions that are there and still good: one query for all."""
    if not questions:
        return {}
    with prepared_cursor() as cursor:
        cursor.execute(KEPT, [[card.id for card, _ in questions], [key for _, key in questions], now])
        return {(provider, key): Known(orjson.loads(values), at) for provider, key, values, at in cursor.fetchall()}
