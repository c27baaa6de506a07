"""The bell and the inbox: what somebody was told here, newest first, with what gathered shown as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from notifications.kinds import BY_SLUG
from notifications.models import Notification
from reps.keyset import Piece, piece
from reps.models import User

MOST_COUNTED = 99
MOST_GATHERED = 200
PICTURES: Mapping[str, str] = {
    "assigned": "inbox",
    "returned": "undo",
    "reminder": "clock",
    "still_working": "clock",
    "taken": "out",
    "parked": "pause",
    "signal": "spark",
    "unacknowledged": "clock",
    "back_in_queue": "undo",
    "unassigned": "users",
    "overnight": "moon",
    "loop": "loop",
    "change_set": "map",
    "trial": "flask",
    "publication": "list",
    "trouble": "alert",
}


@dataclass(frozen=True, slots=True)
class Bell:
    """How many notices were not seen yet. `revision` moves when the number does, or when another one came."""

    unseen: int
    revision: str

    @property
    def told(self) -> str:
        """3, 99+, and nothing for none."""
        return f"{MOST_COUNTED}+" if self.unseen > MOST_COUNTED else str(self.unseen or "")


@dataclass(frozen=True, slots=True)
class Row:
    """A notice. `more` others gathered in it; `text` then says how many there are."""

    notice: Notification
    text: str
    label: str
    picture: str
    more: int


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    name: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Page:
    """`newest` is the key up to which `Mark all as seen` goes: what comes later was not on the page."""

    days: Sequence[Day]
    piece: Piece[Notification]
    bell: Bell
    newest: int


def bell(user: User) -> Bell:
    """Cheap enough to be asked every ten seconds by everybody: it ends after a hundred rows of a partial index."""
    unseen = _own(user).filter(seen_at=None).order_by("-created_at", "-pk").values_list("pk", flat=True)
    found = list(unseen[: MOST_COUNTED + 1])
    return Bell(len(found), f"{len(found)}.{found[0] if found else 0}")


def page(user: User, *, unseen_only: bool, after: str, now: datetime) -> Page:
    notices = _own(user).filter(seen_at=None) if unseen_only else _own(user)
    found = piece(notices, by="created_at", after=after)
    more = _gathered([notice.pk for notice in found.rows])
    rows = [_row(notice, more.get(notice.pk, 0)) for notice in found.rows]
    days = [
        Day(day, _name(day, now), list(of_day))
        for day, of_day in groupby(rows, lambda row: _day(row.notice.created_at))
    ]
    newest = Notification.objects.filter(user=user).aggregate(newest=Max("pk"))["newest"]
    return Page(days, found, bell(user), newest or 0)


def gathered(notice: Notification) -> tuple[Sequence[Notification], int]:
    """What came in one message, newest first, and how many more of them there are than are shown."""
    inside = notice.folded.order_by("-created_at", "-pk")
    found = [notice, *inside[: MOST_GATHERED - 1]]
    return found, inside.count() + 1 - len(found)


def title(notice: Notification, more: int) -> str:
    kind = BY_SLUG.get(notice.kind)
    if not more or kind is None or not kind.many:
        return notice.text
    return kind.many.replace("{count}", str(more + 1))


def _own(user: User) -> QuerySet[Notification]:
    return Notification.objects.filter(user=user, folded_into=None)


def _gathered(notices: Sequence[int]) -> dict[int, int]:
    inside = Notification.objects.filter(folded_into__in=notices).values("folded_into").annotate(count=Count("pk"))
    return {found["folded_into"]: found["count"] for found in inside}


def _row(notice: Notification, more: int) -> Row:
    kind = BY_SLUG.get(notice.kind)
    return Row(notice, title(notice, more), kind.label if kind else "", PICTURES.get(notice.kind, "note"), more)


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()


def _name(day: date, now: datetime) -> str:
    today = _day(now)
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return f"{day:%a %-d %b}" if day.year == today.year else f"{day:%-d %b %Y}"
