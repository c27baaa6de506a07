"""The decision: facts through the tree to a target, from the target's bench to a person, and all of it written down.

Live routing, test-a-lead and simulation all call `route`. It reads the world and the standing and changes neither;
`take` moves the standing on by one outcome.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from routing.engine import ledger
from routing.engine.bench import Candidate, Needs, Presence
from routing.engine.facts import Facts, Value
from routing.engine.ledger import Line
from routing.engine.reach import STAFFED
from routing.engine.seat import Seat, find_seat, required_skills
from routing.engine.targets import ToAccountOwner, ToDiscard, ToNurture, ToPool, ToQueue, ToTerritory
from routing.engine.walk import Place, enter, settle
from routing.engine.world import Gate, Standing, World

ASSIGNED = "assigned"
QUEUED = "queued"
NURTURE = "nurture"
DISCARDED = "discarded"

# Paths of leads that no rule was asked about.
STICKY = "sticky"
GATE = "gate"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who was last given this person's lead, when, and whether he still holds it open, or lost it."""

    rep: str
    since: datetime
    open: bool = False
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One lead to be decided. `key` names the person for stickiness and splits.

    `anew`: the rules are asked although its holder knows the person. `past_gate`: it was let through once, and what
    has become of the score since does not take it from the salespeople.
    """

    key: str
    facts: Facts
    holder: Holder | None = None
    held_before: frozenset[str] = frozenset()
    declined: frozenset[str] = frozenset()
    anew: bool = False
    past_gate: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided and why.

    `asked` are the facts as the first rule saw them, `facts` what they had become at the target, `changed` what rules
    set on the way. `path` is where gate and rules sent the lead before anybody was asked (`answer_of`), or `sticky`.
    `excluded` is the first filter each rep failed; `lines` move the pool's ledger; `notes` are what was not quite as
    asked for, in words. `waits_for` is "" if the lead is where the rules want it; else it waits for people, and all
    with the same mark wait for the same ones.
    """

    kind: str
    reason: str
    rep: str | None = None
    how: str = ""
    pool: str | None = None
    queue: str | None = None
    track: str = ""
    fallback: bool = False
    sticky: bool = False
    cover_for: str | None = None
    strategy: str = ""
    sla: str | None = None
    tree: str = ""
    path: str = ""
    rules: tuple[str, ...] = ()
    facts: Facts = field(default_factory=dict)
    asked: Facts = field(default_factory=dict)
    changed: Mapping[str, Value] = field(default_factory=dict)
    candidates: tuple[Candidate, ...] = ()
    excluded: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    waits_for: str = ""


def answer_of(request: Request, world: World, now: datetime, tree: str = "") -> str:
    """Where gate and rules send this lead, as a path, before anybody is asked: as it is kept with a decision."""
    place = plan(request, world, now, tree)
    return GATE if _gate_before(request, world, place) else place.path


def plan(request: Request, world: World, now: datetime, tree: str = "") -> Place:
    """The first target that the rules give, before anybody is asked: pure in the facts, so it needs no lock."""
    facts = located(request.facts, world, now)
    return settle(enter(world, tree or world.default_tree, facts, now), world, request.key, now)


def route(request: Request, world: World, standing: Standing, presence: Presence, place: Place) -> Outcome:
    """Decide one lead at `presence.now`: stickiness first, else the bench of the target, or of those after it."""
    slug = place.entered
    if kept := _sticky(request, world, presence, slug, place.asked):
        return kept
    if gate := _gate_before(request, world, place):
        return _held_back(gate, slug, place.asked)
    path = place.path
    codes: dict[str, str] = {}
    looked_at: tuple[Candidate, ...] = ()
    in_vain: list[str] = []

    while isinstance(place.target, STAFFED):
        assign = place.target.assign
        needs = Needs(hours=assign.hours, held_before=request.held_before, declined=request.declined)
        seat = find_seat(place, needs, world, standing, presence)
        codes.update({candidate.rep: candidate.code for candidate in seat.candidates if candidate.code})
        looked_at = seat.candidates
        if seat.rep:
            holder = request.holder
            if holder is not None and holder.open and seat.rep == holder.rep:
                seat = replace(seat, lines=())  # he has it already: no lead more for the ledger to count
            return replace(_assigned(place, seat, codes, slug, assign.sla), path=path)
        in_vain += _asked_for(place, seat, world)
        onward = replace(place, target=assign.if_nobody, path=f"{place.path}/if_nobody")
        place = settle(onward, world, request.key, presence.now)

    placed = replace(_placed(place, codes, looked_at, slug), path=path)
    return replace(placed, waits_for=_mark(in_vain, request)) if in_vain and placed.kind == QUEUED else placed


def _gate_before(request: Request, world: World, place: Place) -> Gate | None:
    """The gate, if this lead does not come through it."""
    gate = world.gate
    return gate if gate is not None and not request.past_gate and gate.holds_back(place.asked) else None


def take(outcome: Outcome, request: Request, world: World, standing: Standing, presence: Presence) -> None:
    """Move the standing on: ledger lines, the receiver's load, and the load of whoever loses the lead by it."""
    ledger.post(standing, outcome.lines)
    holder = request.holder
    keeps = holder is not None and holder.open and outcome.rep == holder.rep
    if holder is not None and holder.open and not keeps:
        ledger.release(standing, holder.rep)
    if outcome.rep and not keeps:
        ledger.give(standing, world.reps[outcome.rep], presence, now=presence.now)
        if outcome.pool and world.converting:
            place = (outcome.pool, outcome.rep)
            standing.given[place] = standing.given.get(place, 0) + 1


def _asked_for(place: Place, seat: Seat, world: World) -> list[str]:
    """Who was asked and for what, if anybody: two leads that ask for the same find somebody at the same time."""
    target = place.target
    assert isinstance(target, STAFFED)
    owner, territory = "", ""
    if isinstance(target, ToAccountOwner):
        owner = str(place.facts.get("account.owner", ""))
    elif isinstance(target, ToTerritory):
        territory = str(place.facts.get("territory", ""))
    if not seat.candidates and not isinstance(target, ToPool | ToTerritory):
        return []  # An account without an owner: nobody was asked, and nobody will be free.
    skills = sorted(required_skills(target.assign, place.facts, world.skills))
    return [f"{place.path}\n{owner}\n{territory}\n{skills}"]


def _mark(in_vain: Sequence[str], request: Request) -> str:
    asked = "\n".join((*in_vain, "", *sorted(request.held_before), "", *sorted(request.declined)))
    return hashlib.sha256(asked.encode()).hexdigest()[:20]


def located(facts: Facts, world: World, now: datetime) -> Facts:
    if not world.territories:
        return facts
    territory = world.atlas.territory_of(facts, world.setting(now))
    return {**facts, "territory": territory} if territory else facts


def _sticky(request: Request, world: World, presence: Presence, slug: str, facts: Facts) -> Outcome | None:
    """The same person goes to the same rep, before any rule, while that rep is active and not away."""
    holder = request.holder
    if (
        holder is None
        or request.anew
        or holder.rep not in world.reps
        or holder.rep in request.held_before | request.declined
    ):
        return None
    rep = world.reps[holder.rep]
    days = world.trees[slug].tree.sticky_days
    if not rep.active or presence.absence(rep) == "away":
        return None
    if not holder.lost and presence.now - holder.since >= timedelta(days=days):
        return None
    within = f"within {days} days"
    since = f"given the lead on {holder.since:%d %b %Y}"
    return Outcome(
        kind=ASSIGNED,
        reason=f"{rep.name} knows this person: {since}, {'lost since: a new chance' if holder.lost else within}.",
        rep=rep.email,
        how="sticky",
        sticky=True,
        tree=slug,
        path=STICKY,
        facts=facts,
        asked=facts,
    )


def _held_back(gate: Gate, slug: str, facts: Facts) -> Outcome:
    """Under the threshold: no rule is asked until what is known of the lead changes."""
    score = facts.get("score")
    return Outcome(
        kind=NURTURE,
        reason=f"Score {score}, needs {gate.threshold:g}: nurture, track {gate.track}, until more is known.",
        track=gate.track,
        tree=slug,
        path=GATE,
        facts=facts,
        asked=facts,
    )


def _assigned(place: Place, seat: Seat, codes: Mapping[str, str], slug: str, sla: str | None) -> Outcome:
    return Outcome(
        kind=ASSIGNED,
        reason=f"{_path_in_words(place)}: {seat.because}",
        rep=seat.rep,
        how=seat.how,
        pool=seat.pool,
        fallback=place.fallback,
        cover_for=seat.cover_for,
        strategy=seat.strategy,
        sla=sla,
        tree=slug,
        rules=place.rules,
        facts=place.facts,
        asked=place.asked,
        changed=place.changed,
        candidates=seat.candidates,
        excluded={rep: code for rep, code in codes.items() if rep != seat.rep},
        lines=seat.lines,
        notes=seat.notes,
    )


def _placed(place: Place, codes: Mapping[str, str], looked_at: tuple[Candidate, ...], slug: str) -> Outcome:
    """The lead goes where nobody was to be found, or where the tree meant it to wait or stop."""
    target = place.target
    nobody = " Nobody could take it." if codes else ""
    words = _path_in_words(place)
    base = Outcome(
        kind=QUEUED,
        reason="",
        fallback=place.fallback,
        tree=slug,
        rules=place.rules,
        facts=place.facts,
        asked=place.asked,
        changed=place.changed,
        candidates=looked_at,
        excluded=codes,
    )
    if isinstance(target, ToNurture):
        return replace(
            base, kind=NURTURE, track=target.track, reason=f"{words}: nurture, track {target.track}.{nobody}"
        )
    if isinstance(target, ToDiscard):
        return replace(base, kind=DISCARDED, reason=f"{words}: discarded, {target.reason}.{nobody}")
    assert isinstance(target, ToQueue)
    reason = f"{words}: waits in the queue {target.queue}.{nobody}"
    return replace(base, queue=target.queue, sla=target.sla, reason=reason)


def _path_in_words(place: Place) -> str:
    return " › ".join(place.names) if place.names else "No rule held"
