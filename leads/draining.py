"""Leads that nobody could take are given out by themselves as soon as somebody can, oldest first, before new ones.

They carry a mark of what they wait for (`Lead.waits_for`), and all with the same mark find somebody at the same time.
So only the first of each mark is asked about, however many wait; where somebody is found, the next of that mark is
asked about, until nobody is. Whoever finds nobody stays as he is, without a new decision.

A mark begins with the revision of the configuration: what rules, skills or pools have become since may set leads of one
mark apart, so those with an older one are asked about one by one and marked anew. So are those whose facts change.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import connection, transaction

from leads import record, standing
from leads.again import people_again
from leads.crash import crash_point
from leads.deciding import Decided, Planned, lock_for, plan_all, reach_of, settle
from leads.models import Assignment, Lead, TimelineEntry
from leads.prepared import ask_together
from leads.world import Known, known, known_and_held
from reps.database_clock import database_now
from routing.engine.bench import Presence
from routing.engine.reach import Reach
from routing.engine.route import ASSIGNED, route
from routing.engine.world import Standing
from routing.models import Decision

MOST_MARKS = 300  # asked about at once; with more, those of the longest waiting leads come first
MOST = 400  # given out at once, so that the locks are short
AT_A_TIME = 20
ANEW_AT_A_TIME = 100
ASK_ANEW = "0:"  # the mark of a lead of which more is known since: no configuration has the number 0
LONG_AGO = datetime.min.replace(tzinfo=UTC)
NO_ASSIGNMENT = record.Ending(Assignment.Ended.RETURNED, "")  # who waits has none that could end

ANYBODY = "SELECT EXISTS (SELECT FROM leads_lead WHERE waits_for <> '')"
# From one mark to the next in the index, and of each only the head is read.
MARKS = """
WITH RECURSIVE mark (waits_for) AS (
    (SELECT waits_for FROM leads_lead WHERE waits_for <> '' ORDER BY waits_for LIMIT 1)
    UNION ALL
    SELECT (SELECT waits_for FROM leads_lead
            WHERE waits_for <> '' AND waits_for > mark.waits_for ORDER BY waits_for LIMIT 1)
    FROM mark WHERE mark.waits_for IS NOT NULL
)
SELECT mark.waits_for FROM mark CROSS JOIN LATERAL (
    SELECT received_at, id FROM leads_lead
    WHERE waits_for <> '' AND waits_for = mark.waits_for ORDER BY received_at, id LIMIT 1
) AS head
ORDER BY head.received_at, head.id OFFSET %s LIMIT %s
"""
NEXT = """
SELECT id FROM leads_lead
WHERE waits_for <> '' AND waits_for = %s::text AND (received_at, id) > (%s::timestamptz, %s::bigint)
AND id <> ALL(%s::bigint[])
ORDER BY received_at, id LIMIT %s
"""
# Nobody waits here for a lead that somebody else is at: he may be taking it just now.
NEXT_LOCKED = f"{NEXT} FOR NO KEY UPDATE SKIP LOCKED"
MARK_ANEW = """
UPDATE leads_lead AS lead SET waits_for = v.mark FROM unnest(%s::bigint[], %s::text[]) AS v (id, mark)
WHERE lead.id = v.id
"""


def drain(*, now: datetime | None = None) -> int:
    """Give waiting leads to whoever can take them (`now`: as if it were that time); how many were given or marked anew.

    First it is asked without any lock whether that would help, as it mostly does not while everybody is full.
    """
    page = 0
    while somebody_waits():
        lines = line_up(known(), Presence(now or database_now()), skip=page * MOST_MARKS, locked=False)
        if not lines.lines:
            return 0
        if lines.would_move():
            done = _drain(page, now)
            crash_point("after_drain")
            return done
        page += 1
    return 0


@transaction.atomic
def _drain(page: int, at: datetime | None) -> int:
    organisation = known_and_held()
    now = at or database_now()
    lines = line_up(organisation, Presence(now), skip=page * MOST_MARKS)
    crash_point("after_lines_locked")
    lines.serve(lock_for(lines.heads, organisation, lines.presence))
    lines.write(now)
    crash_point("before_drain_commit")
    return len(lines.given) + len(lines.marked)


def somebody_waits() -> bool:
    """Whether any lead waits for people at all: one look into an index that is empty on a good day."""
    with connection.cursor() as cursor:
        cursor.execute(ANYBODY)
        return bool(cursor.fetchone()[0])


def line_up(
    organisation: Known, presence: Presence, *, without: Collection[int] = (), skip: int = 0, locked: bool = True
) -> Lines:
    """The heads of all lines, locked unless it is only to look; `without` are leads that are decided about anyway."""
    with connection.cursor() as cursor:
        cursor.execute(MARKS, [skip, MOST_MARKS])
        marks = [mark for (mark,) in cursor.fetchall()]
    lines = Lines(organisation, presence, [Line(mark) for mark in marks], list(without), locked)
    lines.fetch(lines.lines)
    lines.lines = [line for line in lines.lines if line.waiting]
    return lines


@dataclass(slots=True)
class Line:
    """Those who wait for the same, longest first, as far as they have been fetched."""

    mark: str
    waiting: deque[Planned] = field(default_factory=deque)
    last: tuple[datetime, int] = (LONG_AGO, 0)


@dataclass(slots=True)
class Lines:
    """Everybody who waits for people. `given` and `marked` is what has come of it."""

    known: Known
    presence: Presence
    lines: list[Line]
    without: list[int]
    locked: bool
    given: list[Decided] = field(default_factory=list)
    marked: list[tuple[int, str]] = field(default_factory=list)

    @property
    def heads(self) -> list[Planned]:
        """Those who are asked about whatever happens: their pools and reps must be locked."""
        return [one for line in self.lines for one in line.waiting]

    def would_move(self) -> bool:
        """Whether anybody could be given or has to be marked anew, as far as can be seen without locks."""
        if not all(map(self._is_current, self.lines)):
            return True
        reach = reach_of(self.heads)
        held = standing.read(self.known, reach.pools, reach.reps, self.presence)
        for line in self.lines:
            one = line.waiting[0]
            outcome = route(one.request, one.side.world, held, self.presence, one.place)
            if outcome.kind == ASSIGNED or one.side.mark_of(outcome) != line.mark:
                return True
        return False

    def serve(self, now_held: Standing) -> None:
        """Ask about them, longest waiting first, as long as somebody is found."""
        reach = reach_of(self.heads)
        turns = [(_since(line), number) for number, line in enumerate(self.lines)]
        heapq.heapify(turns)
        while turns and len(self.given) < MOST:
            _, number = heapq.heappop(turns)
            line = self.lines[number]
            if self._serve_next(line, now_held, reach):
                heapq.heappush(turns, (_since(line), number))

    def write(self, now: datetime) -> None:
        """Record what was decided; those for whom there is still nobody stay as they are."""
        if self.marked:
            with connection.cursor() as cursor:
                cursor.execute(MARK_ANEW, [[one for one, _ in self.marked], [mark for _, mark in self.marked]])
        if not self.given:
            return
        TimelineEntry.objects.bulk_create(
            TimelineEntry(
                lead_id=one.person.id, at=now, kind=TimelineEntry.Kind.ROUTED, text="Somebody can take it now."
            )
            for one in self.given
        )
        record.write(self.given, self.known, now=now, cause=Decision.Cause.DRAINED, ending=NO_ASSIGNMENT)
        crash_point("after_drained")

    def fetch(self, lines: Sequence[Line]) -> None:
        """The next of these lines: of one with an older mark several, as each of them asks for itself."""
        statement = NEXT_LOCKED if self.locked else NEXT
        questions = [(statement, [line.mark, *line.last, self.without, self._most(line)]) for line in lines]
        found = [[lead for (lead,) in rows] for rows in ask_together(*questions)] if questions else []
        leads = Lead.objects.in_bulk([lead for ids in found for lead in ids])
        people = people_again(list(leads.values()), self.known.emails, self.known.world.vocabulary)
        for person in people:
            person.past_gate = True  # or it would wait in the queue for nobody, once the score model is stricter
        planned = {one.person.id: one for one in plan_all(people, self.known, self.presence)}
        for line, ids in zip(lines, found, strict=True):
            line.waiting.extend(planned[lead] for lead in ids)
            if ids:
                line.last = (leads[ids[-1]].received_at, ids[-1])

    def _serve_next(self, line: Line, now_held: Standing, reach: Reach) -> bool:
        """Whether another one of this line is to be asked about in this round."""
        one = line.waiting.popleft()
        decided = settle(one, now_held, self.presence)
        if decided.outcome.kind == ASSIGNED:
            self.given.append(decided)
        elif (mark := one.side.mark_of(decided.outcome)) == line.mark:
            return False
        else:
            self.marked.append((one.person.id, mark))
        if not line.waiting and self._is_current(line):
            self.fetch([line])
        # Who may go to somebody whose row is not locked has his turn in the next round.
        return bool(line.waiting) and _within(line.waiting[0], reach)

    def _most(self, line: Line) -> int:
        if not self._is_current(line):
            return ANEW_AT_A_TIME
        return 1 if line.last[0] == LONG_AGO else AT_A_TIME

    def _is_current(self, line: Line) -> bool:
        return line.mark.startswith(f"{self.known.revision}:")


def _within(one: Planned, reach: Reach) -> bool:
    may = reach_of([one])
    return may.pools <= reach.pools and may.reps <= reach.reps


def _since(line: Line) -> tuple[datetime, int]:
    lead = line.waiting[0].person.lead
    assert lead is not None
    return lead.received_at, lead.pk
