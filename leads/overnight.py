"""Nobody is left in a queue overnight without the manager knowing: at the end of the day each queue is looked at once.

The day is that of the queue's team, in its zone; a queue without a team is everybody's, and its day ends at 18:00 UTC.
On a day without hours it ends at 18:00 too, and then it is told only if somebody has come to wait since the last
evening. What is due is a row (`Watch`), so after an outage the last evening is made up for, late but once.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, Min

from leads.crash import crash_point
from leads.models import Lead, Watch
from leads.world import Known, known
from notifications import services as notices
from notifications.services import Notice
from reps.database_clock import database_now
from reps.evenings import Evening, last_evening, next_evening
from reps.hours import ALWAYS, Calendar
from reps.wall_clock import zone_of
from routing.models import Queue

# A queue that is new, whose evening has come, or whose team may have other hours since.
DUE = """
SELECT queue.id FROM routing_queue AS queue LEFT JOIN leads_watch AS watch ON watch.queue_id = queue.id
WHERE watch.id IS NULL OR watch.next_at <= coalesce(%s::timestamptz, clock_timestamp())
   OR watch.revision <> (SELECT number FROM reps_revision WHERE id = 1)
ORDER BY queue.id
"""


def tell_due(*, now: datetime | None = None) -> int:
    """Look at every queue whose day has ended (`now`: as if it were that time); how many were looked at."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, [now])
        due = [queue for (queue,) in cursor.fetchall()]
    for queue in due:
        _look_at(queue, now)
        crash_point("after_overnight_commit")
    return len(due)


@transaction.atomic
def _look_at(queue_id: int, at: datetime | None) -> None:
    """One queue, if nobody else is at it."""
    queue = Queue.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=queue_id).first()
    if queue is None:
        return
    now, organisation = at or database_now(), known()
    calendar = _calendar(queue, organisation)
    # Of what was before a queue was watched at all nobody has to be told.
    watch, _ = Watch.objects.get_or_create(queue=queue, defaults={"told_until": now, "next_at": now})
    ended = last_evening(calendar, now)
    if ended.at > watch.told_until:
        _tell(queue, ended, watch.told_until, organisation, calendar, now)
        watch.told_until = ended.at
    watch.next_at = next_evening(calendar, now).at
    watch.revision = organisation.revision
    watch.save()
    crash_point("before_overnight_commit")


def _calendar(queue: Queue, organisation: Known) -> Calendar:
    return organisation.team_calendars.get(queue.team.slug, ALWAYS) if queue.team else ALWAYS


def _tell(
    queue: Queue, ended: Evening, told_until: datetime, organisation: Known, calendar: Calendar, now: datetime
) -> None:
    waiting = Lead.objects.filter(queue=queue, rep=None, status=Lead.Status.QUEUED, received_at__lte=ended.at)
    found = waiting.aggregate(count=Count("pk"), oldest=Min("received_at"))
    if not found["count"]:
        return
    if not ended.worked and not waiting.filter(decision__at__gt=told_until).exists():
        return  # A day off, and nothing that was not told of before.
    text = _words(queue, found["count"], found["oldest"], ended, calendar)
    link, context = f"/queues/{queue.slug}/", {"count": found["count"], "queue": queue.name}
    notices.tell(
        [
            Notice(user, "overnight", text, f"overnight:{queue.pk}:{ended.day}:{user}", link, context)
            for user in organisation.managers_of_queue(queue)
        ],
        now=now,
    )


def _words(queue: Queue, count: int, oldest: datetime, ended: Evening, calendar: Calendar) -> str:
    """On the wall of the team: the time alone if it was today."""
    local = oldest.astimezone(zone_of(calendar.week.zone))
    since = f"{local:%H:%M}" if local.date() == ended.day else f"{local.day} {local:%b, %H:%M}"
    if count == 1:
        return f"1 lead waits in {queue}, since {since}."
    return f"{count} leads wait in {queue}, the oldest since {since}."
