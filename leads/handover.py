"""A lead goes from one hand to another: declined, claimed from a queue, or taken over; by a manager in `leads.by_hand`.

Each is a decision with its record, written by the same code as the decision on arrival.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leads import accounts, outgoing_events, record
from leads.activity import counting
from leads.again import people_again
from leads.clocks import silence
from leads.deciding import Decided, decide, known_about
from leads.holding import NotPossible, act, check_holder, given_reason, locked, tell_story
from leads.knowledge import Knowledge
from leads.matching import Matching
from leads.models import Assignment, Lead, TimelineEntry
from leads.people import Person
from leads.record import Ending
from leads.standing import lock_and_read
from leads.world import Known, known_and_held
from notifications.subscriptions import catalogue
from reps.models import Rep, User
from routing.engine.bench import Presence
from routing.engine.ledger import ASSIGNED, Line
from routing.engine.route import Outcome, Request, answer_of
from routing.models import Decision


@act
def decline(lead: Lead, *, by: User, reason: str, now: datetime, epoch: int | None = None) -> Lead:
    """The holder hands the lead back with a reason; the rules are asked again, without those who declined."""
    reason = given_reason(reason)
    known = known_and_held()  # before the lead: whoever changes the configuration may need that one too
    lead = locked(lead, epoch)
    check_holder(lead, by)
    tell_story(lead, TimelineEntry.Kind.DECLINED, f"{by} declined: {reason}", by, now)

    person = _person_again(lead, known)
    person.declined |= {by.email}
    decided = decide([person], known, Presence(now))
    ending = Ending(Assignment.Ended.DECLINED, reason)
    record.write(decided, known, now=now, cause=Decision.Cause.DECLINED, ending=ending)
    return Lead.objects.get(pk=lead.pk)


def claim(lead: Lead, *, by: User, now: datetime) -> Lead:
    """A rep takes a waiting lead from his team's queue. The caller holds the lead's lock."""
    known = known_and_held()
    rep = Rep.objects.filter(user=by, active=True).first()
    queue = lead.queue
    if rep is None or queue is None or queue.team_id is None or queue.team_id != rep.team_id:
        raise NotPossible("Only reps of the queue's team can take a lead from it.")
    return take(lead, rep, known, why=f"{by} took it from {queue}.", by=by, now=now)


def take(lead: Lead, rep: Rep, known: Known, *, why: str, by: User, now: datetime) -> Lead:
    """The lead leaves its queue for this rep, who has accepted it by taking it."""
    email, how = known.emails[rep.pk], Assignment.How.CLAIMED
    give(lead, email, known, how=how, why=why, pool=None, cause=Decision.Cause.BY_HAND, now=now, told=True)
    Assignment.objects.filter(lead=lead, ended_at=None).update(accepted_at=now)
    Lead.objects.filter(pk=lead.pk).update(status=Lead.Status.ACCEPTED)
    silence.begin(lead, at=now)
    tell_story(lead, TimelineEntry.Kind.ACCEPTED, why, by, now)
    outgoing_events.tell(lead, catalogue.ACCEPTED, now=now)
    return Lead.objects.get(pk=lead.pk)


def give(
    lead: Lead,
    email: str,
    known: Known,
    *,
    how: str,
    why: str,
    pool: str | None,
    cause: str,
    now: datetime,
    ending: Ending | None = None,
    told: bool = False,
) -> None:
    """Record that this rep has the lead from now on, whoever had it before; in `pool` it counts as one more for him.

    `told`: the caller writes the line of the story.
    """
    person = _person_again(lead, known)
    found, about = _known_about(person, known, now)
    pools = [pool] if pool is not None and pool in known.pools else []
    lock_and_read(known, pools, {email} | past_reps(lead), Presence(now))
    request = Request(key=person.key, facts=about.facts, holder=person.holder, past_gate=person.past_gate)
    lines: Sequence[Line] = [Line(pool, email, 1.0, ASSIGNED)] if pool and (pool, email) in known.members else []
    outcome = Outcome(
        kind="assigned",
        reason=why,
        rep=email,
        how=how,
        pool=pools[0] if pools else None,
        sla=_promise_so_far(lead),
        tree=known.world.default_tree,
        path=answer_of(request, known.side_of(person.id).world, now),
        facts=about.facts,
        asked=about.facts,
        lines=tuple(lines),
    )
    decided = Decided(person, request, outcome, found.match, took_us=0, points=about.points, matching=found)
    ending = ending or Ending(Assignment.Ended.BY_HAND, why[:300])
    record.write([decided], known, now=now, cause=cause, ending=ending, told=told)


def put_in_queue(
    lead: Lead,
    *,
    why: str,
    now: datetime,
    cause: str,
    ending: Ending,
    pools: Sequence[str] = (),
    told: bool = False,
) -> None:
    """The lead leaves its holder for the queue of his team, or the built-in one where the team has none.

    `pools` are locked with it, for a caller who writes in their ledgers; `told`: he writes the line of the story too.
    """
    known = known_and_held()
    person = _person_again(lead, known)
    found, about = _known_about(person, known, now)
    lock_and_read(known, [slug for slug in pools if slug in known.pools], past_reps(lead), Presence(now))
    request = Request(key=person.key, facts=about.facts, holder=person.holder, past_gate=person.past_gate)
    outcome = Outcome(
        kind="queued",
        reason=why,
        queue=known.queue_of(lead.rep_id),
        tree=known.world.default_tree,
        path=answer_of(request, known.side_of(person.id).world, now),
        facts=about.facts,
        asked=about.facts,
    )
    decided = Decided(person, request, outcome, found.match, took_us=0, points=about.points, matching=found)
    record.write([decided], known, now=now, cause=cause, ending=ending, told=told)


def _person_again(lead: Lead, known: Known) -> Person:
    """The lead's person, without those who do not get it again. What a rep has had in his hands is past the gate."""
    (person,) = people_again([lead], known.emails, known.world.vocabulary)
    person.past_gate |= lead.is_open
    return person


def _known_about(person: Person, known: Known, now: datetime) -> tuple[Matching, Knowledge]:
    """The lead's account, and what is known of it: as a decision on arrival has them."""
    found = accounts.matching(person.facts, person.id)
    (signals,) = counting.signals_of([person.facts], [found.match], known.signals, now)
    return found, known_about(person.facts, found.match, known, Presence(now), signals)


def _promise_so_far(lead: Lead) -> str | None:
    """A lead keeps the promise it started with, whoever has it; None if none has run yet. A queue's is the queue's."""
    clock = lead.clocks.exclude(assignment=None).order_by("-pk").first()
    return str(clock.policy["slug"]) if clock else None


def past_reps(lead: Lead) -> set[str]:
    return set(lead.assignments.values_list("rep__user__email", flat=True))
