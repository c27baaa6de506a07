"""What a piece of the tree has been through: leads by day, and the edits and versions that touched it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from leads.builder.desk import Desk
from leads.builder.traffic import counts as traffic
from routing.engine import nodes
from routing.engine.nodes import Json
from routing.engine.strategies import NEVER
from routing.models import Version

DAYS = 30
MOST_EVENTS, MOST_VERSIONS = 40, 60


@dataclass(frozen=True, slots=True)
class Day:
    """`leads` came to the piece, `above` to what is above it. `height` and `at` are for the drawing, in its units."""

    day: date
    leads: int
    above: int
    at: float
    height: float
    room: float

    @property
    def share(self) -> float | None:
        return self.leads / self.above if self.above else None


@dataclass(frozen=True, slots=True)
class Days:
    days: tuple[Day, ...]
    leads: int
    above: int
    highest: int

    @property
    def share(self) -> float | None:
        return self.leads / self.above if self.above else None

    @property
    def newest_first(self) -> tuple[Day, ...]:
        return self.days[::-1]


@dataclass(frozen=True, slots=True)
class Event:
    """An edit of the draft, or a version that changed the piece (then `version` is its number)."""

    at: datetime
    by: str
    words: str
    version: int | None = None


def days(desk: Desk, node: str, *, now: datetime) -> Days:
    """The last 30 UTC days, the newest last."""
    by_day = traffic.by_day(desk, node, days=DAYS, now=now)
    counted = [(day, *by_day.get(day, (0, 0))) for day in _last(now.date())]
    highest = max((above for _, _, above in counted), default=0)
    scale = 100 / highest if highest else 0
    drawn = tuple(
        Day(day, leads, above, at=index * 10 + 1, height=leads * scale, room=above * scale)
        for index, (day, leads, above) in enumerate(counted)
    )
    return Days(drawn, sum(one.leads for one in drawn), sum(one.above for one in drawn), highest)


def _last(today: date) -> Iterator[date]:
    for back in reversed(range(DAYS)):
        yield today - timedelta(days=back)


def events(desk: Desk, node: str) -> tuple[Event, ...]:
    """Newest first."""
    found = sorted([*_edits(desk, node), *_published(desk, node)], key=lambda event: event.at, reverse=True)
    return tuple(found[:MOST_EVENTS])


def _edits(desk: Desk, node: str) -> Iterator[Event]:
    rule = nodes.rule_of(node)
    about = Q(node=rule) | Q(node__startswith=f"{rule}_") if rule else Q(node__startswith=nodes.ROOT_OTHERWISE)
    for revision in desk.tree.revisions.filter(about).select_related("by").order_by("-number")[:MOST_EVENTS]:
        yield Event(revision.at, str(revision.by or "Somebody"), revision.words)


def _published(desk: Desk, node: str) -> Iterator[Event]:
    """Versions in which the piece is not what it was in the one before."""
    newest = desk.tree.versions.exclude(published_at=None).select_related("published_by").order_by("-number")
    later: tuple[Version, Json | None] | None = None
    for version in newest[:MOST_VERSIONS]:
        own = _own(version.document, node)
        if later is not None and later[1] != own:
            yield _event(later[0], later[1], own)
        later = version, own
    if later is not None and later[1] is not None and later[0].number == 1:
        yield _event(later[0], later[1], None)


def _event(version: Version, own: Json | None, before: Json | None) -> Event:
    done = "published it" if before is None else "took it out" if own is None else "changed it"
    note = f": {version.note}" if version.note else ""
    by = str(version.published_by or "Somebody")
    return Event(version.published_at or NEVER, by, f"{done}{note}", version.number)


def _own(document: Json, node: str) -> Json | None:
    """The piece without what is inside it."""
    if not nodes.is_rule(node):
        target = nodes.target_of(document, node)
        return None if target is None else {"target": target}
    found = nodes.find(document, node)
    return (
        None
        if found is None
        else {key: value for key, value in found.rule.items() if key not in ("rules", "otherwise")}
    )
