"""What the page and every answer to an edit are drawn from: the picture with its traffic, findings, tags and test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from leads.builder.backtests import services as backtesting
from leads.builder.canvas.picture import Beside, Picture, Problem, picture
from leads.builder.desk import Desk
from leads.builder.findings import found as findings
from leads.builder.inspector import panel as inspector
from leads.builder.names import names_of
from leads.builder.publishing import comparing
from leads.builder.testing import under_test as testing
from leads.builder.testing.under_test import Tested
from leads.builder.traffic import counts as traffic
from leads.builder.traffic.counts import Counts
from leads.builder.trees.starting import STARTS
from reps.access import Request
from routing.builder import drafts
from routing.engine.lint import ERROR, NOTE, WARNING, Finding
from routing.engine.simplify import meter
from routing.models import Backtest, Revision


@dataclass(frozen=True, slots=True)
class Drawn:
    """`context` is what `templates/builder/*.html` are given, whole page or fragment."""

    picture: Picture
    context: Mapping[str, Any]


def drawn(request: Request, desk: Desk, *, node: str, now: datetime, laid: Backtest | None = None) -> Drawn:
    """`laid` is a backtest whose figures are shown in the place of what was counted."""
    counts = traffic.counts(desk, now=now)
    tested = testing.current(request, desk)
    found = findings.findings(desk, now)
    names = names_of(desk.known, tree=desk.tree.slug)
    shown = picture(desk, names, beside(desk, counts, tested, found, laid))
    if laid:
        shown = replace(shown, total=laid.result["leads"])
    selected = shown.card(node) if node else None
    context = {
        "desk": desk,
        "tree": desk.tree,
        "picture": shown,
        "counts": counts,
        "laid": laid,
        "tested": tested,
        "findings": found,
        "errors": sum(finding.severity == ERROR for finding in found),
        "warnings": sum(finding.severity == WARNING for finding in found),
        "meter": meter(desk.document),
        "simpler": len(findings.simpler(desk, counts)),
        "gate": desk.known.world.gate,
        "selected": selected.key if selected else "",
        "card": selected,
        "sheet": inspector.sheet(desk, selected.key, tab=request.GET.get("tab", ""), now=now, counts=counts)
        if selected
        else None,
        "changes": len(comparing.changes(desk)) if desk.draft else 0,
        "starters": STARTS[1:] if desk.may_edit and not shown.rules else (),  # the first is blank
        "now": now,
    }
    return Drawn(shown, context)


def as_shown(request: Request, desk: Desk, *, now: datetime) -> Picture:
    """The picture alone, with the findings that the page was drawn with, however long ago that was."""
    before = findings.kept(desk)
    found = findings.findings(desk, now) if before is None else before
    tested = testing.current(request, desk)
    names = names_of(desk.known, tree=desk.tree.slug)
    return picture(desk, names, beside(desk, traffic.counts(desk, now=now), tested, found, None))


def beside(
    desk: Desk, counts: Counts, tested: Tested | None, found: tuple[Finding, ...], laid: Backtest | None
) -> Beside:
    return Beside(
        counts=counts if counts.intake.leads else None,
        problems=problems(found),
        tags=tags(desk),
        steps=tested.steps if tested else {},
        overlay=backtesting.overlay(laid) if laid else {},
    )


def as_seen(desk: Desk, rev: int) -> Desk:
    """The desk at the revision that the page shows, of the same tree; what is live where that is none."""
    revision = Revision.objects.filter(tree=desk.tree, number=rev).first() if rev else None
    document = revision.document if revision else desk.live.document if desk.live else drafts.EMPTY
    return replace(desk, draft=desk.draft if revision else None, revision=revision, document=document)


def tags(desk: Desk) -> Mapping[str, str]:
    """What is new, edited or moved against what is live."""
    if desk.draft is None or desk.live is None or desk.revision is None:
        return {}
    return comparing.tags(comparing.changes(desk))


def problems(found: tuple[Finding, ...]) -> dict[str, Problem]:
    """Of each piece its worst finding, and how many more there are."""
    worst: dict[str, Problem] = {}
    for finding in found:
        if finding.severity == NOTE:
            continue
        first = worst.get(finding.node)
        worst[finding.node] = replace(first, more=first.more + 1) if first else Problem(finding.severity, finding.words)
    return worst
