"""How a score came about, in words: which rules added what and why, and what that meant for the lead.

The log has the points by the names of their rules, and the number of the version, which never changes. Lists may have:
where a condition would come out otherwise now, it is told without the lead's answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from leads.configuration import score_model
from leads.models import ScoreVersion
from leads.scoring import Points, ScoreCard
from leads.world import Known, known
from routing.engine.conditions import Setting, holds
from routing.engine.explain import because, sentence
from routing.engine.facts import Facts, Vocabulary, from_json
from routing.engine.problems import BadDocument
from routing.engine.route import GATE, STICKY
from routing.engine.world import Gate
from routing.models import Decision


@dataclass(frozen=True, slots=True)
class Part:
    """One rule that held. `because` is its condition with the lead's own value."""

    name: str
    points: int
    because: str = ""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A score with its parts. `threshold` is what was needed, None if nothing was; `version` None: told by a sender."""

    score: int
    grade: str | None
    version: int | None
    threshold: float | None
    parts: Sequence[Part]
    verdict: str = ""

    @property
    def under(self) -> bool:
        return self.threshold is not None and self.score < self.threshold


@dataclass(frozen=True, slots=True)
class _Model:
    """What a version said, as far as it can still be read."""

    card: ScoreCard
    gate: Gate | None


NO_MODEL = _Model(ScoreCard(), None)


def of_decision(decision: Decision, organisation: Known) -> Reckoning | None:
    """None if there was no score model."""
    kept = decision.scoring
    if "score" not in kept:
        return None
    number = kept.get("version") or 0
    vocabulary = organisation.world.vocabulary
    facts = from_json(decision.facts, vocabulary)
    model = _live(organisation)
    if number != organisation.scoring.version:
        model = _then(number, organisation.revision) if number else NO_MODEL
    points = Points(
        kept["score"],
        kept.get("grade"),
        tuple((part["name"], part["points"]) for part in kept.get("parts", ())),
        number,
    )
    setting = organisation.world.setting(decision.at)
    return _reckoned(points, model, facts, decision.path, setting, vocabulary)


def of_points(points: Points, facts: Facts, path: str, organisation: Known, setting: Setting) -> Reckoning | None:
    """The same for a lead that is only tried, with the model in force."""
    if points.score is None:
        return None
    return _reckoned(points, _live(organisation), facts, path, setting, organisation.world.vocabulary)


def _reckoned(
    points: Points, model: _Model, facts: Facts, path: str, setting: Setting, vocabulary: Vocabulary
) -> Reckoning:
    assert points.score is not None
    score, grade, version, parts = points.score, points.grade, points.version or None, list(points.parts)
    if isinstance(said := facts.get("score"), int | float) and said != score:
        score, grade, version, parts = int(said), str(facts.get("grade", "")) or None, None, []
    threshold = model.gate.threshold if model.gate else None
    told = [Part(name, added, _why(name, added, model.card, facts, setting, vocabulary)) for name, added in parts]
    return Reckoning(score, grade, version, threshold, told, _verdict(score, model.gate, facts, path))


def _why(name: str, points: int, card: ScoreCard, facts: Facts, setting: Setting, vocabulary: Vocabulary) -> str:
    """The condition of the rule that has this name, with the lead's answer. Several may share a name."""
    found = [rule.when for rule in card.rules if (rule.name, rule.points) == (name, points)]
    held = next((when for when in found if holds(when, facts, setting)), None)
    if held is not None:
        return because(held, True, facts, setting, vocabulary)
    return sentence(found[0], vocabulary) if found else ""


def _verdict(score: int, gate: Gate | None, facts: Facts, path: str) -> str:
    """What the score meant: "Needs 40: nurture"."""
    if gate is None:
        return ""
    needed = f"Needs {gate.threshold:,g}".replace("-", "−")
    if path == GATE:
        return f"{needed}: {gate.track}"
    if score >= gate.threshold:
        return f"{needed}: ready"
    if path == STICKY:
        return f"{needed}: not held back, somebody knows this person"
    if gate.holds_back(facts):
        return f"{needed}: not held back"
    return f"{needed}: not held back, because the intent is {facts.get('intent')}"


def _live(organisation: Known) -> _Model:
    return _Model(organisation.scoring, organisation.world.gate)


@lru_cache(maxsize=32)
def _then(number: int, revision: int) -> _Model:
    """A version that is not in force any more, with the fields of this revision."""
    version = ScoreVersion.objects.filter(number=number).first()
    if version is None:
        return NO_MODEL
    gate = score_model.gate_of(version.document)
    try:
        return _Model(score_model.card_of(version.document, known().world.vocabulary, number), gate)
    except BadDocument:  # it asks about a field that is gone by now
        return _Model(ScoreCard(), gate)
