"""The panel beside the drawn tree: all about the one piece that is chosen, made for its template to draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from leads.builder.desk import Desk, desk_of
from leads.builder.inspector import past
from leads.builder.inspector.fields import Choice
from leads.builder.inspector.outcome_sheet import OutcomeSheet, outcome_sheet
from leads.builder.inspector.rule_sheet import RuleSheet, rule_sheet
from leads.builder.names import names_of
from leads.builder.traffic import counts as traffic
from reps.access import Request, only, signed_in
from reps.models import User
from routing.engine import nodes

TABS = {"condition": "Condition", "traffic": "Traffic", "history": "History"}
CONDITION = "condition"


@dataclass(frozen=True, slots=True)
class Sheet:
    """Either `rule` or `outcome`; of the tabs besides, `days` or `events` is only read where it is shown.

    `leads` is None where the piece is new and nobody can have come.
    """

    node: str
    heading: str
    title: str
    tab: str
    op: str
    leads: int | None
    share: float | None
    share_of: str
    rule: RuleSheet | None = None
    outcome: OutcomeSheet | None = None
    days: past.Days | None = None
    events: tuple[past.Event, ...] = ()
    rule_node: str = ""
    rule_name: str = ""

    @property
    def tabs(self) -> tuple[Choice, ...]:
        first = TABS | ({} if self.rule else {CONDITION: "Assignment"})
        return tuple(Choice(value, label, value == self.tab) for value, label in first.items())


@require_GET
@signed_in
@only(User.Role.REVOPS, User.Role.MANAGER)
def node(request: Request, slug: str, node: str) -> HttpResponse:
    """The panel for one piece; without the script the whole page, with it chosen."""
    if not request.htmx:
        return redirect(f"{reverse('builder', args=[slug])}?node={node}")
    desk = desk_of(request.user, slug)
    shown = sheet(desk, node, tab=request.GET.get("tab", ""), now=timezone.now())
    if shown is None:
        raise Http404("There is no such piece.")
    context = {"desk": desk, "tree": desk.tree, "sheet": shown, "now": timezone.now()}
    return render(request, "builder/inspector.html", context)


def sheet(desk: Desk, node: str, *, tab: str = "", now: datetime, counts: traffic.Counts | None = None) -> Sheet | None:
    """None where there is no such piece (any more). `counts` are its traffic, where it has been counted already."""
    found = nodes.find(desk.document, node)
    is_rule = nodes.is_rule(node)
    if found is None if is_rule else nodes.holder_of(desk.document, node) is None:
        return None
    tab = tab if tab in TABS else CONDITION
    counted = counts or traffic.counts(desk, now=now)
    leads, target = counted.of(node), node if node.endswith(nodes.TARGET) else f"{node}{nodes.TARGET}"
    names = names_of(desk.known, tree=desk.tree.slug)
    problems = problems_of(desk, node)
    rule = rule_sheet(desk, found, names, problems, now=now) if is_rule and found else None
    return Sheet(
        node=node,
        heading=_heading(node, found),
        title=_title(node, found),
        tab=tab,
        op=reverse("builder-op", args=[desk.tree.slug]),
        leads=leads,
        share=None if leads is None else counted.share(node),
        share_of="of all leads" if not found or (found.depth == 1 and is_rule) else "of this branch",
        rule=rule,
        outcome=None if is_rule else outcome_sheet(desk, node, names, problems, counted.rows.get(target, {})),
        days=past.days(desk, node, now=now) if tab == "traffic" else None,
        events=past.events(desk, node) if tab == "history" else (),
        rule_node=found.id if found and not is_rule else "",
        rule_name=str(found.rule.get("name", "")) if found else "",
    )


def problems_of(desk: Desk, node: str) -> Mapping[str, str]:
    """What is wrong with this piece, by the path within it: `when.all[0].value`, `target.pool`."""
    own = {node, f"{node}{nodes.TARGET}"} if nodes.is_otherwise(node) else {node}
    return {
        nodes.rest_of(problem.path): problem.problem
        for problem in desk.readable.problems
        if nodes.node_at(desk.document, problem.path) in own
    }


def _heading(node: str, found: nodes.Found | None) -> str:
    if nodes.is_rule(node) and found:
        return f"Rule {found.number}"
    if not node.endswith(nodes.TARGET):
        return f"Otherwise of {found.number}" if found else "Otherwise"
    return "Outcome"


def _title(node: str, found: nodes.Found | None) -> str:
    name = str(found.rule.get("name", "")) if found else ""
    if nodes.is_rule(node):
        return name
    if nodes.is_otherwise(node):
        return f"Otherwise in {name}" if name else "Otherwise"
    return f"Outcome of {name}"
