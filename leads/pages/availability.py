"""Is a rep there, and until when: what the chip beside the title says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from notifications.models import Notification
from reps import hours
from reps.hours import MIDNIGHT, Calendar
from reps.models import Change, Rep
from reps.services import AVAILABILITY


@dataclass(frozen=True, slots=True)
class Availability:
    """`at` is when it ends or begins; None if it does not, or not soon enough to be said."""

    is_open: bool
    state: str  # open | off_hours | away | holiday | paused | parked | inactive
    at: datetime | None = None

    @property
    def by_switch(self) -> bool:
        """The rep himself can end it."""
        return self.state in ("paused", "parked")


def availability(rep: Rep, calendar: Calendar, now: datetime) -> Availability:
    if not rep.active:
        return Availability(False, "inactive")
    if rep.paused and (rep.paused_until is None or now < rep.paused_until):
        return Availability(False, "parked" if rep.paused_as == Rep.Paused.PARKED else "paused", rep.paused_until)
    if hours.is_open(calendar, now):
        return Availability(True, "open", closes_at(calendar, now))
    return Availability(False, hours.absence(calendar, now) or "off_hours", hours.next_open(calendar, now))


@dataclass(frozen=True, slots=True)
class Parked:
    """Since when, and why in words."""

    since: datetime
    why: str


def parked(rep: Rep) -> Parked | None:
    """What he is told who was parked: the switch's last line of history, and the reason as it was sent to him."""
    turned = Change.objects.filter(kind=AVAILABILITY, subject=rep.user.email[:200])
    since = turned.order_by("-at").values_list("at", flat=True).first()
    told = Notification.objects.filter(user=rep.user_id, kind="parked").order_by("-created_at").first()
    if since is None:
        return None
    why = str(told.context.get("why", "")) if told and told.created_at >= since else ""
    return Parked(since, why or "leads given to you were not accepted in time")


def closes_at(calendar: Calendar, now: datetime) -> datetime | None:
    """When the working time that holds `now` ends; None if that is midnight or later."""
    week = calendar.week
    local = now.astimezone(ZoneInfo(week.zone))
    minute = local.hour * 60 + local.minute
    spans = week.days[local.weekday()] if week.days else ()
    end = next((end for start, end in spans if start <= minute < end), MIDNIGHT)
    closing = None
    if end < MIDNIGHT:
        closing = local.replace(hour=end // 60, minute=end % 60, second=0, microsecond=0)
    leaves = [start for start, _ in calendar.away if now < start < (closing or local + timedelta(days=1))]
    return min(leaves, default=closing)
