"""A rep goes away: what he was given and has not accepted is offered to whoever covers at that moment, not at breach.

What he has accepted stays his, and so does what nobody else can take, of which his manager is told.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from leads import trouble
from leads.copying import copy_rows
from leads.crash import crash_point
from leads.ladder import steadiness, telling
from leads.ladder.moving import Leaving, Moved, move
from leads.ladder.taking import team_queues
from leads.ladder.telling import STORY, Line
from leads.models import Assignment, Lead, SlaClock, TimelineEntry
from leads.record import Ending
from leads.world import Known, known_and_held
from notifications import services as notifications
from notifications.services import Notice
from reps.database_clock import database_now
from reps.models import Rep, TimeOff
from routing.models import Decision

log = logging.getLogger(__name__)

BATCH = 200  # leads in one transaction
AT_ONCE = 20  # spans of time off in one round
BEGUN = """
SELECT id FROM reps_timeoff
WHERE handed_over_at IS NULL AND start <= (SELECT coalesce(%s::timestamptz, clock_timestamp())) ORDER BY start LIMIT %s
"""


def hand_over_untouched(rep: Rep, *, why: str, now: datetime) -> int:
    """Everything that he was given and has not accepted: to his backup, else to the same target's next candidate.

    How many leads somebody else has now. To be called when it is committed that he is away. `why` is a clause such as
    `Ada is away until Monday`.
    """
    moved, after = 0, 0
    while True:
        with transaction.atomic():
            organisation = known_and_held()
            leads = _untouched(rep, after)
            moved += _hand_over(rep, leads, organisation, why, now)
            crash_point("before_away_commit")
        if len(leads) < BATCH:
            return moved
        after = leads[-1].pk


def begin_due(now: datetime | None = None) -> int:
    """Time off that has begun (`now`: as if it were that time); how many spans were looked at. 0: none is left."""
    if now is None and steadiness.is_held():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(BEGUN, [now, AT_ONCE])
        begun = [span for (span,) in cursor.fetchall()]
    for span in begun:
        _begin_apart(span, now or database_now())
    return len(begun)


def _begin_apart(span: int, now: datetime) -> None:
    """Should it fail, the leads stay under their promises, and those of others do not wait for it."""
    try:
        _begin(span, now)
    except Exception as failure:  # Loud in the log.
        if trouble.is_of_the_server(failure):
            raise
        if trouble.is_passing(failure):
            return
        log.exception("time off %s could not be handed over", span)
        TimeOff.objects.filter(pk=span).update(handed_over_at=now)


def _begin(span: int, now: datetime) -> None:
    """Handed over first, noted then: whoever dies in between does it again, and finds nothing left to hand over."""
    off = TimeOff.objects.select_related("rep__user").filter(pk=span, handed_over_at=None).first()
    if off is None:
        return
    if off.end > now:
        hand_over_untouched(off.rep, why=f"{off.rep} is away", now=now)
    crash_point("after_away")
    TimeOff.objects.filter(pk=span, handed_over_at=None).update(handed_over_at=now)


def _untouched(rep: Rep, after: int) -> list[Lead]:
    """Locked in the order of their ids, and read only then: he may have accepted one while it was waited for."""
    mine = Lead.objects.of(rep).filter(status=Lead.Status.ASSIGNED, pk__gt=after).order_by("pk")
    ids = list(mine.select_for_update(of=("self",)).values_list("pk", flat=True)[:BATCH])
    return list(Lead.objects.of(rep).filter(pk__in=ids, status=Lead.Status.ASSIGNED).order_by("pk"))


def _hand_over(rep: Rep, leads: Sequence[Lead], known: Known, why: str, now: datetime) -> int:
    if not leads:
        return 0
    clocks = {clock.lead_id: clock for clock in SlaClock.objects.filter(lead__in=leads, state=SlaClock.State.RUNNING)}
    queues = team_queues({rep.pk}, known)
    ending = Ending(Assignment.Ended.AWAY, f"{why}."[:300])
    leaving = [
        Leaving(
            lead=lead,
            ending=ending,
            why=why,
            queue=queues[rep.pk],
            sla=str(clocks[lead.pk].policy["slug"]) if lead.pk in clocks else None,
            how=Assignment.How.COVER,
            or_stays=True,
        )
        for lead in leads
    ]
    moved = move(leaving, known, cause=Decision.Cause.AWAY, now=now)
    _tell(rep, moved, clocks, known, why, now)
    return sum(one.outcome is not None for one in moved)


def _tell(
    rep: Rep, moved: Sequence[Moved], clocks: Mapping[int, SlaClock], known: Known, why: str, now: datetime
) -> None:
    """The story, the rep himself of what went, and his manager of what stays."""
    lines: list[Line] = []
    notices: list[Notice] = []
    email = known.emails[rep.pk]
    for one in moved:
        lead, link = one.leaving.lead, f"/leads/{one.leaving.lead.pk}/"
        context = {
            **telling.context_of(lead, clocks.get(lead.pk), known, why=why),
            "epoch": one.was,
            "rep": one.spells[-1].name,
        }
        if one.outcome is not None and one.outcome.rep is not None:
            name = known.world.reps[one.outcome.rep].name
            lines.append((lead.pk, now, TimelineEntry.Kind.REASSIGNED, f"{why}: {name} covers.", lead.epoch, None))
            text = f"{lead} went to {name}: {why}."
            notices.append(Notice(rep.user_id, "taken", text, f"taken:{lead.pk}:{one.was}", link, context))
            continue
        text = f"{why}, and nobody else could take it: it stays where it is."
        lines.append((lead.pk, now, TimelineEntry.Kind.SLA, text, lead.epoch, None))
        said = f"{lead} stays with {one.spells[-1].name}: {why}, and nobody else could take it."
        notices += [
            Notice(user, "unacknowledged", said, f"away:{lead.pk}:{one.was}:{now:%Y%m%d%H%M}:{user}", link, context)
            for user in known.managers_of(email)
        ]
    copy_rows(TimelineEntry, STORY, lines)
    notifications.tell(notices, now=now)
