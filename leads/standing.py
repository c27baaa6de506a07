"""Who holds what, read under the locks: pools by id, then reps by id, whoever gives somebody a lead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from leads.prepared import Question, ask_together
from leads.world import Known
from routing.engine import converting
from routing.engine.bench import Presence
from routing.engine.facts import normal
from routing.engine.world import Standing

LOCK_POOLS = "SELECT id FROM routing_pool WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
LOCK_REPS = "SELECT id FROM reps_rep WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
LEVELS = """
SELECT pool_id, rep_id, level, opened FROM routing_member WHERE pool_id = ANY(%s::bigint[])
"""
# Whoever ends an assignment says when, a moment before it is committed. To one who reads it after that, but whose clock
# was read before, it is still open: else two leads would be in one place at one time, as the log tells it.
OPEN = """
SELECT rep_id, count(*) FROM (
    SELECT rep_id FROM leads_assignment WHERE ended_at IS NULL AND rep_id = ANY(%s::bigint[])
    UNION ALL
    SELECT rep_id FROM leads_assignment WHERE ended_at > %s::timestamptz AND rep_id = ANY(%s::bigint[])
) AS held GROUP BY rep_id
"""
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

CLOSED = """
SELECT rep_id, segment, count(*) FILTER (WHERE outcome = 'won'), count(*)
FROM leads_assignment
WHERE rep_id = ANY(%s::bigint[]) AND outcome IN ('won', 'lost') AND ended_at > %s AND ended_at <= %s
GROUP BY rep_id, segment
"""
GIVEN = """
SELECT pool_id, rep_id, count(*) FROM leads_assignment
WHERE rep_id = ANY(%s::bigint[]) AND pool_id = ANY(%s::bigint[]) AND assigned_at > %s GROUP BY pool_id, rep_id
"""


def lock_and_read(known: Known, pools: Iterable[str], reps: Iterable[str], presence: Presence) -> Standing:
    """Lock these pools and reps until the transaction ends, and read their levels and loads as they are now."""
    pools, reps = list(pools), list(reps)
    locks: list[Question] = [
        (LOCK_POOLS, [[known.pools[slug] for slug in pools]]),
        (LOCK_REPS, [[known.reps[email].id for email in reps if email in known.reps]]),
    ]
    return _read(known, pools, reps, presence, locks)


def read(known: Known, pools: Iterable[str], reps: Iterable[str], presence: Presence) -> Standing:
    """Their levels and loads as last committed, for whoever asks and gives nobody anything."""
    return _read(known, list(pools), list(reps), presence, [])


def _read(known: Known, pools: list[str], reps: list[str], presence: Presence, locks: Sequence[Question]) -> Standing:
    slugs = {known.pools[slug]: slug for slug in pools}
    emails = [email for email in reps if email in known.reps]
    rep_ids = [known.reps[email].id for email in emails]
    capped = [known.world.reps[email] for email in emails if known.world.reps[email].daily_cap is not None]
    # How many leads each capped rep was given is counted since midnight of his own calendar day.
    since = [_midnight(presence.day(rep), rep.zone) for rep in capped]
    *_, levels, loads, last, today = ask_together(
        *locks,
        (LEVELS, [list(slugs)]),
        (OPEN, [rep_ids, presence.now, rep_ids]),
        (LAST, [rep_ids]),
        (TODAY, [[known.reps[rep.email].id for rep in capped], since]),
    )
    days = {rep.email: presence.day(rep) for rep in capped}
    closed, given = track_records(known, slugs, rep_ids, presence.now) if known.world.converting else ({}, {})
    places = {(slugs[pool], known.emails[rep]): (level, opened) for pool, rep, level, opened in levels}
    return Standing(
        levels={place: level for place, (level, _) in places.items()},
        opened={place for place, (_, opened) in places.items() if opened},
        open={known.emails[rep_id]: count for rep_id, count in loads},
        today={(known.emails[rep_id], days[known.emails[rep_id]]): count for rep_id, count in today},
        last={known.emails[rep_id]: at for rep_id, at in last},
        closed=closed,
        given=given,
    )


def track_records(
    known: Known, slugs: Mapping[int, str], reps: Sequence[int], now: datetime
) -> tuple[dict[tuple[str, str], tuple[int, int]], dict[tuple[str, str], int]]:
    """What each rep won of what he closed lately, by segment; and what he was given lately, by pool.

    Segments are in their normal form; `slugs` names the pools by their ids.
    """
    asked = ask_together(
        (CLOSED, [list(reps), now - converting.CLOSED_WITHIN, now]),
        (GIVEN, [list(reps), list(slugs), now - converting.GIVEN_WITHIN]),
    )
    closed: dict[tuple[str, str], tuple[int, int]] = {}
    for rep, written, won, total in asked[0]:
        key = (known.emails[rep], normal(written))
        before_won, before = closed.get(key, (0, 0))
        closed[key] = (before_won + won, before + total)
    return closed, {(slugs[pool], known.emails[rep]): count for pool, rep, count in asked[1]}


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
