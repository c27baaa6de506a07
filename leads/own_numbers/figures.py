"""What a rep was given in the last days and what became of it: answers, promises, and day by day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import ceil, floor
from zoneinfo import ZoneInfo

from django.db import connection

from leads import sla
from leads.clocks import calendars
from leads.ladder.spells import TAKEN
from leads.models import Assignment, SlaClock
from leads.world import Known
from reps.hours import ALWAYS, Calendar, working_between
from reps.models import Rep

ONE_DAY = timedelta(days=1)
# Of fewer people, the middle one would be somebody in particular.
FEWEST = 3
MOST = 5_000
COLUMNS = (
    *("assigned_at", "accepted_at", "contacted_at", "ended_as"),
    *("clock__started_at", "clock__due_at", "clock__finished_at", "clock__state", "clock__basis"),
)
# Kept: contacted by then. Broken: not by then, whoever has the lead since. What is neither was given away or runs on.
TEAM = """
SELECT count(DISTINCT given.rep_id),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM given.contacted_at - given.assigned_at)),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM given.contacted_at - given.assigned_at)),
    count(*) FILTER (WHERE clock.state = 'finished' AND clock.finished_at <= clock.due_at),
    count(*) FILTER (WHERE coalesce(clock.finished_at, %s::timestamptz) > clock.due_at)
FROM leads_assignment AS given
JOIN reps_rep AS rep ON rep.id = given.rep_id
LEFT JOIN leads_slaclock AS clock ON clock.assignment_id = given.id
WHERE rep.team_id = %s AND given.assigned_at >= %s
"""


@dataclass(frozen=True, slots=True)
class Spread:
    """Half of them took at most `median`, nine of ten at most `p90`; None: there are none."""

    count: int = 0
    median: timedelta | None = None
    p90: timedelta | None = None


@dataclass(slots=True)
class Day:
    """What was given on one day of the rep's own calendar, by what became of its promise."""

    day: date
    given: int = 0
    kept: int = 0
    broken: int = 0

    @property
    def neither(self) -> int:
        return self.given - self.kept - self.broken


@dataclass(frozen=True, slots=True)
class Team:
    """The rep's whole team, himself among them."""

    real: Spread
    kept: int
    broken: int

    @property
    def share(self) -> float | None:
        return _share(self.kept, self.broken)


@dataclass(slots=True)
class Figures:
    since: datetime
    days: list[Day]
    given: int = 0
    accepted: int = 0
    declined: int = 0
    taken_away: int = 0
    kept: int = 0
    late: list[timedelta] = field(default_factory=list)
    own: list[timedelta] = field(default_factory=list)
    real: list[timedelta] = field(default_factory=list)
    team: Team | None = None

    @property
    def broken(self) -> int:
        return len(self.late)

    @property
    def share(self) -> float | None:
        return _share(self.kept, self.broken)

    @property
    def by_the_promise(self) -> Spread:
        """First contact in the time that each promise counts."""
        return spread(self.own)

    @property
    def by_the_wall(self) -> Spread:
        """First contact in real time, as customers wait."""
        return spread(self.real)

    @property
    def lateness(self) -> Spread:
        return spread(self.late)

    @property
    def counts_by_hours(self) -> bool:
        return self.own != self.real


def figures(rep: Rep, days: int, known: Known, now: datetime) -> Figures:
    """Of what was given to him today and on the days before, `days` in all, by his own calendar."""
    zone = ZoneInfo(rep.timezone)
    today = now.astimezone(zone).date()
    first = today - (days - 1) * ONE_DAY
    since = datetime.combine(first, time(), zone)
    found = Figures(since, [Day(first + number * ONE_DAY) for number in range(days)])
    bases = {basis: calendars.of_rep(known, basis, rep.user.email) for basis in sla.CLOCKS}
    given = Assignment.objects.filter(rep=rep, assigned_at__gte=since).order_by("-assigned_at")
    for row in given.values_list(*COLUMNS)[:MOST]:
        at: datetime = row[0]
        day = found.days[min(days - 1, max(0, (at.astimezone(zone).date() - first).days))]
        _count(found, day, row, bases, now)
    found.team = _team(rep, since, now)
    return found


def spread(spans: Iterable[timedelta]) -> Spread:
    ordered = sorted(spans)
    return Spread(len(ordered), _quantile(ordered, 0.5), _quantile(ordered, 0.9)) if ordered else Spread()


def _count(found: Figures, day: Day, row: Sequence[object], bases: Mapping[str, Calendar], now: datetime) -> None:
    assigned_at, accepted_at, contacted_at, ended_as, started_at, due_at, finished_at, state, basis = row
    day.given += 1
    found.given += 1
    found.accepted += accepted_at is not None
    found.declined += ended_as == Assignment.Ended.DECLINED
    found.taken_away += ended_as in TAKEN
    assert isinstance(assigned_at, datetime)
    if isinstance(contacted_at, datetime):
        found.real.append(contacted_at - assigned_at)
        begun = started_at if isinstance(started_at, datetime) else assigned_at
        calendar = bases.get(str(basis), ALWAYS)
        found.own.append(
            contacted_at - assigned_at if calendar is ALWAYS else working_between(calendar, begun, contacted_at)
        )
    if not isinstance(due_at, datetime):
        return
    until = finished_at if isinstance(finished_at, datetime) else now
    if until > due_at:
        found.late.append(until - due_at)
        day.broken += 1
    elif state == SlaClock.State.FINISHED:
        found.kept += 1
        day.kept += 1


def _team(rep: Rep, since: datetime, now: datetime) -> Team | None:
    if rep.team_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(TEAM, [now, rep.team_id, since])
        people, median, p90, kept, broken = cursor.fetchone()
    if people < FEWEST:
        return None
    return Team(Spread(people, _seconds(median), _seconds(p90)), kept, broken)


def _seconds(value: object) -> timedelta | None:
    return None if value is None else timedelta(seconds=float(str(value)))


def _share(kept: int, broken: int) -> float | None:
    return kept / (kept + broken) if kept + broken else None


def _quantile(ordered: Sequence[timedelta], part: float) -> timedelta:
    """Between two of them in proportion, as PostgreSQL's percentile_cont does it for the team."""
    place = part * (len(ordered) - 1)
    low, high = ordered[floor(place)], ordered[ceil(place)]
    return low + (high - low) * (place - floor(place))
