"""Waiting leads are looked at again when activity has changed what is known of them, or of others at their account.

The batch that counts an activity only marks whom it may concern (`LookAgain`), so that a burst does not hold up new
leads: a look takes the marked leads many at once, the first at once and the next of the same lead after a moment, and
routes those for whom the rules would give another answer by now (`leads.reconsider`). Nobody else is touched: neither
who has a rep, nor what is closed.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from leads import reconsider, trouble
from leads.activity.keeping import Kept
from leads.activity.wording import in_words, somebody
from leads.crash import crash_point
from leads.models import TimelineEntry
from leads.prepared import prepared_cursor
from leads.world import Known, known_and_held
from reps.database_clock import database_now

log = logging.getLogger(__name__)

AT_ONCE = 100
COOLDOWN = timedelta(seconds=5)  # what comes within it is looked at together
AFTER_TROUBLE = timedelta(minutes=10)
ONE_LOOKS = 7005  # the number of our advisory lock: two who look would only wait for each other

MARK = """
WITH said AS (
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]) AS s (name, why, intent)
), concerned AS (
    SELECT lead.id, said.why, said.intent FROM said JOIN leads_lead AS lead ON lead.person_key = said.name
    WHERE lead.status IN ('queued', 'nurture')
    UNION ALL
    SELECT lead.id, said.why, said.intent FROM said JOIN leads_lead AS lead ON lead.phone = substr(said.name, 5)
    WHERE said.name LIKE 'tel:%%' AND lead.phone <> '' AND lead.status IN ('queued', 'nurture')
    UNION ALL
    SELECT lead.id, there.why, '' FROM unnest(%s::bigint[], %s::text[]) AS there (account_id, why)
    JOIN leads_lead AS lead USING (account_id) WHERE lead.status IN ('queued', 'nurture')
)
INSERT INTO leads_lookagain AS again (lead_id, due_at, asked, why, intent)
SELECT id, %s, 1, max(why), max(intent) FROM concerned
WHERE id <> ALL(%s::bigint[]) OR intent <> '' GROUP BY id ORDER BY id
ON CONFLICT (lead_id) DO UPDATE SET
    asked = again.asked + 1, why = excluded.why,
    due_at = LEAST(again.due_at, GREATEST(excluded.due_at, again.looked_at + %s)),
    intent = CASE WHEN excluded.intent <> '' THEN excluded.intent ELSE again.intent END
"""
ANY_DUE = "SELECT EXISTS (SELECT FROM leads_lookagain WHERE due_at <= coalesce(%s::timestamptz, clock_timestamp()))"
DUE = """
SELECT lead_id, asked, intent, why FROM leads_lookagain WHERE due_at <= %s ORDER BY due_at, lead_id LIMIT %s
"""
LOCK = """
SELECT id FROM leads_lead WHERE id = ANY(%s::bigint[]) AND status IN ('queued', 'nurture') ORDER BY id FOR UPDATE
"""
ASKS_FOR = """
UPDATE leads_lead AS lead SET intent = v.intent, facts = jsonb_set(facts, '{intent}', to_jsonb(v.intent))
FROM unnest(%s::bigint[], %s::text[]) AS v (id, intent) WHERE lead.id = v.id
"""
# What came while we looked is looked at once more.
LOOKED = """
UPDATE leads_lookagain AS again SET
    looked_at = %s, due_at = CASE WHEN again.asked = v.asked THEN NULL ELSE %s END,
    intent = CASE WHEN again.asked = v.asked THEN '' ELSE again.intent END
FROM (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS u (lead_id, asked)) AS v
WHERE again.lead_id = v.lead_id
"""
LATER = "UPDATE leads_lookagain SET due_at = %s WHERE lead_id = %s"


@dataclass(frozen=True, slots=True)
class Due:
    """One lead to be looked at. `asked` is how often it had been marked when it was read."""

    lead: int
    asked: int
    intent: str
    why: str


def mark(new: Sequence[Kept], known: Known, *, decided: Collection[int], now: datetime) -> None:
    """Mark the waiting leads that these activities may concern; `decided` are those that were decided just now.

    The last thing a transaction does: whoever looks takes these rows last as well.
    """
    asked = known.signals
    own: dict[str, tuple[str, str]] = {}
    there: dict[int, str] = {}
    for one in sorted(new, key=lambda kept: kept.sighting.signal.at):
        signal = one.sighting.signal
        why = f"{in_words(signal.key)} by {somebody(signal.name, '', signal.person_key)}"[:300]
        if signal.person_key and (signal.intent or signal.key in asked.own):
            own[signal.person_key] = (why, signal.intent or own.get(signal.person_key, ("", ""))[1])
        if one.account is not None and signal.key in asked.account:
            there[one.account] = why
    if not own and not there:
        return
    whys, intents = [why for why, _ in own.values()], [intent for _, intent in own.values()]
    with prepared_cursor() as cursor:
        values = [list(own), whys, intents, list(there), list(there.values()), now, list(decided), COOLDOWN]
        cursor.execute(MARK, values)


def look_again(*, limit: int = AT_ONCE, now: datetime | None = None) -> int:
    """Look at the leads that are due (`now`: as if it were that time), and route those whose answer has changed.

    How many were looked at.
    """
    with prepared_cursor() as cursor:
        [(is_due,)] = cursor.execute(ANY_DUE, [now]).fetchall()
    if not is_due:
        return 0
    try:
        looked = _look(limit, now)
    except Exception as failure:  # Whatever one lead does to us, the others must not wait for it.
        if trouble.is_of_the_server(failure):
            raise
        if trouble.is_passing(failure):
            return 0
        log.exception("looking again failed; the leads are taken one by one")
        return _one_by_one(limit)
    crash_point("after_look_commit")
    return looked


def _one_by_one(limit: int) -> int:
    """Each in a transaction of its own; one that fails is left for later."""
    with prepared_cursor() as cursor:
        cursor.execute(DUE, [database_now(), limit])
        due = [Due(*row) for row in cursor.fetchall()]
    for one in due:
        try:
            _look(1, only=one)
        except Exception as failure:  # It is logged, and the others go on.
            if trouble.is_of_the_server(failure):
                raise
            if not trouble.is_passing(failure):
                log.exception("lead %s could not be looked at", one.lead)
                with prepared_cursor() as cursor:
                    cursor.execute(LATER, [database_now() + AFTER_TROUBLE, one.lead])
    return len(due)


@transaction.atomic
def _look(limit: int, at: datetime | None = None, only: Due | None = None) -> int:
    now = at or database_now()
    with prepared_cursor() as cursor:
        [(alone,)] = cursor.execute("SELECT pg_try_advisory_xact_lock(%s::int, 0)", [ONE_LOOKS]).fetchall()
        if not alone:
            return 0
        due = [only] if only else [Due(*row) for row in cursor.execute(DUE, [now, limit]).fetchall()]
        known_and_held()
        waiting = {lead for (lead,) in cursor.execute(LOCK, [[one.lead for one in due]]).fetchall()}
    crash_point("after_look_locked")

    _take_intents([one for one in due if one.lead in waiting and one.intent], now)
    why = {one.lead: f"Activity: {one.why}" for one in due if one.lead in waiting}
    if why:
        reconsider.reconsider(why.keys(), now=now, why=why)

    seen = sorted(due, key=lambda one: one.lead)
    with prepared_cursor() as cursor:
        cursor.execute(LOOKED, [now, now + COOLDOWN, [one.lead for one in seen], [one.asked for one in seen]])
    crash_point("before_look_commit")
    return len(due)


def _take_intents(due: Sequence[Due], now: datetime) -> None:
    """Whoever asked for something meanwhile has that intent from now on."""
    if not due:
        return
    with prepared_cursor() as cursor:
        cursor.execute(ASKS_FOR, [[one.lead for one in due], [one.intent for one in due]])
    TimelineEntry.objects.bulk_create(
        TimelineEntry(
            lead_id=one.lead, at=now, kind=TimelineEntry.Kind.SIGNAL, text=f"Asks for {one.intent}: {one.why}."
        )
        for one in due
    )
