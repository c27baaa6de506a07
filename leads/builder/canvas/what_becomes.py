"""What a deed would do to the leads of the last 30 days, before anybody does it: whence they go, and whither."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from leads.builder.desk import Desk, of_document
from leads.builder.names import piece_name
from leads.builder.traffic import impact, sample
from routing.engine import edits
from routing.engine.edits import Arguments
from routing.engine.passage import Drawn

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Whither:
    """A piece at which leads would end instead, as people call it."""

    node: str
    name: str
    leads: int


@dataclass(frozen=True, slots=True)
class Becomes:
    """`moved` of the `of` last leads would end elsewhere: at `to`, most first, and `others` at further pieces."""

    moved: int
    of: int
    to: tuple[Whither, ...]
    others: int


def becomes(desk: Desk, op: str, arguments: Arguments, *, now: datetime) -> Becomes:
    """Raises Refused where the deed cannot be done."""
    done = edits.apply(desk.document, op, arguments, desk.around)
    after = of_document(desk, done.document)
    leads, moved = sample.sample(desk.tree, now), Counter[str]()
    before_drawn, after_drawn = Drawn(desk.document), Drawn(after.document)
    ways = zip(impact.held_by_draft(desk, leads), impact.held_by(after.world, desk.tree, leads), strict=True)
    for was, will in ways:
        before, place = before_drawn.place_of(was), after_drawn.place_of(will)
        if place != before:
            moved[place[0]] += 1
    named = tuple(Whither(node, piece_name(after.document, node), n) for node, n in moved.most_common(MOST_NAMED))
    return Becomes(moved.total(), len(leads), named, moved.total() - sum(one.leads for one in named))
