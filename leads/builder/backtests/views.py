"""Backtests of a tree: asked for, watched, called off, read."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.builder.backtests import services as backtesting
from leads.builder.backtests.page import Result
from leads.builder.desk import desk_of
from leads.builder.names import names_of
from leads.numbers import own_number
from leads.world import known
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page
from routing.models import Backtest, Tree

DAYS = (30, 90)
MOST = (1_000, 10_000)
LISTED = 20
SOON_S, LATER_S = 2, 5  # between two looks at one that is not done; the second after a minute
A_MINUTE = 60


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@only(User.Role.REVOPS, User.Role.MANAGER)
def backtests(request: Request, slug: str) -> HttpResponse:
    """The last ones, and the form for another. Only RevOps ask for one."""
    desk = desk_of(request.user, slug)
    if request.method == "POST":
        return _ask(request, slug)
    rows = Backtest.objects.filter(tree=desk.tree).select_related("asked_by", "revision", "against").defer("document")
    context = {
        "desk": desk,
        "tree": desk.tree,
        "backtests": rows.order_by("-asked_at", "-pk")[:LISTED],
        "days": DAYS,
        "most": MOST,
    }
    return page(request, "builder/backtests.html", context, part="backtests")


@only(User.Role.REVOPS)
def _ask(request: Request, slug: str) -> HttpResponse:
    days, most = own_number(request.POST.get("days")), own_number(request.POST.get("most"))
    asked = backtesting.ask(
        desk_of(request.user, slug),
        days=days if days in DAYS else DAYS[0],
        most=most if most in MOST else MOST[-1],
        by=request.user,
        now=timezone.now(),
    )
    return redirect("backtest", slug, asked.pk)


@require_safe
@signed_in
@only(User.Role.REVOPS, User.Role.MANAGER)
def backtest(request: Request, slug: str, pk: int) -> HttpResponse:
    found = _found(slug, pk)
    waits_for = (timezone.now() - found.asked_at).total_seconds()
    context = {
        "tree": found.tree,
        "backtest": found,
        "is_open": found.status in backtesting.OPEN,
        "pause": SOON_S if waits_for < A_MINUTE else LATER_S,
        "is_current": backtesting.is_current(found),
        "result": Result(found, names_of(known()), request.user, in_full="all" in request.GET)
        if found.status == backtesting.DONE
        else None,
    }
    return page(request, "builder/backtest.html", context, part="backtest")


@require_POST
@signed_in
@only(User.Role.REVOPS)
def cancel(request: Request, slug: str, pk: int) -> HttpResponse:
    backtesting.cancel(_found(slug, pk), now=timezone.now())
    return redirect("backtest", slug, pk)


def _found(slug: str, pk: int) -> Backtest:
    rows = Backtest.objects.select_related("tree", "asked_by", "revision", "against")
    return get_object_or_404(rows, pk=pk, tree=get_object_or_404(Tree, slug=slug))
