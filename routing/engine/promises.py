"""Promises as far as a decision needs them: which one a lead has, and so who can still keep it in his shift. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar

from routing.engine.facts import Facts, normal


class Promising(Protocol):
    """What says which leads a promise is for."""

    @property
    def slug(self) -> str: ...
    @property
    def for_intents(self) -> Sequence[str]: ...
    @property
    def min_score(self) -> float | None: ...
    @property
    def is_default(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Promise:
    """To respond within this time; `in_rep_hours`: in the working time of whoever has the lead."""

    slug: str
    within: timedelta
    in_rep_hours: bool = False
    for_intents: tuple[str, ...] = ()
    min_score: float | None = None
    is_default: bool = False


One = TypeVar("One", bound=Promising)


def chosen(promises: Sequence[One], intent: str, named: str | None, score: float | None) -> One | None:
    """The one that the target names; else the first for the lead's intent and score; else the default, or the first."""
    for promise in promises:
        if named is not None and promise.slug == named:
            return promise
    for promise in promises:
        if normal(intent) in map(normal, promise.for_intents) and _is_hot_enough(promise, score):
            return promise
    return next((promise for promise in promises if promise.is_default), promises[0] if promises else None)


def of_facts(promises: Sequence[One], facts: Facts, named: str | None) -> One | None:
    """The same, for a lead with these facts."""
    score = facts.get("score")
    hot = score if isinstance(score, int | float) else None
    return chosen(promises, str(facts.get("intent", "")), named, hot)


def _is_hot_enough(promise: Promising, score: float | None) -> bool:
    return promise.min_score is None or (score is not None and score >= promise.min_score)
