"""What would have changed it, in words: "If employees were 1,000 (now 850) it would go to Enterprise, by rule 2"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from leads import scoring
from leads.builder.names import names_of
from leads.builder.testing.chips import typed_in
from leads.builder.testing.ends import Ends
from leads.builder.testing.own_words import DAYS, short
from leads.normalise import person_key
from leads.scoring import ScoreCard
from leads.trace import as_published
from leads.world import Known
from routing.engine.facts import WEEKDAYS, Facts, Value, from_json
from routing.engine.route import GATE, STICKY, Request, answer_of
from routing.engine.rules import Rule
from routing.engine.walk import Place
from routing.engine.what_if import Follows, WhatIf, nothing_follows, what_if
from routing.engine.world import World
from routing.models import Decision

MOST_TOLD = 3
SCORED = ("score", "grade")


@dataclass(frozen=True, slots=True)
class Alternative:
    """`condition` and `destination` are the two halves of a sentence: "employees were 1,000 (now 850)"."""

    condition: str
    destination: str
    rule: str
    field: str
    value: object

    def sentence(self, would: str = "it would go") -> str:
        by = f", by {self.rule}" if self.rule else ""
        return f"If {self.condition}, {would} to {self.destination}{by}."

    @property
    def now(self) -> str:
        return self.sentence()

    @property
    def then(self) -> str:
        return self.sentence("it would have gone")


def alternatives(
    request: Request, known: Known, world: World, at: datetime, slug: str, *, scored: bool, ends: Ends
) -> Sequence[Alternative]:
    """The smallest changes that send the lead elsewhere, the smallest first.

    `scored`: its score follows from its other facts; else it is one of them.
    """
    card = known.scoring
    follows = _scoring(card, world, at) if scored else nothing_follows
    more = [rule.when for rule in card.rules] if scored else []
    found = what_if(request, world, at, slug, follows=follows, more=more)
    return tuple(_told(one, world, ends, slug) for one in found[:MOST_TOLD])


def of_decision(decision: Decision, known: Known) -> Sequence[Alternative]:
    """The same of a decision in the log, by the rules of its version.

    Nothing where no rule was asked, or where what else has changed since would make it a tale about today.
    """
    version = decision.version
    if version is None or decision.path == STICKY or decision.cause == Decision.Cause.BY_HAND:
        return ()
    slug = version.tree.slug
    world = known.world
    if known.versions.get(slug) != version.pk:
        then = as_published(version.pk, slug, known.revision)
        if then is None:
            return ()
        world = replace(world, trees={**world.trees, slug: then})
    facts = from_json(decision.facts, world.vocabulary)
    request = Request(key=person_key(facts) or f"lead:{decision.lead_id}", facts=facts)
    if answer_of(request, world, decision.at, slug) == GATE:
        request = replace(request, past_gate=decision.path != GATE)
    if answer_of(request, world, decision.at, slug) != decision.path:
        return ()
    number = decision.scoring.get("version")
    scored = bool(number) and number == known.scoring.version
    ends = Ends(world, names_of(known))
    return alternatives(request, known, world, decision.at, slug, scored=scored, ends=ends)


def _scoring(card: ScoreCard, world: World, at: datetime) -> Follows:
    """The score of the facts as they would be, unless it is the score itself that is changed."""
    setting = world.setting(at)

    def follows(facts: Facts, changed: str) -> Facts:
        if changed in SCORED:
            return facts
        own = {name: value for name, value in facts.items() if name not in SCORED}
        return {**own, **scoring.points_of(card, own, setting).facts()}

    return follows


def _told(one: WhatIf, world: World, ends: Ends, slug: str) -> Alternative:
    place = one.place
    destination = "nurture, its score too low" if one.held_back else ends.target(place.target, place.facts)
    return Alternative(
        condition=_of_time(one, ZoneInfo(world.trees[slug].zone)) if one.at else _of_fact(one, world),
        destination=destination,
        rule="" if one.held_back else _rule(place, world, slug),
        field=one.field,
        value="" if one.after is None else typed_in(one.after),
    )


def _of_time(one: WhatIf, zone: ZoneInfo) -> str:
    assert one.at is not None
    assert isinstance(one.before, datetime)
    return f"it came on {_hour(one.at, zone)} (now {_hour(one.before, zone)})"


def _hour(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{DAYS[WEEKDAYS[local.weekday()]]} at {local:%H:%M}"


def _of_fact(one: WhatIf, world: World) -> str:
    field = world.vocabulary.get(one.field)
    label = field.label if field else one.field
    if isinstance(one.before if one.after is None else one.after, bool):
        label = f"“{label}”"
    now = "blank now" if one.before is None else f"now {_value(one.before)}"
    return f"{label} were {_value(one.after)} ({now})"


def _value(value: Value | None) -> str:
    if value is None:
        return "blank"
    return ("yes" if value else "no") if isinstance(value, bool) else short(value)


def _rule(place: Place, world: World, slug: str) -> str:
    """ "rule 2.1 Regulated industry"; "Otherwise" where none held."""
    if place.fallback or not place.rules:
        return "Otherwise"
    numbers = _numbers(world.trees[slug].tree.rules)
    held = [(numbers[rule], name) for rule, name in zip(place.rules, place.names, strict=True) if rule in numbers]
    return "rule {} {}".format(*held[-1]) if held else place.names[-1]


def _numbers(rules: Sequence[Rule], above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for place, rule in enumerate(rules, 1):
        found[rule.id] = f"{above}{place}"
        found.update(_numbers(rule.rules, f"{above}{place}."))
    return found
