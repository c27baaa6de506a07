"""Where a tried lead ends, in the words of a card: who gets it and why; of each target tried in vain why nobody."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from leads.builder.names import Names
from leads.builder.testing.trying import Tried
from leads.pages.decision import STRATEGIES
from routing.engine import bench
from routing.engine.facts import Facts
from routing.engine.seat import required_skills
from routing.engine.targets import (
    Target,
    ToAccountOwner,
    ToDiscard,
    ToNurture,
    ToPool,
    ToQueue,
    ToRep,
    ToTerritory,
)
from routing.engine.tries import Try
from routing.engine.world import World

PLURALS = {"is": "are", "has": "have", "lacks": "lack"}


@dataclass(frozen=True, slots=True)
class Ends:
    """The world, and the names of what it knows by its slug only."""

    world: World
    names: Names

    def rep(self, email: str) -> str:
        known = self.world.reps.get(email)
        return known.name if known else email

    def target(self, target: Target, facts: Facts) -> str:
        """What a target is called, for this lead."""
        match target:
            case ToPool(pool=slug):
                return self.world.pools[slug].name if slug in self.world.pools else slug
            case ToRep(rep=email):
                return self.rep(email)
            case ToAccountOwner():
                return f"Owner of {facts.get('account.name', 'the account')}"
            case ToTerritory():
                slug = str(facts.get("territory", ""))
                return self.names.territories.get(slug, slug) or "No territory"
            case ToQueue(queue=slug):
                return self.queue(slug)
            case ToNurture(track=track):
                return f"Nurture, track {track}"
            case ToDiscard(reason=reason):
                return f"Discarded, {reason}"
            case _:
                return "The fallback"

    def queue(self, slug: str) -> str:
        name = self.names.queues.get(slug, slug)
        return name if "queue" in name.casefold() else f"{name} queue"

    def destination(self, tried: Tried) -> str:
        """Who or what has the lead in the end."""
        outcome = tried.outcome
        if outcome.rep:
            return self.rep(outcome.rep)
        if tried.held_back:
            return f"Nurture, track {outcome.track}"
        return self.target(tried.tries[-1].place.target, outcome.facts)

    def why(self, tried: Tried) -> str:
        """In few words: "Dana Okafor: HIPAA, 6 of 12 open"."""
        outcome = tried.outcome
        if outcome.rep is None:
            return f"Waits in {self.destination(tried)}" if outcome.queue else self.destination(tried)
        parts = [f"covers for {self.rep(outcome.cover_for)}"] if outcome.cover_for else []
        parts += [self.names.skills.get(slug, slug) for slug in self._skills_asked(tried)]
        chosen = next((one for one in outcome.candidates if one.rep == outcome.rep), None)
        if not parts and outcome.strategy and len(outcome.candidates) > 1:
            parts.append(STRATEGIES[outcome.strategy].casefold())
        if chosen is not None:
            limit = f" of {chosen.capacity}" if chosen.capacity is not None else ""
            parts.append(f"{chosen.open}{limit} open")
        return f"{self.destination(tried)}: {', '.join(parts)}" if parts else self.destination(tried)

    def nobody(self, one: Try) -> str:
        """Why nobody was to be found at one target: "EMEA: nobody (2 are away, 1 is at capacity)"."""
        target = one.place.target
        name, looked_at = self.target(target, one.place.facts), one.seat.candidates
        if not looked_at:
            return f"{name}: nobody is in it" if isinstance(target, ToPool | ToTerritory) else f"{name}: nobody"
        if len(looked_at) == 1:
            return f"{name}: nobody ({self.rep(looked_at[0].rep)} {bench.WORDS[looked_at[0].code]})"
        counted = Counter(candidate.code for candidate in looked_at)
        parts = [f"{count} {_of_many(bench.WORDS[code], count)}" for code, count in counted.items()]
        return f"{name}: nobody ({', '.join(parts)})"

    def _skills_asked(self, tried: Tried) -> list[str]:
        place = tried.tries[-1].place
        if not isinstance(place.target, ToPool | ToRep | ToAccountOwner | ToTerritory):
            return []
        return [slug for slug, _ in required_skills(place.target.assign, place.facts, self.world.skills)]


def _of_many(words: str, count: int) -> str:
    if count == 1:
        return words
    first, _, rest = words.partition(" ")
    return f"{PLURALS.get(first, first)} {rest}"
