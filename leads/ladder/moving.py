"""Leads are taken from those who hold them, many in one transaction: to the backup, else to the next candidate.

The next candidate is the same target's: of the decision that gave the lead, in the version that decided, with today's
people. Nobody gets a lead that he has held before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from leads import record, standing
from leads.again import people_again
from leads.crash import crash_point
from leads.deciding import Decided, Planned, plan_all
from leads.ladder import words
from leads.ladder.origins import Origins
from leads.ladder.spells import Spell, latest, spells_of, times_taken
from leads.models import Assignment, Lead
from leads.people import Person
from leads.record import Ending
from leads.world import Known
from routing.engine.bench import Needs, Presence, exclusion
from routing.engine.ledger import ASSIGNED as COUNTS
from routing.engine.ledger import Line
from routing.engine.reach import Reaches
from routing.engine.route import ASSIGNED, QUEUED, Outcome, Request, route, take
from routing.engine.seat import MOST_BACKUPS
from routing.engine.walk import Place
from routing.engine.world import Standing
from routing.models import Queue


@dataclass(frozen=True, slots=True)
class Leaving:
    """A lead that is to leave its holder. `queue` is that of his team, `sla` the promise it runs under.

    `why` says in words what happened, `did` what nobody did. `straight`, or taken `most` times: to the queue, without
    asking anybody. `or_stays`: it stays where it is if nobody else can take it.
    """

    lead: Lead
    ending: Ending
    why: str
    queue: Queue
    sla: str | None
    did: str = "accepted"
    how: str = Assignment.How.SLA
    most: int | None = None
    straight: bool = False
    or_stays: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of it: an outcome, or None where it stays. `spells` are those who had it, the holder last.

    `was` is the epoch at which it left.
    """

    leaving: Leaving
    outcome: Outcome | None
    spells: list[Spell]
    was: int


@dataclass(frozen=True, slots=True)
class _One:
    """One lead on its way, with the target that gave it, and the organisation with the rules that did."""

    leaving: Leaving
    planned: Planned
    gave: Place
    then: Known
    spells: list[Spell]
    chain: tuple[str, ...]

    @property
    def pool(self) -> str | None:
        """The pool in whose ledger the lead counts."""
        slug = self.spells[-1].pool if self.spells else None
        return slug if slug in self.then.world.pools else None


def move(leaving: Sequence[Leaving], known: Known, *, cause: str, now: datetime) -> list[Moved]:
    """Decide about all of these, whose rows the caller has locked, and write it. Pools and reps are locked once."""
    if not leaving:
        return []
    presence = Presence(now)
    ones = _planned(leaving, known, presence)
    held = _lock(ones, known, presence)

    outcomes = [_settle(one, held, presence) for one in ones]
    was = [one.leaving.lead.epoch for one in ones]

    _write(ones, outcomes, cause, now)
    crash_point("after_moves")
    return [
        Moved(one.leaving, outcome, one.spells, epoch) for one, outcome, epoch in zip(ones, outcomes, was, strict=True)
    ]


def foresee(leaving: Sequence[Leaving], known: Known, *, now: datetime) -> list[Outcome | None]:
    """What would become of each of these if it alone left now, as last committed: nothing is locked or written."""
    if not leaving:
        return []
    presence = Presence(now)
    ones = _planned(leaving, known, presence)
    held = standing.read(known, *_reach(ones), presence)
    return [_decide(one, held, presence) for one in ones]


def _planned(leaving: Sequence[Leaving], known: Known, presence: Presence) -> list[_One]:
    leads = [one.lead for one in leaving]
    ids = [lead.pk for lead in leads]
    spells = spells_of(ids, known)
    people = people_again(leads, known.emails, known.world.vocabulary)
    for person in people:
        person.past_gate = True  # also one that has waited in a queue until its promise was over
        person.held_before |= {spell.email for spell in spells[person.id]}
    origins = Origins.of(ids, known, presence.now)
    found: dict[int, tuple[Place, Known]] = {}

    def place_of(person: Person, request: Request) -> Place:
        first, gave, then = origins.place_of(person.id, request)
        found[person.id] = gave, then
        return first

    planned = plan_all(people, known, presence, place_of)
    return [
        _One(leaving, one, *found[one.person.id], spells[one.person.id], _backups(one.person, known))
        for leaving, one in zip(leaving, planned, strict=True)
    ]


def _backups(person: Person, known: Known) -> tuple[str, ...]:
    """The holder's backup, the backup's backup and so on."""
    reps = known.world.reps
    chain: list[str] = []
    email = reps[person.holder.rep].backup if person.holder is not None else None
    while email is not None and email in reps and email not in chain and len(chain) < MOST_BACKUPS:
        chain.append(email)
        email = reps[email].backup
    return tuple(chain)


def _lock(ones: Sequence[_One], known: Known, presence: Presence) -> Standing:
    held = standing.lock_and_read(known, *_reach(ones), presence)
    crash_point("after_locks")
    return held


def _reach(ones: Sequence[_One]) -> tuple[set[str], set[str]]:
    """The pools and reps with whom any of these may end."""
    reaches: dict[int, Reaches] = {}
    pools: set[str] = set()
    reps: set[str] = set()
    for one in ones:
        reaches.setdefault(id(one.then), Reaches(one.then.world)).add(one.gave)
        reps |= {*one.chain, *(spell.email for spell in one.spells)}
        pools |= {one.pool} if one.pool else set()
    for each in reaches.values():
        reach = each.all()
        pools |= reach.pools
        reps |= reach.reps
    return pools, reps


def _settle(one: _One, held: Standing, presence: Presence) -> Outcome | None:
    """One pure decision; what everybody holds moves on by it."""
    outcome = _decide(one, held, presence)
    if outcome is not None:
        take(outcome, one.planned.request, one.then.world, held, presence)
    return outcome


def _decide(one: _One, held: Standing, presence: Presence) -> Outcome | None:
    """None: it stays where it is."""
    leaving = one.leaving
    too_often = leaving.most is not None and times_taken(one.spells) >= leaving.most
    outcome = None if leaving.straight or too_often else _to_somebody(one, held, presence)
    if outcome is None and leaving.or_stays:
        return None
    return outcome or _to_queue(one, presence.now)


def _to_somebody(one: _One, held: Standing, presence: Presence) -> Outcome | None:
    """The first backup who could take it, else whom the target finds, else the queue that the rules name for it."""
    request, world = one.planned.request, one.then.world
    needs = Needs(held_before=request.held_before, declined=request.declined)
    for email in one.chain:
        if not exclusion(world.reps[email], needs, held, presence):
            return _to_backup(one, email)
    outcome = route(request, world, held, presence, one.gave)
    if outcome.kind == ASSIGNED:
        return replace(outcome, how=one.leaving.how, path=one.planned.place.path)
    named = outcome.kind == QUEUED and not outcome.fallback and outcome.queue in one.then.queues
    if named and not one.leaving.or_stays:
        return replace(outcome, path=one.planned.place.path)
    return None


def _to_backup(one: _One, email: str) -> Outcome:
    request, world = one.planned.request, one.then.world
    pool = one.pool
    # Who covers for somebody away counts nothing for it, as on arrival; who takes over a broken promise counts it.
    counts = one.leaving.how != Assignment.How.COVER and (pool, email) in one.then.members
    first = one.spells[-1] if one.spells else None
    return Outcome(
        kind=ASSIGNED,
        reason=f"{world.reps[email].name} is the backup of {first.name if first else 'whoever had it'}.",
        rep=email,
        how=one.leaving.how,
        pool=pool,
        cover_for=first.email if first else None,
        sla=one.leaving.sla,
        rules=one.planned.place.rules,
        tree=one.planned.place.entered,
        path=one.planned.place.path,
        facts=request.facts,
        asked=request.facts,
        lines=(Line(pool, email, 1.0, COUNTS),) if counts and pool is not None else (),
    )


def _to_queue(one: _One, now: datetime) -> Outcome:
    request, queue = one.planned.request, one.leaving.queue
    had = words.held_by(latest(one.spells, now))
    return Outcome(
        kind=QUEUED,
        reason=f"To {words.queue(queue.name)}: {had}, nobody {one.leaving.did}.",
        queue=queue.slug if queue.slug in one.then.queues else Queue.UNASSIGNED,
        rules=one.planned.place.rules,
        tree=one.planned.place.entered,
        path=one.planned.place.path,
        facts=request.facts,
        asked=request.facts,
    )


def _write(ones: Sequence[_One], outcomes: Sequence[Outcome | None], cause: str, now: datetime) -> None:
    """Those of the same rules and with the same ending together: of most batches all."""
    groups: dict[tuple[int, Ending], list[Decided]] = {}
    thens: Mapping[int, Known] = {id(one.then): one.then for one in ones}
    for one, outcome in zip(ones, outcomes, strict=True):
        if outcome is None:
            continue
        planned = one.planned
        decided = Decided(
            planned.person, planned.request, outcome, planned.account, 0, planned.points, planned.matching
        )
        groups.setdefault((id(one.then), one.leaving.ending), []).append(decided)
    for (then, ending), together in groups.items():
        record.write(together, thens[then], now=now, cause=cause, ending=ending)
