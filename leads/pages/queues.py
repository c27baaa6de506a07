"""The queues for whoever oversees them: how many wait in each and since when, and why nobody took them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from leads.clocks import current
from leads.models import Lead, SlaClock
from leads.pages.promises import FirstContact, first_contact
from leads.urgency import LABELS
from reps.models import User
from routing.engine import bench
from routing.models import Decision, Queue

MOST = 200
SHORT: Mapping[str, str] = {
    bench.INACTIVE: "inactive",
    bench.NOT_YET_STARTED: "not yet started",
    bench.AWAY: "away",
    bench.HOLIDAY: "on a holiday",
    bench.PAUSED: "paused",
    bench.OFF_HOURS: "outside working hours",
    bench.LACKS_SKILL: "without a skill",
    bench.DAILY_CAP: "at the daily cap",
    bench.AT_CAPACITY: "at capacity",
    bench.HELD_BEFORE: "had it before",
    bench.DECLINED: "declined it",
    bench.NO_WEIGHT: "with weight 0",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One queue in the list. `for_people` of the leads that wait go to somebody as soon as he is free."""

    queue: Queue
    waiting: int
    for_people: int
    longest: timedelta | None


@dataclass(frozen=True, slots=True)
class Row:
    """One lead that waits. `why` is why nobody took it, or "" where it is for the team to take.

    `contact` is how it stands with the promise of the queue, if there is one.
    """

    lead: Lead
    waited: timedelta
    urgency: str
    why: str
    reason: str
    contact: FirstContact


@dataclass(frozen=True, slots=True)
class Page:
    line: Line
    rows: Sequence[Row]
    more: int
    why: str
    may_take: bool


def lines(user: User, *, now: datetime) -> list[Line]:
    """The queues this user may see, those in which somebody waits first, and of these whoever waits longest."""
    queues = Queue.objects.visible_to(user).select_related("team")
    waiting = Lead.objects.filter(queue__in=queues, rep=None, status=Lead.Status.QUEUED)
    counted = {
        queue: (count, people, now - oldest)
        for queue, count, people, oldest in waiting.values_list("queue").annotate(
            count=Count("pk"), people=Count("pk", filter=~Q(waits_for="")), oldest=Min("received_at")
        )
    }
    found = [Line(queue, *counted.get(queue.pk, (0, 0, None))) for queue in queues]
    return sorted(found, key=lambda line: (-(line.longest or timedelta()), line.queue.name))


def page(queue: Queue, user: User, *, now: datetime) -> Page:
    """Who waits in this queue, in the order of pulling."""
    waiting = Lead.objects.visible_to(user).filter(queue=queue, rep=None, status=Lead.Status.QUEUED)
    shown = list(waiting.select_related("decision", "source").order_by("urgency", "received_at", "pk")[:MOST])
    oldest = waiting.aggregate(oldest=Min("received_at"))["oldest"]
    total = waiting.count() if len(shown) == MOST else len(shown)
    line = Line(queue, total, waiting.exclude(waits_for="").count(), now - oldest if oldest else None)
    rep = getattr(user, "rep", None)
    clocks = current.of_waiting(shown)
    return Page(
        line=line,
        rows=[_row(lead, clocks.get(lead.pk), now) for lead in shown],
        more=total - len(shown),
        why=_counted(_latest_codes(lead.decision for lead in shown if lead.waits_for and lead.decision)),
        may_take=rep is not None and queue.team_id is not None and rep.team_id == queue.team_id,
    )


def _row(lead: Lead, clock: SlaClock | None, now: datetime) -> Row:
    codes = _codes(lead.decision) if lead.decision and lead.waits_for else {}
    return Row(
        lead=lead,
        waited=now - lead.received_at,
        urgency=LABELS.get(lead.urgency, ""),
        why=_counted(codes) or ("Nobody was there to be asked" if lead.waits_for else ""),
        reason=lead.decision.reason if lead.decision else "",
        contact=first_contact(clock, now),
    )


def _codes(decision: Decision) -> dict[str, str]:
    """Why each of those who were asked did not take it."""
    return {one["rep"]: one["code"] for one in decision.candidates if one["code"]}


def _latest_codes(decisions: Iterable[Decision]) -> dict[str, str]:
    """Of everybody who was asked about any of them, why he did not take the last one."""
    codes: dict[str, str] = {}
    for decision in sorted(decisions, key=lambda decision: decision.at):
        codes |= _codes(decision)
    return codes


def _counted(codes: Mapping[str, str]) -> str:
    counted = Counter(codes.values()).most_common()
    return ", ".join(f"{count} {SHORT.get(code, code)}" for code, count in counted)
