"""What is known of a lead has changed while it waits: would the rules give another answer now? Then it is routed again.

What made its facts change calls this in its own transaction, before it locks any pool or rep. A lead moves only if gate
and rules answer differently than they did (`Decision.path`), and by itself at most five times in 24 hours.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import Count, Max

from leads import record
from leads.again import people_again
from leads.crash import crash_point
from leads.deciding import Decided, Planned, lock_for, plan_all, settle
from leads.draining import ASK_ANEW
from leads.models import Assignment, Lead, TimelineEntry
from leads.record import Ending
from leads.world import Known, known_and_held
from notifications import services as notices
from notifications.models import Notification
from notifications.services import Notice
from routing.engine import simulate
from routing.engine.bench import Presence
from routing.engine.route import STICKY, answer_of
from routing.models import Decision

MOST_MOVES, WITHIN = simulate.MOST_MOVES, simulate.MOVES_WITHIN
UNKNOWN = "What is known of it has changed"

WAITING = (Lead.Status.QUEUED, Lead.Status.NURTURE)
UNTOUCHED = (*WAITING, Lead.Status.ASSIGNED)


def reconsider(
    lead_ids: Collection[int],
    *,
    now: datetime,
    why: str | Mapping[int, str] = "",
    cause: str = Decision.Cause.RECONSIDERED,
    untouched: bool = False,
) -> list[Decided]:
    """Route those of these leads again for which the rules have another answer by now.

    `why` is told in their story: the same of all, or by the id of each.

    Leads in queues and in nurture; with `untouched` also those that a rep was given and has not accepted, unless he was
    given them because he knows the person.
    """
    known = known_and_held()
    leads = _locked(lead_ids, UNTOUCHED if untouched else WAITING)
    if not leads:
        return []
    people = people_again(leads, known.emails, known.world.vocabulary)
    for person in people:
        person.anew = person.lead is not None and person.lead.is_open
    presence = Presence(now)
    planned = plan_all(people, known, presence)
    changed = [one for one in planned if _answers_differently(one, now)]
    Lead.objects.filter(pk__in=lead_ids).exclude(waits_for="").update(waits_for=ASK_ANEW)
    moving = _within_bounds(changed, known, cause, now)
    if not moving:
        return []

    now_held = lock_for(moving, known, presence)
    decided = [settle(one, now_held, presence) for one in moving]
    words = {one.person.id: _reason(why, one.person.id) for one in decided}
    _tell({lead: f"{reason}: the rules have another answer now." for lead, reason in words.items()}, now)
    reason = words[decided[0].person.id] if len(set(words.values())) == 1 else UNKNOWN
    record.write(decided, known, now=now, cause=cause, ending=Ending(Assignment.Ended.CHANGED, reason[:300]))
    crash_point("after_reconsidered")
    return decided


def _locked(lead_ids: Collection[int], statuses: Collection[str]) -> list[Lead]:
    """Locked in the order of their ids, and read only then: what had to be waited for may have changed."""
    found = Lead.objects.filter(pk__in=lead_ids, status__in=statuses).order_by("pk")
    ids = list(found.select_for_update(of=("self",)).values_list("pk", flat=True))
    return list(Lead.objects.filter(pk__in=ids).select_related("decision").order_by("pk")) if ids else []


def _answers_differently(one: Planned, now: datetime) -> bool:
    lead = one.person.lead
    assert lead is not None
    if lead.decision is None or lead.decision.path == STICKY:
        return lead.decision is None
    return answer_of(one.request, one.side.world, now) != lead.decision.path


def _within_bounds(planned: Sequence[Planned], known: Known, cause: str, now: datetime) -> list[Planned]:
    """Without those that have moved by themselves too often: they stay, and the overseers are told once."""
    ids = [one.person.id for one in planned]
    moves = Decision.objects.filter(lead_id__in=ids, cause__in={cause, Decision.Cause.RECONSIDERED})
    counted = {
        lead: (count, last)
        for lead, count, last in moves.filter(at__gt=now - WITHIN)
        .values_list("lead_id")
        .annotate(count=Count("id"), last=Max("id"))
    }
    for one in planned:
        count, last = counted.get(one.person.id, (0, 0))
        if count >= MOST_MOVES:
            _stays(one, last, known, now)
    return [one for one in planned if counted.get(one.person.id, (0, 0))[0] < MOST_MOVES]


def _stays(one: Planned, last: int, known: Known, now: datetime) -> None:
    """`last` is its last move: whatever keeps calling, this is told once for each time the guard closes."""
    keys = {user: f"loop:{one.person.id}:{last}:{user}" for user in known.overseers}
    if not keys or Notification.objects.filter(dedupe_key__in=keys.values()).exists():
        return
    words = f"Moved {MOST_MOVES} times within 24 hours: it stays where it is until somebody moves it."
    _tell({one.person.id: words}, now)
    text = f"{one.person.lead} was moved {MOST_MOVES} times in 24 hours, as its facts changed. Mend the rules."
    lead = one.person.lead
    context = {
        "lead": one.person.id,
        "name": lead.name if lead else "",
        "company": lead.company if lead else "",
        "count": MOST_MOVES,
    }
    link = f"/leads/{one.person.id}/"
    notices.tell([Notice(user, "loop", text, key, link, context) for user, key in keys.items()], now=now)


def _reason(why: str | Mapping[int, str], lead: int) -> str:
    return (why if isinstance(why, str) else why.get(lead, "")) or UNKNOWN


def _tell(words: Mapping[int, str], now: datetime) -> None:
    TimelineEntry.objects.bulk_create(
        TimelineEntry(lead_id=lead, at=now, kind=TimelineEntry.Kind.CHANGED, text=text) for lead, text in words.items()
    )
