"""A lead put through a world of rules as it would be if it arrived now: with nothing locked and nothing written.

As if for the first time: whoever holds a person's lead would get it before any rule, and then there is nothing to test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from leads import accounts, people, scoring, standing
from leads.activity import counting
from leads.activity.windows import asked_by, facts_of
from leads.builder.testing.subjects import Subject
from leads.deciding import known_about
from leads.matching import NOTHING, Matching
from leads.models import Lead
from leads.normalise import Normalised, normalise, person_key
from leads.scoring import Points
from leads.world import Known
from reps.models import User
from routing.engine.bench import Presence
from routing.engine.facts import Facts, Value, typed
from routing.engine.reach import reach_of
from routing.engine.route import GATE, Holder, Outcome, Request, plan, route
from routing.engine.tries import Try, tries
from routing.engine.walk import Place
from routing.engine.world import World

# When it arrived before is not when it arrives now.
OF_ITS_ARRIVAL = ("received_at",)


@dataclass(frozen=True, slots=True)
class Tried:
    """What would happen to it, and what it was taken for. `own` are its facts before anything was found out.

    `keeper` is who has the person's lead, if anybody: it would stay with him.
    """

    at: datetime
    world: World
    slug: str
    request: Request
    place: Place
    outcome: Outcome
    tries: tuple[Try, ...]
    own: Facts
    read: Normalised
    matching: Matching = NOTHING
    points: Points = scoring.NO_POINTS
    lead: Lead | None = None
    keeper: Holder | None = None

    @property
    def held_back(self) -> bool:
        return self.outcome.path == GATE

    @property
    def asked(self) -> Facts:
        """The facts as the first rule saw them."""
        return self.place.asked


def lead_of(subject: Subject, by: User) -> Lead | None:
    """The lead that is tried, as far as the user may see it."""
    if subject.lead is None:
        return None
    return Lead.objects.visible_to(by).select_related("source", "rep__user").filter(pk=subject.lead).first()


def tried(subject: Subject, known: Known, world: World, slug: str, *, by: User, now: datetime) -> Tried:
    """`world` is the organisation's with the tree as it is being edited."""
    at = subject.at or now
    lead = lead_of(subject, by)
    raw = raw_facts(subject, lead)
    read = _as_they_are(raw, world) if subject.exact else normalise(raw, world.vocabulary, trusted=True)
    presence = Presence(at)
    matching, points = NOTHING, scoring.NO_POINTS
    facts: Facts = {"received_at": at, **read.facts}
    if not subject.exact:
        facts, matching, points = _found_out(facts, lead, known, world, presence)
    key = person_key(read.facts) or f"lead:{lead.pk if lead else 0}"
    request = Request(key=key, facts=facts)
    place = plan(request, world, at, tree=slug)
    reach = reach_of(place, world)
    held = standing.read(replace(known, world=world), reach.pools & known.pools.keys(), reach.reps, presence)
    outcome = route(request, world, held, presence, place)
    asked = () if outcome.path == GATE else tries(request, world, held, presence, place)
    keeper = people.holder_of(lead, known.emails) if lead else None
    return Tried(at, world, slug, request, place, outcome, asked, read.facts, read, matching, points, lead, keeper)


def raw_facts(subject: Subject, lead: Lead | None) -> dict[str, Any]:
    """What is known of the lead, with what was changed to see what happens then."""
    known: Mapping[str, Any] = lead.facts if lead else {}
    raw = {name: value for name, value in known.items() if name not in OF_ITS_ARRIVAL}
    raw.update(subject.facts)
    return {name: value for name, value in raw.items() if value is not None}


def _as_they_are(raw: Mapping[str, Any], world: World) -> Normalised:
    facts, aside = typed(raw, world.vocabulary)
    return Normalised(facts, aside)


def _found_out(
    own: Facts, lead: Lead | None, known: Known, world: World, presence: Presence
) -> tuple[Facts, Matching, Points]:
    """With its account, what the person did, and the score of all that."""
    matching = accounts.matching(own, lead.pk if lead else None)
    asked = asked_by(world, known.scoring)
    done: Mapping[str, Value] = facts_of(asked)  # of whom nobody knows nothing was done
    if lead is not None:
        done = counting.signals_of([own], [matching.match], asked, presence.now)[0]
    about = known_about(own, matching.match, replace(known, world=world), presence, done)
    return about.facts, matching, about.points
