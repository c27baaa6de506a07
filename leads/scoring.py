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
    """`grades` are (grade, least score), best first."""

    rules: tuple[ScoreRule, ...] = ()
    grades: tuple[tuple[str, int], ...] = ()


def score(card: ScoreCard, facts: Facts, setting: Setting) -> dict[str, Value]:
    """The facts `score` and `grade`; none if there is no score model."""
    if not card.rules:
        return {}
    points = sum(rule.points for rule in card.rules if holds(rule.when, facts, setting))
    grade = next((name for name, least in card.grades if points >= least), None)
    return {"score": points} if grade is None else {"score": points, "grade": grade}
