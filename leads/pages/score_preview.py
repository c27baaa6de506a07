"""What another score model would have meant for the leads that came last: who would have been held back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leads import scoring
from leads.configuration import score_model
from leads.models import Lead
from leads.scoring import Points, ScoreCard
from leads.world import Known
from reps.templatetags.words import number
from routing.engine.facts import Facts, from_json
from routing.engine.world import Gate

MOST_LEADS = 500
MOST_SHOWN = 10
NO_GRADE = "No grade"


@dataclass(frozen=True, slots=True)
class Measure:
    """A score model as leads are measured by it."""

    card: ScoreCard
    gate: Gate | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of the leads would be ready, and how many have each grade, best first."""

    ready: int
    held: int
    grades: Mapping[str, int]

    @property
    def total(self) -> int:
        return self.ready + self.held


@dataclass(frozen=True, slots=True)
class Fate:
    """A lead that one model lets through and the other does not."""

    lead: Lead
    score_before: int | None
    score_after: int | None
    ready: bool  # from now on

    @property
    def told(self) -> str:
        """12 → 40"""
        return " → ".join("–" if score is None else number(score) for score in (self.score_before, self.score_after))


@dataclass(frozen=True, slots=True)
class GradeChange:
    name: str
    before: int
    after: int

    @property
    def more(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Preview:
    leads: int
    before: Tally
    after: Tally
    grades: Sequence[GradeChange]
    changed: int
    fates: Sequence[Fate]

    @property
    def now_ready(self) -> int:
        return self.after.ready - self.before.ready


def live(organisation: Known) -> Measure:
    return Measure(organisation.scoring, organisation.world.gate)


def of_model(model: Mapping[str, Any], organisation: Known) -> Measure:
    return Measure(score_model.card_of(model, organisation.world.vocabulary), score_model.gate_of(model))


def preview(draft: Measure, organisation: Known) -> Preview:
    """The last leads under both models, with the facts on which each was last decided."""
    before, after, fates = [], [], []
    in_force = live(organisation)
    for lead in latest():
        facts = _facts(lead, organisation)
        was, would = (_measured(each, lead, facts, organisation) for each in (in_force, draft))
        before.append(was)
        after.append(would)
        if was[1] != would[1]:
            fates.append(Fate(lead, was[0].score, would[0].score, would[1]))
    grades = (_tally(before, in_force), _tally(after, draft))
    names = list(dict.fromkeys([*grades[1].grades, *grades[0].grades]))
    changes = [GradeChange(name, grades[0].grades.get(name, 0), grades[1].grades.get(name, 0)) for name in names]
    return Preview(len(before), *grades, changes, len(fates), fates[:MOST_SHOWN])


def tally(measure: Measure, organisation: Known) -> Tally:
    """The last leads under one model."""
    found = [_measured(measure, lead, _facts(lead, organisation), organisation) for lead in latest()]
    return _tally(found, measure)


def latest() -> Sequence[Lead]:
    """The leads that came last and were decided."""
    leads = Lead.objects.exclude(decision=None).select_related("decision").order_by("-received_at", "-pk")
    return list(leads.only("name", "email", "company", "decision__facts", "decision__at")[:MOST_LEADS])


def _facts(lead: Lead, organisation: Known) -> Facts:
    assert lead.decision is not None
    kept = {name: value for name, value in lead.decision.facts.items() if name not in score_model.NOT_YET}
    return from_json(kept, organisation.world.vocabulary)


def _measured(measure: Measure, lead: Lead, facts: Facts, organisation: Known) -> tuple[Points, bool]:
    """The points, and whether the lead is ready."""
    assert lead.decision is not None
    points = scoring.points_of(measure.card, facts, organisation.world.setting(lead.decision.at))
    held = measure.gate is not None and measure.gate.holds_back({**facts, **points.facts()})
    return points, not held


def _tally(found: Sequence[tuple[Points, bool]], measure: Measure) -> Tally:
    ready = sum(passes for _, passes in found)
    counted = Counter(points.grade or NO_GRADE for points, _ in found if points.score is not None)
    names = [name for name, _ in measure.card.grades] + [NO_GRADE] * (NO_GRADE in counted)
    return Tally(ready, len(found) - ready, {name: counted[name] for name in names})
