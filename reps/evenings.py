"""When a working day ends, for whoever looks at what is left of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reps.hours import Calendar
from reps.wall_clock import instant, zone_of

EVENING = 18 * 60  # where there are no hours to go by: 18:00
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Evening:
    """The end of a day on a calendar; `worked` is whether that day has any hours at all."""

    day: date
    at: datetime
    worked: bool


def evening(calendar: Calendar, day: date) -> Evening:
    """The last closing time of this day, or 18:00 if it has no hours or is open round the clock."""
    week = calendar.week
    spans = week.days[day.weekday()] if week.days is not None else ()
    worked = (week.days is None or bool(spans)) and day not in calendar.holidays
    minute = spans[-1][1] if spans and worked else EVENING
    return Evening(day, instant(week.zone, day, minute), worked)


def last_evening(calendar: Calendar, now: datetime) -> Evening:
    """The latest end of a day that is not in the future."""
    day = now.astimezone(zone_of(calendar.week.zone)).date()
    while (found := evening(calendar, day)).at > now:
        day -= ONE_DAY
    return found


def next_evening(calendar: Calendar, now: datetime) -> Evening:
    """The first end of a day after this instant. A day that ended at 24:00 has its end on the next one."""
    day = now.astimezone(zone_of(calendar.week.zone)).date() - ONE_DAY
    while (found := evening(calendar, day)).at <= now:
        day += ONE_DAY
    return found
