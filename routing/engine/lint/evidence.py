"""What is known besides the tree itself: who has come lately, what is promised, where leads come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from routing.engine.facts import Facts

TRAFFIC_DAYS, IDLE_DAYS = 30, 60


class Came(Protocol):
    """A lead that came: what the first rule saw, the rules that held then, and who got it ("" for nobody)."""

    @property
    def at(self) -> datetime: ...
    @property
    def facts(self) -> Facts: ...
    @property
    def rules(self) -> tuple[str, ...]: ...
    @property
    def rep(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise to respond `within` this time of its clock: "always", "team_hours" or "rep_hours"."""

    slug: str
    name: str
    within: timedelta
    clock: str = "always"
    for_intents: tuple[str, ...] = ()
    min_score: float | None = None
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """`counts` are leads by rule in 30 days, only of rules that have been live; `idle` rules that had none in 60 days
    although they were live all the time. `asked` is everybody for whom rules were asked in 30 days."""

    asked: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    idle: frozenset[str] = frozenset()
    fallback: int = 0
    leads: Sequence[Came] = ()
    promises: tuple[Promised, ...] = ()
    intents: Mapping[str, str] = field(default_factory=dict)  # of each source that gives its leads one
    calls: Mapping[str, str] = field(default_factory=dict)  # what people call sources, by slug
