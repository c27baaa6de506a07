"""Where a rule sends a lead: a pool, a person, a queue, a table of these, a split between these, another tree."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from routing.engine import operands
from routing.engine.facts import STANDARD, Facts, FieldType
from routing.engine.operators import Comparable, Setting, comparable

STRATEGIES = ("round_robin", "weighted", "least_loaded", "best_skilled", "best_converting", "first_available")
HOURS = ("prefer", "require", "ignore")
CAPACITY = ("wall", "warn")

# How one value in a table's row is read. No table looks up a time: no two leads come at the same one.
ROW_VALUES: Mapping[FieldType, Callable[[object, str], Comparable]] = {
    FieldType.TEXT: operands.one_text,
    FieldType.NUMBER: operands.one_number,
    FieldType.BOOLEAN: operands.yes_or_no,
    FieldType.MANY: operands.one_text,
    FieldType.TERRITORY: operands.slug,
}


@dataclass(frozen=True, slots=True)
class ToFallback:
    """The root's otherwise."""


@dataclass(frozen=True, slots=True)
class Assign:
    """How one of the candidates is chosen, and what happens if there is nobody.

    `capacity` is for a named person: with `warn` he is given the lead although he is full, and that is noted.
    """

    strategy: str | None = None
    require_skills: tuple[tuple[str, int], ...] = ()
    skills_from: tuple[str, ...] = ()
    prefer_skills: tuple[str, ...] = ()
    hours: str = "prefer"
    capacity: str = "wall"
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
    """A lookup by one fact: the first row that lists it wins. Values are kept as written, compared by `places`."""

    field: str
    rows: tuple[Row, ...]
    otherwise: Target
    type: FieldType = FieldType.TEXT
    places: Mapping[Comparable, int] = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        known = STANDARD.get(self.field)
        if known is not None and known.type is not self.type:
            object.__setattr__(self, "type", known.type)
        places: dict[Comparable, int] = {}
        for index, row in enumerate(self.rows):
            for value in row.values:
                places.setdefault(ROW_VALUES[self.type](value, self.field), index)
        object.__setattr__(self, "places", places)

    def row_for(self, facts: Facts, setting: Setting) -> Row | None:
        fact = comparable(self.type, facts.get(self.field))
        if fact is None:
            return None
        match self.type:
            case FieldType.MANY:
                asked = fact
            case FieldType.TERRITORY:
                asked = setting.ancestors.get(fact, frozenset()) | {fact}
            case _:
                asked = (fact,)
        found = [self.places[value] for value in asked if value in self.places]
        return self.rows[min(found)] if found else None


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
