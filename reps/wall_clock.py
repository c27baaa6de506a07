"""From a time on the wall to an instant, also on the days on which clocks leap. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ONE_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def is_zone(name: object) -> bool:
    try:
        return isinstance(name, str) and bool(zone_of(name))
    except (LookupError, ValueError, OSError):  # unknown; not a name at all; a folder of the zone database
        return False


def instant(zone: str, day: date, minute: int) -> datetime:
    """The first instant at which a wall clock shows this time; if it leaps over it, the moment of the leap."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    local = wall.replace(tzinfo=zone_of(zone))
    found = local.astimezone(UTC)
    if _on_the_wall(found, zone) == wall:
        return found
    # Read with the offset of before, a time that does not exist lies behind the leap; with the one of after, before it.
    before, behind = local.replace(fold=1).astimezone(UTC), found
    while behind - before > ONE_SECOND:
        middle = (before + (behind - before) / 2).replace(microsecond=0)
        if _on_the_wall(middle, zone) < wall:
            before = middle
        else:
            behind = middle
    return behind


def _on_the_wall(at: datetime, zone: str) -> datetime:
    return at.astimezone(zone_of(zone)).replace(tzinfo=None)


@lru_cache(maxsize=4096)
def days_of_clock_change(zone: str, year: int) -> frozenset[date]:
    """The days on which a time on the wall may be shown twice or never, and the evenings before them."""
    first, last = (
        max(date(year, 1, 1).toordinal() - 2, 1),
        min(date(year, 12, 31).toordinal() + 3, date.max.toordinal()),
    )
    days = [date.fromordinal(ordinal) for ordinal in range(first, last)]
    offsets = [datetime(day.year, day.month, day.day, tzinfo=zone_of(zone)).utcoffset() for day in days]
    leaps = (day for day, today, tomorrow in zip(days, offsets, offsets[1:], strict=False) if today != tomorrow)
    return frozenset(day + timedelta(days=near) for day in leaps for near in (-1, 0))
