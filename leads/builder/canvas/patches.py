"""What of a drawn tree looks different after an edit: a card, a piece with all that hangs on it, or a list. Pure.

An answer sends again only these, so that changing one condition among a thousand rules is one card on the wire. Where a
piece stands is not looked at: the script numbers what it has in the order in which it then stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from leads.builder.canvas.picture import Card, Picture, Row

Extent = Literal["card", "piece", "list", "tree"]
MANY = 40  # single patches; with more of them the whole is sent


@dataclass(frozen=True, slots=True)
class Patch:
    """`card` as it is now, with the `cards` that hang on it; None for the outermost list and for the tree.

    Of a list, the keys in `same` are of pieces that need not be sent again.
    """

    extent: Extent
    card: Card | None
    cards: tuple[Card, ...]
    same: frozenset[str] = frozenset()


def patches(before: Picture, after: Picture) -> tuple[Patch, ...]:
    if before.is_testing or after.is_testing or before.is_counted != after.is_counted:
        return (_all(after),)  # the strip before the rules and every line may change
    found = tuple(_lists(None, before.cards, after.cards))
    return (_all(after),) if len(found) > MANY else found


def changed_rows(before: Picture, after: Picture) -> tuple[Row, ...] | None:
    """The lines of the outline that are others now; None where there are others, or in another order."""
    old, new = before.rows, after.rows
    if [row.key for row in old] != [row.key for row in new]:
        return None
    return tuple(row for was, row in zip(old, new, strict=True) if was != row)


def same_rows(before: Picture, after: Picture) -> frozenset[str]:
    """Those that say the same, wherever they stand."""
    old = {row.key: replace(row, number="") for row in before.rows}
    return frozenset(row.key for row in after.rows if old.get(row.key) == replace(row, number=""))


def _all(after: Picture) -> Patch:
    return Patch("tree", None, after.cards)


def _lists(card: Card | None, before: tuple[Card, ...], after: tuple[Card, ...]) -> Iterator[Patch]:
    if [one.key for one in before] != [one.key for one in after]:
        old = {one.key: one for one in before}
        same = frozenset(one.key for one in after if one.key in old and _alike(old[one.key], one))
        yield Patch("list", card, after, same)
        return
    for was, now in zip(before, after, strict=True):
        if _standing(was) != _standing(now):
            yield Patch("piece", now, now.kids)
            continue
        if _face(was) != _face(now):
            yield Patch("card", now, ())
        yield from _lists(now, was.kids, now.kids)


def _standing(card: Card) -> tuple[object, ...]:
    """What is written on the piece itself, around its card."""
    return card.level, card.state, card.off, card.is_branch


def _face(card: Card) -> Card:
    return replace(card, kids=(), number="", place=0, places=0)


def _alike(one: Card, other: Card) -> bool:
    return (
        _face(one) == _face(other)
        and len(one.kids) == len(other.kids)
        and all(_alike(kid, its) for kid, its in zip(one.kids, other.kids, strict=True))
    )
