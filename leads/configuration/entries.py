"""One entry of the file, read key by key: what is left out has its default, what does not fit is a problem."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import available_timezones

from reps import hours
from reps.wall_clock import instant, is_zone, zone_of
from routing.engine.reader import Reader, shown

LONGEST_NAME = 200
LARGEST = 1_000_000
SEPARATE_WORDS = ("localtime", "Factory", "posixrules")  # in the zone database, but no zone that would be one elsewhere


class Entry:
    """The mapping at one path. A key without a value counts as left out, as YAML writes it."""

    def __init__(
        self, reader: Reader, data: object, path: str, known: Collection[str], needed: Collection[str] = ()
    ) -> None:
        if isinstance(data, dict):
            data = {key: value for key, value in data.items() if value is not None}
        self.reader = reader
        self.path = path
        self.data = reader.members(data, path, known, needed)

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def refuse(self, key: str, problem: str) -> None:
        self.reader.refuse(self.at(key), problem)

    def text(self, key: str, default: str = "", *, longest: int = LONGEST_NAME) -> str:
        return self._text(self.data[key], self.at(key), longest) if key in self.data else default

    def slug(self, key: str = "slug") -> str:
        return self.reader.slug(_number_as_text(self.data[key]), self.at(key)) if key in self.data else ""

    def optional_slug(self, key: str) -> str | None:
        return self.slug(key) or None

    def email(self, key: str) -> str:
        return self._email(self.data[key], self.at(key)) if key in self.data else ""

    def optional_email(self, key: str) -> str | None:
        return self.email(key) or None

    def flag(self, key: str, default: bool) -> bool:
        return self.reader.flag(self.data[key], self.at(key)) if key in self.data else default

    def choice(self, key: str, choices: Collection[str], default: str) -> str:
        found = self.reader.choice(self.data[key], self.at(key), choices) if key in self.data else default
        return found or default

    def count(self, key: str) -> int | None:
        """A whole number of leads, or None for no limit."""
        return self.reader.whole(self.data[key], self.at(key), 0, LARGEST) if key in self.data else None

    def weight(self, key: str) -> float:
        value = self.data.get(key, 1)
        if (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and 0 <= value <= LARGEST
            and math.isfinite(value)
        ):
            return float(value)
        self.refuse(key, f"must be a number from 0 to {LARGEST:,}, not {shown(value)}")
        return 0.0

    def day(self, key: str) -> date | None:
        return self.reader.day(self.data[key], self.at(key)) if key in self.data else None

    def zone(self, key: str = "timezone") -> str:
        value = self.data.get(key, "UTC")
        if not is_zone(value) or value in SEPARATE_WORDS or str(value).startswith(("posix/", "right/")):
            self.refuse(key, f"must be a time zone such as Europe/Berlin, not {shown(value)}{_near_zone(value)}")
            return "UTC"
        return str(value)

    def local_time(self, key: str, zone: str) -> datetime | None:
        """A time on the wall of this zone (or with an offset of its own) as an instant in UTC."""
        value = self.data.get(key)
        if value is None:
            return None
        try:
            found = datetime.fromisoformat(value) if isinstance(value, str) else None
            if found is not None and len(str(value)) > 10:
                return _in_utc(found, zone)
        except (ValueError, OverflowError):  # the 30th of February; a wall time before the calendar begins in UTC
            pass
        self.refuse(key, f"must be a local time such as 2026-12-21T00:00, not {shown(value)}")
        return None

    def week(self, key: str, zone: str) -> dict[str, list[str]] | None:
        """Working hours as the file writes them, checked and put into order."""
        if key not in self.data:
            return None
        try:
            week: Any = self.data[key]
            return hours.dump_week(hours.parse_week(week, zone, self.at(key)))
        except hours.BadHours as bad:
            self.reader.refuse(bad.path, bad.problem)
            return None

    def holidays(self, key: str) -> str:
        code = self.text(key, longest=20).upper()
        try:
            hours.holidays_of(code)
        except hours.BadHours as bad:
            self.refuse(key, bad.problem)
        return code

    def texts(self, key: str, *, longest: int = LONGEST_NAME) -> tuple[str, ...]:
        return self._each(key, "texts", lambda value, path: self._text(value, path, longest))

    def entries(self, key: str, known: Collection[str], needed: Collection[str] = ()) -> Iterator[Entry]:
        """The entries of a list within this one."""
        for item, path in self._items(key, "entries"):
            yield Entry(self.reader, item, path, known, needed)

    def mapping(self, key: str) -> dict[str, Any]:
        value = self.data.get(key, {})
        if isinstance(value, dict):
            return value
        self.refuse(key, f"must be keys with their values, not {shown(value)}")
        return {}

    def filled_mapping(self, key: str) -> dict[str, Any]:
        value = self.mapping(key)
        if value == {} and self.data.get(key) == {}:
            self.refuse(key, "must not be empty")
        return value

    def _each(self, key: str, what: str, read: Callable[[object, str], str]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for item, path in self._items(key, what):
            text = read(item, path)
            if text in found:
                self.reader.refuse(path, f"{shown(text)} stands here twice")
            elif text:
                found[text] = None
        return tuple(found)

    def _items(self, key: str, what: str) -> Iterator[tuple[object, str]]:
        yield from self.reader.items(self.data.get(key, ()), self.at(key), what)

    def _text(self, value: object, path: str, longest: int) -> str:
        return self.reader.text(_number_as_text(value), path, longest=longest).strip()

    def _email(self, value: object, path: str) -> str:
        return self.reader.email(value.strip().lower() if isinstance(value, str) else value, path)


def _number_as_text(value: object) -> object:
    """`name: 2026` is a name that looks like a number. A fraction may have lost its last zero: it is not taken."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _near_zone(value: object) -> str:
    """Most who get it wrong write the city alone, or small."""
    city = f"/{value}".lower()
    zones = sorted(zone for zone in available_timezones() if f"/{zone}".lower().endswith(city))
    return f": did you mean {zones[0]}?" if zones else ""


def _in_utc(found: datetime, zone: str) -> datetime:
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    if found.second or found.microsecond:
        return found.replace(tzinfo=zone_of(zone)).astimezone(UTC)
    return instant(zone, found.date(), found.hour * 60 + found.minute)
