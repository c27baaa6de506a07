"""What somebody sees before he publishes: impact first, then the changes in words, then the checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.builder.desk import Desk
from leads.builder.publishing import comparing, shift
from leads.builder.publishing import services as publishing
from leads.builder.publishing.checks import Check, Checks
from leads.builder.publishing.comparing import Line
from leads.builder.publishing.shift import Shift
from routing.builder import publishing as rows
from routing.engine import nodes
from routing.models import Publication, Version

FLOWS = 8
ENDS = "Every branch ends with a person, a queue or a stop"
NO_WARNING = "Nothing looks odd"


@dataclass(frozen=True, slots=True)
class Checked:
    """A line of the checks: `state` is error, warning or ok; `node` where to look, in words `where`."""

    state: str
    words: str
    node: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class PublishPage:
    """`over` is the number of the version that all of this is compared with; `overtaken_by` what came meanwhile."""

    number: int
    over: int
    shift: Shift | None
    lines: Sequence[Line]
    checks: Sequence[Checked]
    errors: int
    warnings: int
    waiting: Publication | None
    overtaken_by: Version | None = None
    undone: Sequence[Line] = ()

    @property
    def flows(self) -> Sequence[tuple[str, str, int]]:
        return self.shift.flows[:FLOWS] if self.shift else ()

    @property
    def more_flows(self) -> int:
        return max(0, len(self.shift.flows) - FLOWS) if self.shift else 0

    @property
    def forbidden(self) -> bool:
        return bool(self.errors or self.waiting or not self.lines)


def publish_page(desk: Desk, *, was_live: bool = False, now: datetime) -> PublishPage:
    """Of whatever lies on the desk: the draft, or an old version that is to come back."""
    found = publishing.checked(desk, was_live=was_live, now=now)
    newest = desk.tree.versions.order_by("-number").values_list("number", flat=True).first() or 0
    behind = desk.live if desk.is_behind else None
    return PublishPage(
        number=newest + 1,
        over=rows.number_of(desk.live),
        shift=shift.shift(desk, now),
        lines=comparing.lines(comparing.changes(desk)),
        checks=tuple(_checked(desk, found)),
        errors=len(found.errors),
        warnings=len(found.warnings),
        waiting=waiting(desk),
        overtaken_by=behind,
        undone=_undone(desk) if behind else (),
    )


def waiting(desk: Desk) -> Publication | None:
    open_ones = desk.tree.publications.filter(status__in=rows.OPEN)
    return open_ones.select_related("asked_by", "revision").first()


def _undone(desk: Desk) -> Sequence[Line]:
    """What was published since the draft was begun, which a draft that says otherwise takes back."""
    base = desk.draft.base if desk.draft else None
    if base is None or desk.live is None:
        return ()
    return comparing.lines(comparing.compared(base.document, desk.live.document, desk.known))


def _checked(desk: Desk, found: Checks) -> Iterator[Checked]:
    places = {one.id: f"{one.number} {one.rule.get('name') or '…'}" for one in nodes.walk(desk.document)}
    for one in found.found:
        yield Checked(one.severity, one.words, one.node, _where(one, places))
    if not found.errors:
        yield Checked("ok", ENDS)
        kept = desk.tree.test_leads.count()
        if kept:
            yield Checked(
                "ok", f"All {kept} test leads go where they must" if kept > 1 else "The test lead goes where it must"
            )
    if not found.warnings:
        yield Checked("ok", NO_WARNING)


def _where(one: Check, places: dict[str, str]) -> str:
    rule = nodes.rule_of(one.node)
    return places.get(rule, "Otherwise" if nodes.is_otherwise(one.node) else "")
