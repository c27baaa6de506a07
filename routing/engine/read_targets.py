"""Untrusted JSON into a target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from routing.engine.facts import Field
from routing.engine.operands import Unfit
from routing.engine.read_assign import ASSIGN, NAMED, read_assign
from routing.engine.reader import Reader, shown, storable
from routing.engine.targets import (
    ROW_VALUES,
    Assign,
    Row,
    Split,
    Table,
    Target,
    ToAccountOwner,
    ToDiscard,
    ToFallback,
    ToNurture,
    ToPool,
    ToQueue,
    ToRep,
    ToTerritory,
    ToTree,
    Way,
)

DEEPEST, MOST_SHARES = 8, 1_000_000
LAST_RESORTS = ("queue", "pool", "rep")


@dataclass(frozen=True, slots=True)
class Piece:
    """One target's object while it is read: where it stands, and how deep."""

    reader: Reader
    data: dict[str, object]
    path: str
    last_resort: bool
    depth: int

    def inner(self, data: object, path: str) -> Target:
        return read_target(self.reader, data, path, last_resort=self.last_resort, depth=self.depth + 1)

    def otherwise(self) -> Target:
        return (
            self.inner(self.data["otherwise"], f"{self.path}.otherwise") if "otherwise" in self.data else ToFallback()
        )

    def slug(self, key: str, known: frozenset[str] | None = None, what: str = "") -> str:
        return self.reader.named(self.data, key, self.path, known, what)

    def assign(self) -> Assign:
        return read_assign(self.reader, self.data, self.path, self.inner)


def read_target(reader: Reader, data: object, path: str, *, last_resort: bool = False, depth: int = 1) -> Target:
    """The root's otherwise is the last resort: it must be a place, not a way on."""
    if not isinstance(data, dict):
        reader.refuse(path, f'must be a target, such as {{"kind": "pool", "pool": "emea"}}, not {shown(data)}')
    elif depth > DEEPEST:
        reader.refuse(path, f"targets are nested more than {DEEPEST} deep")
    elif not (name := reader.choice(data.get("kind"), f"{path}.kind", tuple(KINDS))):
        pass
    elif last_resort and name not in LAST_RESORTS:
        reader.refuse(f"{path}.kind", f"is the last resort: it must be a queue, a pool or a rep, not {name}")
    else:
        kind = KINDS[name]
        reader.members(data, path, ("kind", *kind.needs, *kind.may_have), kind.needs)
        return kind.read(Piece(reader, data, path, last_resort, depth))
    return ToFallback()


def _rep(piece: Piece) -> Target:
    reader, where = piece.reader, f"{piece.path}.rep"
    email = reader.email(piece.data["rep"], where) if "rep" in piece.data else ""
    return ToRep(reader.reference(email, where, reader.references.reps, "rep"), piece.assign())


def _queue(piece: Piece) -> Target:
    known = piece.reader.references
    return ToQueue(piece.slug("queue", known.queues, "queue"), piece.slug("sla", known.slas, "SLA policy") or None)


def _discard(piece: Piece) -> Target:
    if "reason" not in piece.data:
        return ToFallback()
    return ToDiscard(piece.reader.text(piece.data["reason"], f"{piece.path}.reason"))


def _table(piece: Piece) -> Target:
    reader, data, path = piece.reader, piece.data, piece.path
    field = reader.field(data["field"], f"{path}.field") if "field" in data else None
    if field is not None and field.type not in ROW_VALUES:
        reader.refuse(f"{path}.field", f"{field.name} is a {field.type} field, which no table can look up")
        field = None
    rows = tuple(
        _row(piece, row, where, field) for row, where in reader.items(data.get("rows", ()), f"{path}.rows", "rows")
    )
    otherwise = piece.otherwise()
    return ToFallback() if field is None else Table(field.name, rows, otherwise, field.type)


def _row(piece: Piece, data: object, path: str, field: Field | None) -> Row:
    members = piece.reader.members(data, path, ("values", "target"), ("values", "target"))
    values = members.get("values", [])
    if "values" in members and (not isinstance(values, list | tuple) or not values):
        piece.reader.refuse(f"{path}.values", f"must be a list of at least one value, not {shown(values)}")
    fitting = []
    for index, value in enumerate(values if isinstance(values, list | tuple) and field is not None else ()):
        if field is not None and _fits(piece.reader, value, field, f"{path}.values[{index}]"):
            fitting.append(value)
    target = piece.inner(members["target"], f"{path}.target") if "target" in members else ToFallback()
    return Row(tuple(fitting), target)


def _fits(reader: Reader, value: object, field: Field, path: str) -> TypeGuard[str | int | float | bool]:
    try:
        ROW_VALUES[field.type](value, field.name)
    except Unfit as unfit:
        reader.refuse(path, f"{unfit} (not {shown(value)})")
        return False
    if isinstance(value, str) and not storable(value):
        reader.refuse(path, "holds a NUL or half a character (a lone surrogate), which no database keeps")
        return False
    return True


def _split(piece: Piece) -> Target:
    reader, path = piece.reader, f"{piece.path}.ways"
    ways: list[Way] = []
    for data, where in reader.items(piece.data.get("ways", ()), path, "ways"):
        members = reader.members(data, where, ("name", "share", "target"), ("name", "share", "target"))
        name = reader.text(members["name"], f"{where}.name", longest=80) if "name" in members else ""
        if name and name in [way.name for way in ways]:
            reader.refuse(f"{where}.name", f"{shown(name)} names two ways of this split")
        share = reader.whole(members["share"], f"{where}.share", 1, MOST_SHARES) if "share" in members else 1
        target = piece.inner(members["target"], f"{where}.target") if "target" in members else ToFallback()
        ways.append(Way(name, share, target))
    if not ways and "ways" in piece.data:
        reader.refuse(path, "must be a list of at least one way")
    return Split(tuple(ways))


@dataclass(frozen=True, slots=True)
class Kind:
    needs: tuple[str, ...]
    may_have: tuple[str, ...]
    read: Callable[[Piece], Target]


KINDS: Mapping[str, Kind] = {
    "pool": Kind(
        ("pool",),
        ASSIGN,
        lambda piece: ToPool(piece.slug("pool", piece.reader.references.pools, "pool"), piece.assign()),
    ),
    "rep": Kind(("rep",), NAMED, _rep),
    "account_owner": Kind((), NAMED, lambda piece: ToAccountOwner(piece.assign())),
    "territory": Kind((), ASSIGN, lambda piece: ToTerritory(piece.assign())),
    "queue": Kind(("queue",), ("sla",), _queue),
    "nurture": Kind(("track",), (), lambda piece: ToNurture(piece.slug("track"))),
    "discard": Kind(("reason",), (), _discard),
    "table": Kind(("field", "rows", "otherwise"), (), _table),
    "split": Kind(("ways",), (), _split),
    "tree": Kind(("tree",), (), lambda piece: ToTree(piece.slug("tree", piece.reader.references.trees, "tree"))),
    "fallback": Kind((), (), lambda piece: ToFallback()),
}
