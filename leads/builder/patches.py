"""What of a drawn tree looks different after an edit: a card, a piece with all that hangs on it, or a list. Pure.

An answer sends again only these, so that changing one condition among a thousand rules is one card on the wire.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from leads.builder.picture import Card, Picture, Row

Extent = Literal["card", "piece", "list", "tree"]
MANY = 40  # single patches; with more of them the whole is sent


@dataclass(frozen=True, slots=True)
class Patch:
    """`card` as it is now, with the `cards` that hang on it; None for the outermost list and for the tree."""

    extent: Extent
    card: Card | None
    cards: tuple[Card, ...]


def patches(before: Picture, after: Picture) -> tuple[Patch, ...]:
    if before.is_testing != after.is_testing or before.total != after.total:
        return (_all(after),)  # the strip before the rules and every line change
    found = tuple(_lists(None, before.cards, after.cards))
    return (_all(after),) if len(found) > MANY else found


def rows(before: Picture, after: Picture) -> tuple[Row, ...] | None:
    """The lines of the outline that are others now; None where there are others, or in another order."""
    old, new = before.rows, after.rows
    if [row.key for row in old] != [row.key for row in new]:
        return None
    return tuple(row for was, row in zip(old, new, strict=True) if was != row)


def _all(after: Picture) -> Patch:
    return Patch("tree", None, after.cards)


def _lists(card: Card | None, before: tuple[Card, ...], after: tuple[Card, ...]) -> Iterator[Patch]:
    if [one.key for one in before] != [one.key for one in after]:
        yield Patch("list", card, after)
        return
    for old, new in zip(before, after, strict=True):
        if old is new or old == new:
            continue
        if _standing(old) != _standing(new):
            yield Patch("piece", new, new.kids)
            continue
        if old.face != new.face:
            yield Patch("card", new, ())
        yield from _lists(new, old.kids, new.kids)


def _standing(card: Card) -> tuple[object, ...]:
    """What is written on the piece itself, around its card."""
    return card.level, card.place, card.places, card.state, card.off, card.is_branch
