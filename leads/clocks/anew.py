"""When hours, time off or holidays change, promises that run by them are worked out anew from their start.

Each process remembers by which calendars everything was worked out, so a change of anything else costs it nothing, and
one that it missed, because it has just started, is found by the revision that clocks carry. Finished promises stay as
they were, and so does every step that was acted on. Two may do this at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Q, QuerySet

from leads.clocks import calendars, silence
from leads.clocks.lateness import calendar_of
from leads.copying import copy_rows
from leads.crash import crash_point
from leads.models import Lead, SlaClock, TimelineEntry
from leads.prepared import prepared_cursor
from leads.world import Known, known, known_and_held
from reps.database_clock import database_now
from reps.hours import Calendar
from reps.wall_clock import zone_of

BATCH = 200
BEFORE_ALL = (-1, 0)
STORY = ("lead_id", "at", "kind", "text", "epoch")
WRITE = """
UPDATE leads_slaclock AS clock SET revision = %s, due_at = v.due_at, steps = v.steps::jsonb, next_at = v.next_at,
    silent_at = v.silent_at, breach_noted_at = v.breach_noted_at
FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
    AS v (id, due_at, steps, next_at, silent_at, breach_noted_at)
WHERE clock.id = v.id
"""

# Whose time counts: of each rep his own and his team's, of each queue its team's.
Calendars = Mapping[str, tuple[Calendar, ...]]


@dataclass(slots=True)
class Round:
    """All running promises by working time, page by page; `whose`: only those of these reps and queues."""

    revision: int
    calendars: Calendars
    whose: Collection[str] | None
    after: tuple[int, int] = BEFORE_ALL
    busy: set[int] = field(default_factory=set)  # clocks of leads that somebody was at


class _Process:
    """What this process has worked out so far."""

    done: Calendars | None = None
    revision: int | None = None
    round: Round | None = None


def reckon_due() -> int:
    """Work out one page of promises anew, if any calendar has changed; how many were looked at. 0: nothing is left."""
    organisation = known()
    if organisation.revision == _Process.revision:
        return 0
    turn = _Process.round
    if turn is None or turn.revision != organisation.revision:
        turn = _Process.round = _begin(organisation)
    if turn.whose is None or turn.whose:
        clocks = list(_page(turn, organisation))
        if clocks:
            now = database_now()
            turn.busy |= _reckon([clock.pk for clock in clocks if _changes(clock, organisation, now)], turn.revision)
            turn.after = (clocks[-1].revision, clocks[-1].pk)  # Only now: a page that failed is looked at again.
            return len(clocks)
        if turn.busy:
            turn.busy = _reckon(sorted(turn.busy), turn.revision)
            if turn.busy:
                return 0  # they are tried again in the next round of the sweep
    _Process.done, _Process.revision, _Process.round = turn.calendars, turn.revision, None
    return 0


def forget() -> None:
    """Know nothing of what was worked out before, as a process that has just started."""
    _Process.done = _Process.revision = _Process.round = None


def _begin(organisation: Known) -> Round:
    """Who works at other times than when everything was last worked out; everybody, if that is not known."""
    found = _calendars(organisation)
    if _Process.done is None:
        return Round(organisation.revision, found, None)
    before = _Process.done
    return Round(organisation.revision, found, {one for one in found if found[one] != before.get(one)})


def _calendars(organisation: Known) -> Calendars:
    world = organisation.world
    reps = {
        f"rep:{email}": (rep.calendar, calendars.of_team(organisation, rep.team)) for email, rep in world.reps.items()
    }
    return reps | {f"queue:{slug}": (calendars.of_team(organisation, team),) for slug, team in world.queues.items()}


def _page(turn: Round, organisation: Known) -> QuerySet[SlaClock]:
    revision, pk = turn.after
    found = (
        SlaClock.objects.filter(state=SlaClock.State.RUNNING, revision__lt=turn.revision)
        .exclude(basis=calendars.REAL_TIME)
        .filter(Q(revision=revision, pk__gt=pk) | Q(revision__gt=revision))
        .select_related("assignment", "lead__queue")
        .order_by("revision", "pk")
    )
    if turn.whose is not None:
        reps = [keys.id for email, keys in organisation.reps.items() if f"rep:{email}" in turn.whose]
        queues = [pk for slug, pk in organisation.queues.items() if f"queue:{slug}" in turn.whose]
        found = found.filter(Q(assignment__rep__in=reps) | Q(assignment=None, lead__queue__in=queues))
    return found[:BATCH]


@transaction.atomic
def _reckon(ids: Collection[int], revision: int) -> set[int]:
    """These again, each under the lock of its lead: no step of it is acted on meanwhile, and no act overlooked.

    Those whose leads somebody is at.
    """
    if not ids:
        return set()
    organisation = known_and_held()
    if organisation.revision != revision:
        return set(ids)  # Another change has come in between: it begins again with that.
    of_leads = SlaClock.objects.filter(pk__in=ids).values("lead")
    free = Lead.objects.filter(pk__in=of_leads).select_for_update(of=("self",), skip_locked=True, no_key=True)
    leads = list(free.order_by("pk").values_list("pk", flat=True))
    running = SlaClock.objects.filter(pk__in=ids, state=SlaClock.State.RUNNING)
    now = database_now()

    story, changed, busy = [], [], set()
    for clock in running.select_related("assignment", "lead__queue"):
        if clock.lead_id not in leads:
            busy.add(clock.pk)
            continue
        found = _changes(clock, organisation, now)
        if "due_at" in found:
            story.append(_line(clock, found["due_at"], organisation, now))
        for name, value in found.items():
            setattr(clock, name, value)
        changed.append(clock)
    _write(changed, organisation.revision)
    copy_rows(TimelineEntry, STORY, story)
    crash_point("before_reckoned_commit")
    return busy


def _write(clocks: Sequence[SlaClock], revision: int) -> None:
    rows = [
        (one.pk, one.due_at, orjson.dumps(one.steps).decode(), one.next_at, one.silent_at, one.breach_noted_at)
        for one in clocks
    ]
    if rows:
        with prepared_cursor() as cursor:
            cursor.execute(WRITE, [revision, *map(list, zip(*rows, strict=True))])


def _changes(clock: SlaClock, organisation: Known, now: datetime) -> dict[str, Any]:
    silent = (silence.ends_at if clock.asked_at else silence.asks_at)(clock, organisation)
    return changes(clock, calendar_of(clock, organisation), silent, now)


def changes(clock: SlaClock, calendar: Calendar, silent: datetime | None, now: datetime) -> dict[str, Any]:
    """What the calendar of today says otherwise than the clock; what would have been before now is due now. Pure."""
    ahead = [step for step in clock.steps[clock.next_step :] if "after_s" in step]
    spans = [timedelta(seconds=step["after_s"]) for step in ahead]
    promised = timedelta(seconds=clock.policy["respond_within_s"])
    due, *times = calendars.instants(calendar, clock.started_at, [promised, *spans])

    found: dict[str, Any] = {}
    if due != clock.due_at:
        found["due_at"] = due
        if clock.breach_noted_at is not None and due > now:
            found["breach_noted_at"] = None
    anew = [{**step, "at": at.astimezone(UTC).isoformat()} for step, at in zip(ahead, times, strict=True)]
    if ahead and anew != ahead:
        found["steps"] = [*clock.steps[: clock.next_step], *anew]
        if anew[0]["at"] != ahead[0]["at"] and clock.next_at is not None:
            found["next_at"] = max(times[0], now)
    if silent is not None and clock.silent_at not in (None, silent) and max(silent, clock.silent_at) > now:
        found["silent_at"] = max(silent, now)
    return found


def _line(clock: SlaClock, due: datetime, organisation: Known, now: datetime) -> tuple[object, ...]:
    zone = calendar_of(clock, organisation).week.zone
    before, after = (at.astimezone(zone_of(zone)) for at in (clock.due_at, due))
    text = f"Working hours changed: the promise is due {after:%a} {after.day} {after:%b %H:%M}"
    text += f" ({zone}), not {before:%a} {before.day} {before:%b %H:%M}."
    return clock.lead_id, now, TimelineEntry.Kind.SLA, text, clock.lead.epoch
