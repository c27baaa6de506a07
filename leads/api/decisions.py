"""Decisions of the log, for whoever may see the lead that was decided about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.http.response import Http404
from rest_framework.response import Response

from leads import reckoning, trace
from leads.api.decision_forms import DecisionDetail, DecisionForm, DecisionQuery, told
from leads.api.endpoints import Request, endpoint
from leads.api.paging import Page, listed, page, page_of
from leads.api.reading import read_query
from leads.models import Lead
from leads.world import known
from reps.models import User
from routing.models import Decision

# The parameter of a list, and the column that has to be equal to it.
COLUMNS = {
    "lead": "lead_id",
    "outcome": "outcome",
    "cause": "cause",
    "rep": "rep__user__email",
    "pool": "pool__slug",
    "tree": "version__tree__slug",
    "fallback": "fallback",
    "sticky": "sticky",
}


@endpoint("GET", asks=DecisionQuery, answers=page_of(DecisionForm))
def list_decisions(request: Request) -> Response:
    """The decisions about leads you may see, newest first."""
    asked = read_query(request, DecisionQuery)
    found = page(_filtered(_visible_to(request.user), asked).defer("facts"), asked, by="-at")
    return listed(request, Page([told(decision) for decision in found.rows], found.cursor), DecisionForm)


@endpoint("GET", answers=DecisionDetail, problems=[404])
def get_decision(request: Request, pk: int) -> Response:
    """One decision with what the rules saw, which were asked, everybody who was looked at, and the choice."""
    decision = _visible_to(request.user).filter(pk=pk).first()
    if decision is None:
        raise Http404("There is no such decision, or its lead is not yours to see.")
    organisation = known()
    asked = trace.of_decision(decision, organisation)
    scored = reckoning.of_decision(decision, organisation)
    chosen = decision.rep.user.email if decision.rep else None
    shown = {
        **told(decision),
        "facts": decision.facts,
        "scoring": asdict(scored) if scored else None,
        "matching": decision.matching,
        "asked": None if asked is None else [asdict(each) for each in asked],
        "candidates": [{**each, "chosen": each["rep"] == chosen} for each in decision.candidates],
        "decided_us": decision.timings.get("decided_us"),
    }
    return Response(DecisionDetail(shown).data)


def _visible_to(user: User) -> QuerySet[Decision]:
    decisions = Decision.objects.select_related("version__tree", "rep__user", "pool", "queue", "cover_for__user")
    decisions = decisions.defer("version__document")
    if user.is_revops:
        return decisions
    return decisions.filter(lead_id__in=Lead.objects.visible_to(user).values("pk"))


def _filtered(decisions: QuerySet[Decision], asked: Mapping[str, Any]) -> QuerySet[Decision]:
    equal = {column: asked[name] for name, column in COLUMNS.items() if asked.get(name) is not None}
    decisions = decisions.filter(**equal)
    if rule := asked.get("rule"):
        decisions = decisions.filter(rules__contains=[rule])
    if since := asked.get("after"):
        decisions = decisions.filter(at__gte=since)
    if until := asked.get("before"):
        decisions = decisions.filter(at__lt=until)
    return decisions
