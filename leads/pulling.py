"""A rep takes from the queues of his team: the lead he points at, or the next one that is for him.

Pulling asks the same of him as routing does, except for his hours: whoever asks for work is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from leads import handover, standing
from leads.again import people_again
from leads.deciding import Planned, plan_all
from leads.holding import NotPossible, act, locked
from leads.models import Assignment, Lead, LeadQuerySet
from leads.world import Known, known_and_held
from reps.models import Rep, User
from routing.engine import bench
from routing.engine.bench import Needs, Presence, exclusion
from routing.engine.reach import STAFFED
from routing.engine.seat import required_skills
from routing.engine.world import Standing
from routing.models import Queue

LOOKED_AT = 25  # leads at a time
MOST_LOOKED_AT = 500
JUST_NOW = timedelta(minutes=10)
YOU: Mapping[str, str] = {
    bench.INACTIVE: "you are not active",
    bench.NOT_YET_STARTED: "you have not started yet",
    bench.AWAY: "you are away",
    bench.HOLIDAY: "you have a holiday today",
    bench.PAUSED: "you are away by your own switch, or parked",
    bench.DAILY_CAP: "you have reached your daily cap",
    bench.AT_CAPACITY: "you are at capacity",
}
NOT_FOR_YOU: Mapping[str, tuple[str, str]] = {  # of one, of several
    bench.LACKS_SKILL: ("asks for a skill you do not have", "ask for a skill you do not have"),
    bench.HELD_BEFORE: ("was taken from you", "were taken from you"),
    bench.DECLINED: ("was declined by you", "were declined by you"),
}


class NothingToPull(NotPossible):
    """There is no lead for this rep just now; the message says why."""


def waiting(rep: Rep, queue: Queue | None = None) -> LeadQuerySet:
    """What waits for his team in the order of pulling: the most urgent first, of those whoever waits longest."""
    leads = Lead.objects.filter(rep=None, status=Lead.Status.QUEUED, queue__team=rep.team_id)
    if rep.team_id is None:
        leads = leads.none()
    return (leads.filter(queue=queue) if queue else leads).order_by("urgency", "received_at", "pk")


@act
def pull(*, by: User, now: datetime, queue: Queue | None = None) -> Lead:
    """The next lead of his team's queues, or of this one, is his. Two who pull at once never get the same one."""
    rep = Rep.objects.filter(user=by).first()
    if rep is None or (queue is not None and (queue.team_id is None or queue.team_id != rep.team_id)):
        raise NotPossible("Only reps of the queue's team can take a lead from it.")
    known = known_and_held()
    presence = Presence(now)
    leads = waiting(rep, queue)
    _check_free(rep, known, presence, leads)

    lead = _first_for(rep, known, presence, leads)
    held = standing.lock_and_read(known, [], {known.emails[rep.pk]} | handover.past_reps(lead), presence)
    if code := _code(rep, known, Needs(hours="ignore"), held, presence):
        raise _nothing(leads, code)  # Somebody gave him one while he asked.
    return handover.take(lead, rep, known, why=f"{by} took the next one from {lead.queue}.", by=by, now=now)


def quicker(user: User, pk: int, *, now: datetime) -> str:
    """Who of the same team has just taken this lead from its queue; "" if nobody did."""
    rep = Rep.objects.filter(user=user).first()
    if rep is None or rep.team_id is None:
        return ""
    taken = Assignment.objects.filter(lead=pk, ended_at=None, how=Assignment.How.CLAIMED, rep__team=rep.team_id)
    name = taken.filter(assigned_at__gt=now - JUST_NOW).exclude(rep=rep).values_list("rep__user__name", flat=True)
    return next((f"{each} was quicker." for each in name), "")


def _check_free(rep: Rep, known: Known, presence: Presence, leads: QuerySet[Lead]) -> None:
    """Asked before any lead is looked at, and without a lock: whoever is full need not keep anybody waiting."""
    held = standing.read(known, [], {known.emails[rep.pk]}, presence)
    if code := _code(rep, known, Needs(hours="ignore"), held, presence):
        raise _nothing(leads, code)


def _nothing(leads: QuerySet[Lead], code: str) -> NothingToPull:
    count = leads.count()
    if not count:
        return NothingToPull(f"Nothing waits, and {YOU[code]}.")
    return NothingToPull(f"{count} {_wait(count)}, but {YOU[code]}.")


def _first_for(rep: Rep, known: Known, presence: Presence, leads: QuerySet[Lead]) -> Lead:
    """The first that he may have and nobody else is taking at this moment, locked."""
    why_not: Counter[str] = Counter()
    for one in _looked_at(known, presence, leads):
        if code := _code(rep, known, needs_of(one, known), Standing(), presence):
            why_not[code] += 1
            continue
        lead = leads.filter(pk=one.person.id).select_for_update(of=("self",), skip_locked=True).first()
        if lead is not None:
            return locked(lead, None)
        why_not["taken"] += 1
    raise NothingToPull(_why_none(why_not))


def _looked_at(known: Known, presence: Presence, leads: QuerySet[Lead]) -> Iterator[Planned]:
    for start in range(0, MOST_LOOKED_AT, LOOKED_AT):
        some = list(leads[start : start + LOOKED_AT])
        people = people_again(some, known.emails, known.world.vocabulary)
        yield from plan_all(people, known, presence)
        if len(some) < LOOKED_AT:
            return


def needs_of(one: Planned, known: Known) -> Needs:
    """What the target asks for that the rules give this lead, whether or not it came to the queue by way of it."""
    target = one.place.target
    skills: tuple[tuple[str, int], ...] = ()
    if isinstance(target, STAFFED):
        skills = required_skills(target.assign, one.place.facts, known.world.skills)
    return Needs(skills, "ignore", one.person.held_before, one.person.declined)


def _code(rep: Rep, known: Known, needs: Needs, held: Standing, presence: Presence) -> str:
    return exclusion(known.world.reps[known.emails[rep.pk]], needs, held, presence)


def _why_none(why_not: Counter[str]) -> str:
    """In words, with how many of each."""
    count = sum(why_not.values())
    if not count:
        return "Nothing waits in your team's queues."
    if why_not["taken"] == count:
        return "Somebody was quicker: what waited is being taken just now."
    reasons: Sequence[str] = [
        f"{why_not[code]} {words[why_not[code] > 1]}" for code, words in NOT_FOR_YOU.items() if why_not[code]
    ]
    return f"{count} {_wait(count)}, but none for you: {', '.join(reasons)}."


def _wait(count: int) -> str:
    return "waits" if count == 1 else "wait"
