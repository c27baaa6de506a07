"""The panel of findings: what is wrong or odd, each with its way to the piece and, for RevOps, its fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from leads.builder.desk import Desk, desk_of
from leads.builder.findings import found as found_of
from leads.builder.testing.own_words import value_of
from leads.builder.traffic import counts as traffic
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page
from routing.engine import nodes
from routing.engine.edits import DEEDS
from routing.engine.lint import ERROR, NOTE, WARNING, Finding
from routing.engine.simplify import meter


@dataclass(frozen=True, slots=True)
class Row:
    """`place` is the rule's number, `name` what the piece is called; `fields` are the hidden ones of the fix."""

    finding: Finding
    place: str
    name: str
    example: str
    fields: tuple[tuple[str, object], ...] = ()


@require_GET
@signed_in
@only(User.Role.REVOPS, User.Role.MANAGER)
def findings(request: Request, slug: str) -> HttpResponse:
    desk, now = desk_of(request.user, slug), timezone.now()
    pieces = {piece.id: piece for piece in nodes.walk(desk.document)}
    found = [_row(desk, one, pieces) for one in found_of.findings(desk, now)]
    simpler = [_row(desk, one, pieces) for one in found_of.simpler(desk, traffic.counts(desk, now=now))]
    context = {
        "desk": desk,
        "tree": desk.tree,
        "kinds": [kind for kind in _kinds(found, simpler) if kind[2]],
        "meter": meter(desk.document),
        "is_clean": not any(row.finding.severity in (ERROR, WARNING) for row in found),
    }
    return page(request, "builder/findings.html", context, part="findings")


def _kinds(found: list[Row], simpler: list[Row]) -> Iterator[tuple[str, str, list[Row]]]:
    for severity, title in ((ERROR, "Problems"), (WARNING, "Warnings"), (NOTE, "Good to know")):
        yield severity, title, [row for row in found if row.finding.severity == severity]
    yield "simpler", "Could be simpler", simpler


def _row(desk: Desk, finding: Finding, pieces: Mapping[str, nodes.Found]) -> Row:
    piece = pieces.get(nodes.rule_of(finding.node))
    place, name = (piece.number, str(piece.rule.get("name") or "Unnamed rule")) if piece else ("", "")
    if nodes.is_otherwise(finding.node):
        name = f"Otherwise of {name}" if name else "Otherwise"
    fields: tuple[tuple[str, object], ...] = ()
    if finding.fix is not None and desk.may_edit and finding.fix.op in DEEDS:
        fields = tuple(
            (key, one)
            for key, value in finding.fix.arguments.items()
            for one in (value if isinstance(value, list | tuple) else (value,))
        )
    return Row(finding, place, name or desk.tree.name, _example(desk, finding), fields)


def _example(desk: Desk, finding: Finding) -> str:
    """One lead that shows it, in words."""
    facts = finding.example or {}
    return ", ".join(value_of(name, facts, desk.known.world.vocabulary) for name in facts)
