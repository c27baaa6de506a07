"""What every edit is answered with."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from leads.builder.desk import Desk
from reps.access import Request
from routing.models import Revision


def changed(
    request: Request, desk: Desk, revision: Revision, *, node: str, structural: bool, focus: str = ""
) -> HttpResponse:
    messages.success(request, revision.words[:1].upper() + revision.words[1:])
    return redirect("builder", slug=desk.tree.slug)


def conflict(request: Request, desk: Desk, newest: Revision | None) -> HttpResponse:
    return HttpResponse(newest.words if newest else "The draft is gone.", status=409)


def refused(request: Request, field: str, problem: str) -> HttpResponse:
    return HttpResponse(problem, status=422)
