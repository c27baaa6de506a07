"""The dialogs that ask before a rule goes far or goes for good with what is in it: both say what becomes of leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from leads.builder.canvas.what_becomes import Becomes, becomes
from leads.builder.desk import Desk, desk_of
from leads.builder.traffic import counts as traffic
from reps.access import Request, only, signed_in
from reps.models import User
from routing.engine import nodes
from routing.engine.edits import Arguments, Refused
from routing.engine.nodes import ROOT, Found


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to move to: `value` is "before:<rule>", "inside:<rule>" or "last:<branch>"."""

    value: str
    number: str
    words: str
    level: int


@require_GET
@signed_in
@only(User.Role.REVOPS)
def move(request: Request, slug: str, node: str) -> HttpResponse:
    """Where it may go; with `?to=` besides what would become of the leads of the last days."""
    desk, found = _found(request, slug, node)
    if not request.htmx:
        return redirect(f"{reverse('builder', args=[slug])}?node={node}")
    to = request.GET.get("to", "")
    context = {"desk": desk, "tree": desk.tree, "found": found, "to": to, "places": tuple(_spots(desk, found))}
    if not to:
        return render(request, "builder/move.html", context)
    try:
        context |= {"becomes": becomes(desk, "move", {"node": node, **where(to)}, now=timezone.now())}
    except Refused as refused:
        context |= {"problem": refused.problem}
    return render(request, "builder/move.html#becomes", {**context, "where": where(to)})


@require_GET
@signed_in
@only(User.Role.REVOPS)
def delete(request: Request, slug: str, node: str) -> HttpResponse:
    desk, found = _found(request, slug, node)
    if not request.htmx:
        return redirect(f"{reverse('builder', args=[slug])}?node={node}")
    now = timezone.now()
    context = {
        "desk": desk,
        "tree": desk.tree,
        "found": found,
        "inside": sum(1 for _ in nodes.walk({"rules": found.rule.get("rules", [])})),
        "leads": traffic.counts(desk, now=now).of(node),
        "whole": _without(desk, node, "branch"),
        "kept": _without(desk, node, "keep") if nodes.is_branch(found.rule) else None,
    }
    return render(request, "builder/delete.html", context)


def where(to: str) -> Arguments:
    """As the deed `move` is told."""
    how, _, node = to.partition(":")
    return {"before": node} if how == "before" else {"parent": node}


def _found(request: Request, slug: str, node: str) -> tuple[Desk, Found]:
    desk = desk_of(request.user, slug)
    found = nodes.find(desk.document, node) if nodes.is_rule(node) else None
    if found is None:
        raise Http404("There is no such rule.")
    return desk, found


def _without(desk: Desk, node: str, mode: str) -> Becomes:
    return becomes(desk, "delete", {"node": node, "mode": mode}, now=timezone.now())


def _spots(desk: Desk, moved: Found) -> Iterator[Spot]:
    """Before each rule, inside each, and last in the whole; not within itself, nor where it is."""
    own = {moved.id} | {one.id for one in nodes.walk({"rules": moved.rule.get("rules", [])})}
    following = moved.siblings[moved.index + 1 :][:1]
    for one in nodes.walk(desk.document):
        if one.id in own:
            continue
        name = str(one.rule.get("name", ""))
        if one.rule not in following:
            yield Spot(f"before:{one.id}", one.number, f"before {name}", one.depth)
        yield Spot(f"inside:{one.id}", one.number, f"inside {name}", one.depth)
    if moved.parent != ROOT or moved.index + 1 < len(moved.siblings):
        yield Spot("last:", "", "last, before Otherwise", 1)
