"""The log of deliveries: RevOps see all of it and send dead letters again, everybody sees what was sent to himself."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from notifications import repeating
from notifications.models import Channel
from notifications.pages import log
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import back, page

REVOPS = User.Role.REVOPS
MOST_AT_ONCE = 500


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


@require_POST
@signed_in
@only(REVOPS)
def replay(request: Request, pk: int) -> HttpResponse:
    """One dead letter once more, with the key it always had."""
    found = get_object_or_404(log.visible_to(request.user), pk=pk)
    try:
        repeating.replay(found, by=request.user, now=timezone.now())
    except repeating.NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, f"The message to {found.user} is sent again.")
    return back(request, "deliveries")


@require_POST
@signed_in
@only(REVOPS)
def replay_all(request: Request, slug: str) -> HttpResponse:
    """All dead letters of a channel, the oldest first."""
    channel = get_object_or_404(Channel, slug=slug)
    try:
        count = repeating.replay_dead(channel, most=MOST_AT_ONCE, by=request.user, now=timezone.now())
    except repeating.NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, f"Sent again by {channel}: {count}.")
    return redirect("deliveries")
