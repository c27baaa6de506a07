"""The hours of a week in which nobody of some people works, on the wall of one zone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from reps.hours import ALL_DAY, WEEKDAYS, Week
from reps.wall_clock import instant

WEEK = timedelta(days=7)
Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Gaps:
    """Stretches without anybody, the longest first; one that goes on over the end of the week is one."""

    stretches: tuple[Stretch, ...]
    zone: str

    @property
    def length(self) -> timedelta:
        return sum((end - start for start, end in self.stretches), timedelta())

    @property
    def longest(self) -> timedelta:
        return self.stretches[0][1] - self.stretches[0][0] if self.stretches else timedelta()

    def words(self) -> str:
        """ "from Fri 18:00 to Mon 08:00" """
        if self.longest >= WEEK:
            return "at any hour of the week"
        first = f"from {self._at(self.stretches[0][0])} to {self._at(self.stretches[0][1])}"
        more = len(self.stretches) - 1
        if not more:
            return first
        hours = round(self.length.total_seconds() / 3600)
        return f"{first} and {more} other time{'s' if more > 1 else ''}, {hours} of the week's 168 hours"

    def _at(self, moment: datetime) -> str:
        local = moment.astimezone(ZoneInfo(self.zone))
        return f"{WEEKDAYS[local.weekday()].capitalize()} {local:%H:%M}"


def gaps(weeks: Iterable[Week], zone: str, now: datetime) -> Gaps:
    """In the week around this time. Holidays and time off are not looked at: they come and go."""
    local = now.astimezone(ZoneInfo(zone))
    monday = local.date() - timedelta(days=local.weekday())
    start = instant(zone, monday, 0)
    end = instant(zone, monday + WEEK, 0)
    free = _without(sorted({one for week in weeks for one in _open(week, monday)}), start, end)
    if len(free) > 1 and free[0][0] == start and free[-1][1] == end:
        first, *between, last = free
        free = [*between, (last[0], last[1] + (first[1] - first[0]))]
    return Gaps(tuple(sorted(free, key=lambda stretch: (stretch[0] - stretch[1], stretch[0]))), zone)


def _open(week: Week, monday: date) -> Iterable[Stretch]:
    """Also of the days before and after: a day there may still be one here."""
    for offset in range(-1, 9):
        day = monday + timedelta(days=offset)
        for opens, closes in ALL_DAY if week.days is None else week.days[day.weekday()]:
            yield instant(week.zone, day, opens), instant(week.zone, day, closes)


def _without(open_hours: Sequence[Stretch], start: datetime, end: datetime) -> list[Stretch]:
    free, at = [], start.astimezone(UTC)
    for opens, closes in open_hours:
        if opens > at:
            free.append((at, min(opens, end)))
        at = max(at, closes)
        if at >= end:
            return [stretch for stretch in free if stretch[0] < stretch[1]]
    return [*free, (at, end)]
