"""What is wrong or odd in the tree on the page: found once for each revision, and again when what is around changes."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from leads.builder.desk import Desk
from routing.engine.lint import Finding, Looked, lint

MOST_KEPT = 32
FRESH = timedelta(minutes=1)  # counts go on, and so does the clock

Key = tuple[object, ...]


class _Process:
    """What this process found last."""

    found: OrderedDict[Key, tuple[datetime, tuple[Finding, ...]]] = OrderedDict()


def findings(desk: Desk, now: datetime) -> tuple[Finding, ...]:
    """Errors first, then warnings and notes."""
    key = (desk.tree.pk, desk.rev, desk.live.pk if desk.live else 0, desk.known.revision)
    kept = _Process.found.get(key)
    if kept is not None and timedelta() <= now - kept[0] < FRESH:
        return kept[1]
    found = lint(Looked(desk.document, desk.readable, desk.world, now))
    _Process.found[key] = (now, found)
    while len(_Process.found) > MOST_KEPT:
        _Process.found.popitem(last=False)
    return found
