"""My notifications: everybody says himself what he wants to hear, by which channel, and when not."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from notifications import choosing, kinds
from notifications.models import Channel
from notifications.own_forms import WishesForm
from notifications.pages import log
from reps.access import Request, own_zone, signed_in
from reps.pages import page


@signed_in
def mine(request: Request) -> HttpResponse:
    channels = list(Channel.objects.order_by("name", "pk"))
    told = kinds.for_role(request.user.role, has_leads=request.rep is not None)
    usual = {kind.slug: _told(choosing.usual(kind.slug, channels)) for kind in told}
    form = WishesForm(request.POST or None, user=request.user, kinds=told, channels=channels, usual=usual)
    if request.method == "POST" and form.is_valid():
        choosing.choose(request.user, wishes=form.wishes)
        messages.success(request, "Saved. It holds for what comes from now on.")
        return redirect("my-notifications")
    context = {
        "form": form,
        "zone": own_zone(request.user, request.rep),
        "rows": log.own(request.user),
        "now": timezone.now(),
    }
    return page(request, "notifications/mine.html", context, part="mine", status=422 if form.errors else 200)


def _told(channel: Channel | None) -> str:
    return channel.name if channel else "the inbox alone"
