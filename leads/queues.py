"""Queues for managers and RevOps: who waits where."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from leads.pages import queues as queues_page
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page
from routing.models import Queue

REVOPS, MANAGER = User.Role.REVOPS, User.Role.MANAGER


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def queues(request: Request) -> HttpResponse:
    now = timezone.now()
    context = {"lines": queues_page.lines(request.user, now=now), "now": now, "here": request.path}
    return page(request, "leads/queues.html", context, part="queues")


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def waiting(request: Request, slug: str) -> HttpResponse:
    now = timezone.now()
    found = get_object_or_404(Queue.objects.visible_to(request.user).select_related("team"), slug=slug)
    shown = queues_page.page(found, request.user, now=now)
    return page(request, "leads/waiting.html", {"page": shown, "now": now, "here": request.path}, part="waiting")
