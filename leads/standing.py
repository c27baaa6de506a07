"""Who holds what, read under the locks: pools by id, then reps by id, whoever gives somebody a lead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.backends.utils import CursorWrapper

from leads.world import Known
from routing.engine.bench import Presence
from routing.engine.world import Standing

LOCK_POOLS = "SELECT id FROM routing_pool WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
LOCK_REPS = "SELECT id FROM reps_rep WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
LEVELS = """
SELECT pool_id, rep_id, level, opened FROM routing_member WHERE pool_id = ANY(%s)
"""
OPEN = "SELECT rep_id, count(*) FROM leads_assignment WHERE ended_at IS NULL AND rep_id = ANY(%s) GROUP BY rep_id"
TODAY = """
SELECT day.rep_id, count(*)
FROM unnest(%s::bigint[], %s::timestamptz[]) AS day (rep_id, since)
JOIN leads_assignment AS given ON given.rep_id = day.rep_id AND given.assigned_at >= day.since
GROUP BY day.rep_id
"""
LAST = """
SELECT asked.rep_id, given.assigned_at
FROM unnest(%s::bigint[]) AS asked (rep_id)
CROSS JOIN LATERAL (
    SELECT assigned_at FROM leads_assignment WHERE rep_id = asked.rep_id ORDER BY assigned_at DESC LIMIT 1
) AS given
"""


def lock_and_read(known: Known, pools: Iterable[str], reps: Iterable[str], presence: Presence) -> Standing:
    """Lock these pools and reps until the transaction ends, and read their levels and loads as they are now."""
    pools, reps = list(pools), list(reps)
    with connection.cursor() as cursor:
        cursor.execute(LOCK_POOLS, [[known.pools[slug] for slug in pools]])
        cursor.execute(LOCK_REPS, [[known.reps[email].id for email in reps if email in known.reps]])
    return read(known, pools, reps, presence)


def read(known: Known, pools: Iterable[str], reps: Iterable[str], presence: Presence) -> Standing:
    """Their levels and loads as last committed, for whoever asks and gives nobody anything."""
    slugs = {known.pools[slug]: slug for slug in pools}
    emails = [email for email in reps if email in known.reps]
    rep_ids = [known.reps[email].id for email in emails]
    standing = Standing()
    with connection.cursor() as cursor:
        cursor.execute(LEVELS, [list(slugs)])
        for pool_id, rep_id, level, opened in cursor.fetchall():
            place = (slugs[pool_id], known.emails[rep_id])
            standing.levels[place] = level
            if opened:
                standing.opened.add(place)
        cursor.execute(OPEN, [rep_ids])
        standing.open = {known.emails[rep_id]: count for rep_id, count in cursor.fetchall()}
        cursor.execute(LAST, [rep_ids])
        standing.last = {known.emails[rep_id]: at for rep_id, at in cursor.fetchall()}
        _read_today(cursor, known, emails, presence, standing)
    return standing


def _read_today(cursor: CursorWrapper, known: Known, emails: list[str], presence: Presence, standing: Standing) -> None:
    """How many leads each capped rep was given since midnight of his own calendar day."""
    capped = [known.world.reps[email] for email in emails if known.world.reps[email].daily_cap is not None]
    if not capped:
        return
    since = [_midnight(presence.day(rep), rep.zone) for rep in capped]
    cursor.execute(TODAY, [[known.reps[rep.email].id for rep in capped], since])
    days = {known.reps[rep.email].id: presence.day(rep) for rep in capped}
    for rep_id, count in cursor.fetchall():
        standing.today[(known.emails[rep_id], days[rep_id])] = count


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
