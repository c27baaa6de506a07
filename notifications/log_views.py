"""The log of deliveries: RevOps see all of it, everybody sees what was sent to himself."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from notifications.pages import log
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page

REVOPS = User.Role.REVOPS


@require_safe
@signed_in
@only(REVOPS)
def deliveries(request: Request) -> HttpResponse:
    filters = log.LogFilters(request.GET.dict())
    shown = log.page(filters.chosen, after=request.GET.get("after", ""))
    context = {"page": shown, "filters": filters}
    return page(request, "notifications/deliveries.html", context, part="list")


@require_safe
@signed_in
def delivery(request: Request, pk: int) -> HttpResponse:
    """One delivery with its tries, as a page or in the row below it."""
    found = get_object_or_404(log.visible_to(request.user), pk=pk)
    return page(request, "notifications/delivery.html", {"one": log.one(found), "now": timezone.now()}, part="tries")
