"""The bell that every page has, and the inbox behind it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from notifications import reading
from notifications.forms import Seen
from notifications.models import Notification
from notifications.pages import inbox as inbox_page
from reps.access import Request, signed_in
from reps.pages import back, page


@require_safe
@signed_in
def bell(request: Request) -> HttpResponse:
    """Asked every ten seconds by every page that is looked at: nothing at all while its number is still true."""
    if not request.htmx:
        return redirect("inbox")
    found = inbox_page.bell(request.user)
    if request.GET.get("rev") == found.revision:
        return HttpResponse(status=204)
    response = page(request, "notifications/bell.html", {"found": found}, part="bell")
    return trigger_client_event(response, "bell-changed")


@require_safe
@signed_in
def inbox(request: Request) -> HttpResponse:
    now = timezone.now()
    unseen_only = request.GET.get("show") == "unseen"
    shown = inbox_page.page(request.user, unseen_only=unseen_only, after=request.GET.get("after", ""), now=now)
    context = {
        "page": shown,
        "bell": shown.bell,
        "unseen_only": unseen_only,
        "now": now,
        "here": request.get_full_path(),
    }
    return page(request, "notifications/inbox.html", context, part="list")


@require_safe
@signed_in
def notice(request: Request, pk: int) -> HttpResponse:
    """To what the notice is about. Whoever goes there has seen it."""
    found = _own(request, pk)
    reading.see(found, now=timezone.now())
    ours = url_has_allowed_host_and_scheme(found.link, {request.get_host()}, require_https=request.is_secure())
    return redirect(found.link if ours else "inbox")


@require_safe
@signed_in
def gathered(request: Request, pk: int) -> HttpResponse:
    """All that came in one message."""
    found = _own(request, pk)
    inside, more = inbox_page.gathered(found)
    context = {
        "notice": found,
        "title": inbox_page.title(found, len(inside) + more - 1),
        "inside": inside,
        "more": more,
        "now": timezone.now(),
    }
    return page(request, "notifications/gathered.html", context, part="inside")


@require_POST
@signed_in
def see(request: Request, pk: int) -> HttpResponse:
    reading.see(_own(request, pk), now=timezone.now())
    return _look_again(request)


@require_POST
@signed_in
def see_all(request: Request) -> HttpResponse:
    seen = reading.see_all(request.user, upto=Seen(request.POST).newest, now=timezone.now())
    messages.success(request, "All notices are read." if seen else "There was nothing new.")
    return _look_again(request)


def _own(request: Request, pk: int) -> Notification:
    """The notice, if it was written to this user; for everybody else there is none."""
    return get_object_or_404(Notification, pk=pk, user=request.user)


def _look_again(request: Request) -> HttpResponse:
    """The list and the bell look again by themselves."""
    if not request.htmx:
        return back(request, "inbox")
    return trigger_client_event(HttpResponse(status=204), "notices-seen")
