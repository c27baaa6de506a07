"""What the page and every answer to an edit are drawn from: the picture with its traffic, findings, tags and test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads.builder import traffic
from leads.builder.desk import Desk
from leads.builder.names import Names, names_of
from leads.builder.picture import Beside, Picture, picture
from reps.access import Request
from routing.models import Revision


@dataclass(frozen=True, slots=True)
class Drawn:
    """`context` is what `templates/builder/*.html` are given, whole page or fragment."""

    desk: Desk
    names: Names
    picture: Picture
    context: Mapping[str, Any]


def drawn(request: Request, desk: Desk, *, node: str, now: datetime) -> Drawn:
    names = names_of(desk.known, tree=desk.tree.slug)
    shown = picture(desk, names, beside(request, desk, now=now))
    selected = shown.card(node) if node else None
    context = {
        "desk": desk,
        "tree": desk.tree,
        "picture": shown,
        "selected": selected.key if selected else "",
        "card": selected,
        "changes": _changes(desk),
        "saved_at": desk.revision.at if desk.revision else None,
        "now": now,
    }
    return Drawn(desk, names, shown, context)


def beside(request: Request, desk: Desk, *, now: datetime) -> Beside:
    counts = traffic.counts(desk, now=now)
    return Beside(counts=counts if counts.total else None)


def _changes(desk: Desk) -> int:
    """How many steps the draft is away from what is live, counted as undoing would go."""
    if desk.draft is None or desk.revision is None:
        return 0
    backs = dict(Revision.objects.filter(tree=desk.tree).values_list("number", "back"))
    steps, at = 0, desk.revision.back
    while at is not None and at in backs:
        steps, at = steps + 1, backs[at]
    return steps
