"""Points for what is known about a lead: every rule that holds adds its points, and the sum has a grade. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from routing.engine.conditions import Condition, Setting, holds
from routing.engine.facts import Facts, Value


@dataclass(frozen=True, slots=True)
class ScoreRule:
    name: str
    when: Condition
    points: int


@dataclass(frozen=True, slots=True)
class ScoreCard:
    """`grades` are (grade, least score), best first. `version` is its number among the published ones; 0: none."""

    rules: tuple[ScoreRule, ...] = ()
    grades: tuple[tuple[str, int], ...] = ()
    version: int = 0

    def grade_of(self, score: int) -> str | None:
        return next((name for name, least in self.grades if score >= least), None)


@dataclass(frozen=True, slots=True)
class Points:
    """A score and how it came about: `parts` are the rules that held, with what each added. None: no score model."""

    score: int | None = None
    grade: str | None = None
    parts: tuple[tuple[str, int], ...] = ()
    version: int = 0

    def facts(self) -> dict[str, Value]:
        """The facts `score` and `grade`, as far as there are any."""
        found: dict[str, Value] = {} if self.score is None else {"score": self.score}
        return found if self.grade is None else {**found, "grade": self.grade}


NO_POINTS = Points()


def points_of(card: ScoreCard, facts: Facts, setting: Setting) -> Points:
    """What these facts are worth; `NO_POINTS` if there is no score model."""
    if not card.rules:
        return NO_POINTS
    parts = tuple((rule.name, rule.points) for rule in card.rules if holds(rule.when, facts, setting))
    score = sum(points for _, points in parts)
    return Points(score, card.grade_of(score), parts, card.version)
