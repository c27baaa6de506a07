"""The page of the builder: the tree drawn, with everything that hangs around it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from leads.builder import desk as desks
from leads.builder.backtests import services as backtesting
from leads.builder.canvas.drawing import drawn
from reps.access import Request, only, signed_in
from reps.models import User


@require_GET
@signed_in
@only(User.Role.REVOPS, User.Role.MANAGER)
def builder(request: Request, slug: str) -> HttpResponse:
    """`?node=` is the piece that is chosen; without the script the links of the outline choose one.

    `?backtest=` lays the figures of one over the tree, if they are of what is drawn.
    """
    desk = desks.desk_of(request.user, slug)
    laid = backtesting.shown_on(desk.tree, request.GET.get("backtest"))
    page = drawn(request, desk, node=request.GET.get("node", ""), now=timezone.now(), laid=laid)
    return render(request, "builder/builder.html", page.context)
