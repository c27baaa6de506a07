"""Deliveries as they arrived: the list, and one of them with its headers, its body as text, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from leads.kept import storable
from leads.models import InboundEvent, Lead, Touch
from leads.pages.activity import Doer, done_in
from leads.pages.decisions import PERIODS
from reps.keyset import Piece, piece

MOST_SHOWN = 64 * 1024
MOST_NAMES = 3
SECRET = ("authorization", "cookie", "secret", "signature", "token", "key", "password", "credential")
# These only sound like secrets.
HARMLESS = ("idempotency-key",)


@dataclass(frozen=True, slots=True)
class Row:
    event: InboundEvent
    leads: Sequence[Lead]
    doers: Sequence[Doer]
    more: int


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Row]
    piece: Piece[InboundEvent]


@dataclass(frozen=True, slots=True)
class EventPage:
    event: InboundEvent
    headers: Sequence[tuple[str, str]]
    body: str
    size: int
    is_cut: bool
    leads: Sequence[Lead]
    doers: Sequence[Doer]


def page(filters: Mapping[str, Any], *, after: str, now: datetime) -> Page:
    events = InboundEvent.objects.select_related("source").defer("body", "headers")
    found = piece(_filtered(events, filters, now), by="received_at", after=after)
    events_shown = [event.pk for event in found.rows]
    leads, doers = _leads(events_shown), done_in(events_shown)
    rows = [_row(event, leads.get(event.pk, []), doers.get(event.pk, [])) for event in found.rows]
    return Page(rows, found)


def event_page(event: InboundEvent) -> EventPage:
    raw = bytes(event.body)
    text = body_as_text(raw)
    return EventPage(
        event=event,
        headers=[(name, masked(name, value)) for name, value in sorted(event.headers.items())],
        body=text[:MOST_SHOWN],
        size=len(raw),
        is_cut=len(text) > MOST_SHOWN,
        leads=_leads([event.pk]).get(event.pk, []),
        doers=done_in([event.pk]).get(event.pk, []),
    )


def body_as_text(raw: bytes) -> str:
    """Laid out if it is JSON, else as it came; what is no text shows as �."""
    text = raw.decode("utf-8", "replace")
    if len(raw) > MOST_SHOWN:
        return text
    try:
        return storable(json.dumps(json.loads(text), indent=2, ensure_ascii=False))
    except (ValueError, RecursionError):
        return text


def masked(name: str, value: str) -> str:
    """What could open a door is told to nobody: only that it was there, and how long it was."""
    lower = name.lower()
    if lower in HARMLESS or not any(part in lower for part in SECRET):
        return value
    return f"•••• ({len(value)} characters)"


def _filtered(events: QuerySet[InboundEvent], filters: Mapping[str, Any], now: datetime) -> QuerySet[InboundEvent]:
    if status := filters.get("status"):
        events = events.filter(copies__gt=0) if status == "copies" else events.filter(status=status)
    if source := filters.get("source"):
        events = events.filter(source=source)
    if days := PERIODS.get(filters.get("period") or "30", 30):
        events = events.filter(received_at__gte=now - timedelta(days=days))
    return events


def _leads(events: Sequence[object]) -> dict[object, list[Lead]]:
    found: dict[object, list[Lead]] = {}
    touches = Touch.objects.filter(event__in=events).select_related("lead").defer("lead__facts", "lead__set_aside")
    for touch in touches.order_by("item"):
        found.setdefault(touch.event_id, []).append(touch.lead)
    return found


def _row(event: InboundEvent, leads: Sequence[Lead], doers: Sequence[Doer]) -> Row:
    shown = leads[:MOST_NAMES]
    doing = doers[: MOST_NAMES - len(shown)]
    return Row(event, shown, doing, len(leads) + len(doers) - len(shown) - len(doing))
