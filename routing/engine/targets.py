"""Where a rule sends a lead: a pool, a person, a queue, a table of these, a split between these, another tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from routing.engine.facts import STANDARD, FieldType

STRATEGIES = ("round_robin", "weighted", "least_loaded", "best_skilled", "best_converting", "first_available")
HOURS = ("prefer", "require", "ignore")


@dataclass(frozen=True, slots=True)
class ToFallback:
    """The root's otherwise."""


@dataclass(frozen=True, slots=True)
class Assign:
    """How one of the candidates is chosen, and what happens if there is nobody."""

    strategy: str | None = None
    require_skills: tuple[tuple[str, int], ...] = ()
    skills_from: tuple[str, ...] = ()
    prefer_skills: tuple[str, ...] = ()
    hours: str = "prefer"
    sla: str | None = None
    if_nobody: Target = ToFallback()


@dataclass(frozen=True, slots=True)
class ToPool:
    pool: str
    assign: Assign = Assign()


@dataclass(frozen=True, slots=True)
class ToRep:
    rep: str
    assign: Assign = Assign()


@dataclass(frozen=True, slots=True)
class ToAccountOwner:
    assign: Assign = Assign()


@dataclass(frozen=True, slots=True)
class ToTerritory:
    assign: Assign = Assign()


@dataclass(frozen=True, slots=True)
class ToQueue:
    queue: str
    sla: str | None = None


@dataclass(frozen=True, slots=True)
class ToNurture:
    track: str


@dataclass(frozen=True, slots=True)
class ToDiscard:
    reason: str


@dataclass(frozen=True, slots=True)
class ToTree:
    tree: str


@dataclass(frozen=True, slots=True)
class Row:
    values: tuple[str | int | float | bool, ...]
    target: Target


@dataclass(frozen=True, slots=True)
class Table:
    """A lookup by one fact: the first row that lists it wins."""

    field: str
    rows: tuple[Row, ...]
    otherwise: Target
    type: FieldType = FieldType.TEXT

    def __post_init__(self) -> None:
        known = STANDARD.get(self.field)
        if known is not None and known.type is not self.type:
            object.__setattr__(self, "type", known.type)


@dataclass(frozen=True, slots=True)
class Way:
    name: str
    share: int
    target: Target


@dataclass(frozen=True, slots=True)
class Split:
    ways: tuple[Way, ...]


Target = (
    ToPool
    | ToRep
    | ToAccountOwner
    | ToTerritory
    | ToQueue
    | ToNurture
    | ToDiscard
    | Table
    | Split
    | ToTree
    | ToFallback
)


def with_nested(target: Target) -> Iterator[Target]:
    """The target and every target inside it."""
    yield target
    match target:
        case Table(rows=rows, otherwise=otherwise):
            inner = [row.target for row in rows] + [otherwise]
        case Split(ways=ways):
            inner = [way.target for way in ways]
        case ToPool(assign=assign) | ToRep(assign=assign) | ToAccountOwner(assign=assign) | ToTerritory(assign=assign):
            inner = [assign.if_nobody]
        case _:
            inner = []
    for part in inner:
        yield from with_nested(part)
