"""My notifications: everybody says himself what he wants to hear, by which channel, and when not."""

from __future__ import annotations

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from notifications import choosing, kinds, repeating
from notifications.models import Channel
from notifications.own_forms import WishesForm
from notifications.pages import log
from reps.access import Request, own_zone, signed_in
from reps.models import User
from reps.pages import page

REST_S = 3  # between two tests of one person
LONGEST_S = 15  # each may hold this process for ten seconds, so there is never more than one
HOUR_S, MOST_AN_HOUR = 3_600, 30  # what is tested costs money with some services, and reaches whatever phone is named


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


@require_POST
@signed_in
def test(request: Request, slug: str) -> HttpResponse:
    """Send myself a message by this channel, to where it is saved that I am reached, and say what came of it."""
    channel = get_object_or_404(Channel, slug=slug)
    if not (channel.enabled or request.user.is_revops):
        raise Http404
    problem = _tested(channel, request.user)
    return page(request, "notifications/tested.html", {"channel": channel, "problem": problem}, part="tested")


def _tested(channel: Channel, user: User) -> str:
    one, hour = f"test-of-{user.pk}", f"tests-of-{user.pk}"
    if not cache.add(one, channel.slug, LONGEST_S):
        return "One test at a time: try again in a moment."
    try:
        sent: int = cache.get(hour, 0)
        if sent >= MOST_AN_HOUR:
            return f"{MOST_AN_HOUR} tests were sent within an hour: try again later."
        cache.set(hour, sent + 1, HOUR_S)
        return repeating.test_message(channel, user, now=timezone.now())
    finally:
        cache.touch(one, REST_S)


def _told(channel: Channel | None) -> str:
    return channel.name if channel else "the inbox alone"
