"""What a preset is, and the few ways in which senders write pairs of label and value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from leads.labels import field_for

Json = object
ONLY_IDS = "This sender sends only ids: the contact must be fetched."


@dataclass(frozen=True, slots=True)
class Found:
    """What one part of a body says: values by fact, the sender's id for it, and why it is no lead ("" if it is)."""

    raw: Mapping[str, object]
    key: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Preset:
    """`items` are the parts of a body that are leads, `found` reads one, `event_id` is the sender's for the delivery."""

    items: Callable[[Json], list[Json]]
    found: Callable[[Json], Found]
    event_id: Callable[[Json], str]


def at(value: Json, *path: str) -> Json:
    """The value at a path of keys, or None where the path ends."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def text_at(value: Json, *path: str) -> str:
    """The same as a text; "" for what is no text or number."""
    found = at(value, *path)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def listed(value: Json) -> list[Json]:
    """A list as it is, and anything else as a list of one."""
    return value if isinstance(value, list) else [value]


def by_label(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Values by the fact their label asks for; of two for one fact the first that can be meant."""
    raw: dict[str, object] = {}
    for label, value in pairs:
        field = field_for(label)
        if field is None or field in raw or value in (None, "", []):
            continue
        # A box to tick beside the address is labelled "e-mail" too.
        if field == "email" and "@" not in str(value):
            continue
        raw[field] = value
    return raw


def named_values(rows: Json, label: str = "name", value: str = "value") -> list[tuple[str, object]]:
    """`[{"name": …, "value": …}]` as pairs; a list of one value is that value."""
    pairs = []
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, Mapping) and isinstance(row.get(label), str):
            found = row.get(value)
            pairs.append((row[label], found[0] if isinstance(found, list) and len(found) == 1 else found))
    return pairs
