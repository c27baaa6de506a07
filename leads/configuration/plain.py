"""Parts as plain values, in the words of the file: what a default says is left out, instants are local times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, get_args

from leads.configuration import parts
from leads.configuration.parts import KEYS, Account, Configuration, Member, Part, Rep, Scoring, SlaPolicy
from reps.wall_clock import zone_of

VERSION = 1


def document(configuration: Configuration) -> dict[str, Any]:
    """The whole file. Kinds without entries are left out."""
    found: dict[str, Any] = {"version": VERSION}
    for kind in KEYS:
        entries = [of_part(part) for part in getattr(configuration, kind)]
        if entries:
            found[kind] = entries[0] if kind == "scoring" else entries
    return found


def of_part(part: Part) -> dict[str, Any]:
    """One entry as the file writes it."""
    if isinstance(part, SlaPolicy | Scoring):
        return dict(part.document)
    if isinstance(part, Rep):
        entry = _entry(replace(part, time_off=()))
        spans = [_time_off(away, part.timezone) for away in part.time_off]
        return entry | {"time_off": spans} if spans else entry
    if isinstance(part, Account):
        entry = _entry(part)
        entry.pop("details", None)
        return entry | dict(part.details)
    return _entry(part)


def _entry(part: Any) -> dict[str, Any]:
    return {name: _plain(value) for name, default in _IN_FILE[type(part)] if (value := getattr(part, name)) != default}


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


# The fields that stand in the file, each with the value that needs not be written.
_IN_FILE = {
    kind: tuple((field.name, _default(field)) for field in fields(kind) if field.metadata.get("in_file", True))
    for kind in (*get_args(Part), Member)
}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return _entry(value)
    if isinstance(value, Mapping):
        return dict(value)
    return value.isoformat() if isinstance(value, date) else value


def _time_off(away: parts.TimeOff, zone: str) -> dict[str, Any]:
    """`kind` is always written: a file is read by people."""
    entry = {"start": _local(away.start, zone), "end": _local(away.end, zone), "kind": away.kind}
    return entry | {"note": away.note} if away.note else entry


def _local(instant: datetime, zone: str) -> str:
    """The time on the rep's wall; with its offset in the one hour of autumn that the wall shows twice."""
    local = instant.astimezone(zone_of(zone))
    wall = local.replace(tzinfo=None)
    first_reading = local.replace(fold=0, tzinfo=zone_of(zone)).astimezone(UTC)
    exact = "minutes" if wall.second == wall.microsecond == 0 else "auto"
    return (wall if first_reading == instant else local).isoformat(timespec=exact)
