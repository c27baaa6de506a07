"""Quiet hours: nothing is sent while somebody's own wall clock stands between two times. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from reps.wall_clock import instant, is_zone, zone_of

DAY = timedelta(days=1)


def end_of_quiet(now: datetime, zone: str, begins: int | None, ends: int | None) -> datetime:
    """`now`, or the end of the quiet hours that it falls into: minutes since midnight, over midnight if need be."""
    if begins is None or ends is None or begins == ends:
        return now
    zone = zone if is_zone(zone) else "UTC"
    today = now.astimezone(zone_of(zone)).date()
    for day in (today - DAY, today):
        until = instant(zone, day if begins < ends else day + DAY, ends)
        if instant(zone, day, begins) <= now < until:
            return until.astimezone(UTC)
    return now
