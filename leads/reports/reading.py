"""What a manager sees of one of his reps: is he there, what he holds, who covers, and the time off that is to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.availability import services as switch
from leads.models import Lead, SlaClock
from leads.pages.availability import Availability, availability
from leads.reports.forms import KIND_WORDS
from leads.world import known
from reps.hours import Calendar
from reps.models import Rep, TimeOff


@dataclass(frozen=True, slots=True)
class Span:
    off: TimeOff
    words: str
    begun: bool


@dataclass(frozen=True, slots=True)
class Report:
    """`untouched` leads go to whoever covers when he goes away; `by_his_hours` promises are reckoned anew."""

    rep: Rep
    calendar: Calendar
    there: Availability
    load: int
    untouched: int
    by_his_hours: int
    spans: Sequence[Span]

    @property
    def cover(self) -> str:
        return str(self.rep.backup) if self.rep.backup else "the next in line"


def report(rep: Rep, *, now: datetime) -> Report:
    calendar = known().world.reps[rep.user.email].calendar
    running = SlaClock.objects.filter(assignment__rep=rep, assignment__ended_at=None, state=SlaClock.State.RUNNING)
    return Report(
        rep=rep,
        calendar=calendar,
        there=availability(rep, calendar, now),
        load=Lead.objects.of(rep).open().count(),
        untouched=switch.untouched(rep).count(),
        by_his_hours=running.filter(basis="rep_hours").count(),
        spans=[
            Span(off, KIND_WORDS.get(off.kind, off.kind), off.start <= now)
            for off in TimeOff.objects.filter(rep=rep, end__gt=now).order_by("start", "pk")
        ],
    )
