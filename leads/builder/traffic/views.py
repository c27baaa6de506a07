"""Figures that the open page fetches: what each piece saw, and what an edit does to the last leads."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from leads.builder.desk import desk_of
from leads.builder.traffic import counts as traffics
from leads.builder.traffic import impact as impacts
from leads.builder.traffic.rollup import KEPT_DAYS
from leads.numbers import own_number
from reps.access import Request, only, signed_in
from reps.models import User
from routing.engine import nodes
from routing.engine.passage import Drawn

DAYS = 30


@require_GET
@signed_in
@only(User.Role.REVOPS, User.Role.MANAGER)
def traffic(request: Request, slug: str) -> HttpResponse:
    """The labels of all edges, each to be put in its place; `?days=` up to 90."""
    desk, now = desk_of(request.user, slug), timezone.now()
    days = min(own_number(request.GET.get("days")) or DAYS, KEPT_DAYS)
    counts = traffics.counts(desk, days=days, now=now)
    drawn = Drawn(desk.document)
    pieces = [piece for branch in (nodes.ROOT, *drawn.branches) for piece in drawn.children_of(branch)]
    labels = [(piece, counts.of(piece), counts.share(piece)) for piece in pieces]
    return render(request, "builder/traffic.html", {"labels": labels, "counts": counts})


@require_GET
@signed_in
@only(User.Role.REVOPS, User.Role.MANAGER)
def impact(request: Request, slug: str, node: str) -> HttpResponse:
    """What the draft does to the leads that came to this piece lately."""
    desk, now = desk_of(request.user, slug), timezone.now()
    if nodes.rule_of(node) and nodes.find(desk.document, node) is None:
        raise Http404
    found = impacts.impact(desk, node, now)
    others = [(other, nodes.find(desk.document, other), leads) for other, leads in found.also_match]
    return render(request, "builder/impact.html", {"desk": desk, "impact": found, "others": others})
