"""When a rep works: is he there, when is he next there, and when has he worked for so long.

Pure. A day's hours are spans `[from, to)` on the wall of the rep's zone; every span is turned into two UTC instants
before anything is added or compared, so that a day with a clock change is simply an hour shorter or longer.
"""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal

import holidays as public_holidays

from reps.wall_clock import days_of_clock_change, instant, is_zone, zone_of

Span = tuple[int, int]  # minutes since midnight, [from, to); 24:00 is 1440
Stretch = tuple[datetime, datetime]  # UTC, [from, to)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = 24 * 60
ALL_DAY: tuple[Span, ...] = ((0, MIDNIGHT),)
SPAN = re.compile(r"\s*([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})\s*")
ONE_DAY, ONE_WEEK = timedelta(days=1), timedelta(days=7)
# Nobody plans further: who has no opening for this long is treated as never coming back.
HORIZON = timedelta(days=400)


class BadHours(ValueError):
    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


class NeverOpen(Exception):
    """Working time was to be added on a calendar that does not open (again)."""


@dataclass(frozen=True, slots=True)
class Week:
    zone: str
    days: tuple[tuple[Span, ...], ...] | None  # seven, Monday first; None: always open


@dataclass(frozen=True, slots=True)
class Calendar:
    week: Week
    holidays: Container[date]
    away: tuple[Stretch, ...] = ()


ALWAYS = Calendar(Week("UTC", None), frozenset())


def absence(calendar: Calendar, at: datetime) -> Literal["", "away", "holiday"]:
    """Why the rep is not there at all, whatever the hour."""
    for start, end in calendar.away:
        if start <= at < end:
            return "away"
    if calendar.holidays and at.astimezone(zone_of(calendar.week.zone)).date() in calendar.holidays:
        return "holiday"
    return ""


def is_open(calendar: Calendar, at: datetime) -> bool:
    for leaves, returns in calendar.away:
        if leaves <= at < returns:
            return False
    week = calendar.week
    if week.days is None and not calendar.holidays:
        return True
    local = at.astimezone(zone_of(week.zone))
    today = local.date()
    if today in days_of_clock_change(week.zone, local.year):
        # Tomorrow too: where clocks go back over midnight, tomorrow's hours have already begun.
        days = (today, today + ONE_DAY)
        return any(opens <= at < closes for day in days for opens, closes in _hours_on(calendar, day))
    if calendar.holidays and today in calendar.holidays:
        return False
    if week.days is None:
        return True
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in week.days[local.weekday()])


def next_open(calendar: Calendar, at: datetime) -> datetime | None:
    """The first instant from `at` on at which the rep is there, whatever lies between; None: not within 400 days."""
    if is_open(calendar, at):
        return at.astimezone(UTC)
    return next((opens for opens, _ in _stretches(calendar, at)), None)


def closes(calendar: Calendar, at: datetime) -> datetime | None:
    """When the shift ends that the rep is in; None: he is in none, or it has no end within a week."""
    end = None
    for opens, until in _stretches(calendar, at):
        if opens > (end or at):
            break
        end = until
        if end - at > ONE_WEEK:
            return None
    return end


def is_open_for(calendar: Calendar, at: datetime, duration: timedelta) -> bool:
    """Whether the rep is there from `at` on for so long without a break, and then still is."""
    end = at
    for opens, until in _stretches(calendar, at):
        if opens > end:
            return False
        end = until
        if end - at > duration:
            return True
    return False


def add_working(calendar: Calendar, start: datetime, duration: timedelta) -> datetime:
    """When `duration` of working time has passed since `start`.

    Landing on closing time would make a deadline nobody can see, for a closing time is no working time any more: the
    answer moves to the next opening. So adding first one time and then another is the same as adding their sum.
    """
    if duration < timedelta(0):
        raise ValueError(f"working time can't be given back: {duration}")
    left = duration
    for opens, closes in _stretches(calendar, start):
        if left < closes - opens:
            return opens + left
        left -= closes - opens
    raise NeverOpen(f"no working time for {HORIZON.days} days, with {left} of {duration} to go")


def working_between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    end = end.astimezone(UTC)
    worked = timedelta(0)
    for opens, closes in _stretches(calendar, start):
        if opens >= end:
            break
        worked += min(closes, end) - opens
    return worked


def _stretches(calendar: Calendar, start: datetime) -> Iterator[Stretch]:
    """The stretches of working time from `start` on, in order, until there has been none for 400 days."""
    if calendar.week.days is not None and not any(calendar.week.days):
        return
    start = start.astimezone(UTC)
    away = sorted(calendar.away)
    today = start.astimezone(zone_of(calendar.week.zone)).toordinal()
    give_up = today + HORIZON.days
    # The last day of the calendar is left out, as its midnight can't be written down.
    for ordinal in range(today, date.max.toordinal()):
        day = date.fromordinal(ordinal)
        for opens, closes in _hours_on(calendar, day):
            for stretch in _without(away, max(opens, start), closes):
                yield stretch
                give_up = ordinal + HORIZON.days
        if ordinal >= give_up:
            return


def _hours_on(calendar: Calendar, day: date) -> tuple[Stretch, ...]:
    if calendar.holidays and day in calendar.holidays:
        return ()
    week = calendar.week
    return _opening_hours(week.zone, ALL_DAY if week.days is None else week.days[day.weekday()], day)


@lru_cache(maxsize=8192)
def _opening_hours(zone: str, spans: tuple[Span, ...], day: date) -> tuple[Stretch, ...]:
    stretches = [(instant(zone, day, start), instant(zone, day, end)) for start, end in spans]
    return tuple((opens, closes) for opens, closes in stretches if opens < closes)


def _without(away: list[Stretch], opens: datetime, closes: datetime) -> Iterator[Stretch]:
    for start, end in away:
        if start >= closes:
            break
        if opens < start:
            yield opens, start
        opens = max(opens, end)
    if opens < closes:
        yield opens, closes


def parse_week(raw: Mapping[str, list[str]] | None, zone: str, path: str = "hours") -> Week:
    """`{"mon": ["09:00-12:00", "13:00-17:00"], …}`; a day that is not named is free; None: always open."""
    if not is_zone(zone):
        raise BadHours(path, f"{zone!r} is not a time zone; write it like Europe/Berlin")
    if raw is None:
        return Week(zone, None)
    if not isinstance(raw, Mapping):
        raise BadHours(path, 'should be days with their hours, like {mon: ["09:00-17:00"]}')
    for day in raw:
        if day not in WEEKDAYS:
            raise BadHours(f"{path}.{day}", f"not a day; the days are {', '.join(WEEKDAYS)}")
    days = tuple(_parse_day(raw.get(day, []), f"{path}.{day}") for day in WEEKDAYS)
    if not any(days):
        raise BadHours(path, "no day has any hours; leave them out altogether for someone who is always there")
    return Week(zone, days)


def dump_week(week: Week) -> dict[str, list[str]] | None:
    if week.days is None:
        return None
    return {
        name: [f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}" for start, end in spans]
        for name, spans in zip(WEEKDAYS, week.days, strict=True)
        if spans
    }


def _parse_day(raw: object, path: str) -> tuple[Span, ...]:
    if not isinstance(raw, list | tuple):
        raise BadHours(path, 'should be a list of spans, like ["09:00-12:00", "13:00-17:00"]')
    spans: list[Span] = []
    for index, text in enumerate(raw):
        span = _parse_span(text, f"{path}[{index}]")
        if spans and span[0] < spans[-1][1]:
            raise BadHours(
                f"{path}[{index}]",
                f"{text} begins before {raw[index - 1]} has ended; put them in order, without overlap",
            )
        spans.append(span)
    return tuple(spans)


def _parse_span(text: object, path: str) -> Span:
    found = SPAN.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise BadHours(path, f"{text!r} is not a span of hours; write it like 09:00-17:00")
    from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if from_minute > 59 or to_minute > 59 or start >= MIDNIGHT or end > MIDNIGHT:
        raise BadHours(path, f"{text!r} is not within a day, which goes from 00:00 to 24:00")
    if end <= start:
        raise BadHours(
            path, f"{text!r} ends before it begins; write a night as until 24:00, and from 00:00 on the next day"
        )
    return start, end


def holidays_of(code: str | None, company: frozenset[date] = frozenset()) -> Container[date]:
    """The public holidays of a country or of a part of it, DE or US-CA, and the company's own days."""
    public = _public_holidays(code)
    if not company:
        return public
    return EitherOf(public, company) if code else company


@lru_cache(maxsize=512)
def _public_holidays(code: str | None) -> Container[date]:
    if not code:
        return frozenset()
    country, _, part = code.partition("-")
    try:
        if len(country) != 2:  # the library would also take the names of its classes, such as Germany
            raise NotImplementedError
        public_holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        raise BadHours("holidays", f"{code!r}: no holidays are known of this; write it like DE or US-CA") from None
    return PublicHolidays(country, part or None)


@dataclass(frozen=True, slots=True)
class EitherOf:
    """The days of both; the same days are the same calendar."""

    public: Container[date]
    company: frozenset[date]

    def __contains__(self, day: object) -> bool:
        return day in self.company or day in self.public


class PublicHolidays:
    """Each year is worked out once, as a set: the library's own lookup is too slow for every rep and lead."""

    def __init__(self, country: str, part: str | None) -> None:
        self._country, self._part = country, part
        self._years: dict[int, frozenset[date]] = {}

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        if day.year not in self._years:
            found = public_holidays.country_holidays(self._country, subdiv=self._part, years=day.year)
            self._years[day.year] = frozenset(found)
        return day in self._years[day.year]
