"""The page behind a link in a message: the lead in short and one button. Looking at it changes nothing.

A link that was sent to one person needs no session: whoever has it acts as that person, on that one lead, once. The
page is kept by nobody and says nowhere where it was, so that the link stays between the two.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from leads.holding import NotPossible
from leads.links.offers import NoOffer, Offer, accept_by_link, offer_of
from leads.models import SlaClock
from leads.pages.promises import Countdown, countdown
from notifications import links, wording
from notifications.links import BadLink, ExpiredLink
from notifications.models import Notification
from reps.access import Request, own_zone, signed_in
from reps.models import Rep

METHODS = ("GET", "HEAD", "POST")


@csrf_exempt  # A forged form would lack the token in the address; and without a Referer there is no other proof.
@require_http_methods(METHODS)
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """A link that was sent to one person."""
    response = _answer(request, token, links.LINK)
    add_never_cache_headers(response)
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(METHODS)
@signed_in
def accept_in_room(request: Request, token: str) -> HttpResponse:
    """A link that others could read as well: it asks who is there."""
    return _answer(request, token, links.ROOM)


def _answer(request: HttpRequest, token: str, purpose: str) -> HttpResponse:
    now = timezone.now()
    try:
        notice = links.notification_of(token, purpose=purpose)
        if purpose == links.ROOM and request.user != notice.user:
            return _page(request, {"kind": "other", "person": notice.user}, status=403)
        if request.method == "POST":
            return _accepted(request, notice, token, now)
        return _shown(request, notice, now)
    except ExpiredLink:
        return _page(request, {"kind": "expired"}, status=410)
    except BadLink:
        return _page(request, {"kind": "wrong"}, status=404)
    except NoOffer:
        return _page(request, {"kind": "gone"}, status=410)


def _accepted(request: HttpRequest, notice: Notification, token: str, now: datetime) -> HttpResponse:
    """Done or not, the page itself then says how the lead stands."""
    try:
        accept_by_link(notice, token=token, now=now)
    except NotPossible:
        return _shown(request, notice, now, status=409)
    return redirect(request.path)


def _shown(request: HttpRequest, notice: Notification, now: datetime, status: int = 200) -> HttpResponse:
    offer = offer_of(notice)
    context = {
        "kind": offer.standing,
        "offer": offer,
        "countdown": _countdown(offer, now) if offer.standing in ("open", "yours") else None,
        "wants": wording.intent_in_words(offer.lead.intent),
        "why": notice.context.get("why", ""),
        "now": now,
    }
    rep = Rep.objects.filter(user=offer.user).first()
    with timezone.override(ZoneInfo(own_zone(offer.user, rep))):
        return _page(request, context, status=status if offer.standing != "yours" else 200)


def _countdown(offer: Offer, now: datetime) -> Countdown | None:
    clock = SlaClock.objects.filter(lead=offer.lead, state=SlaClock.State.RUNNING).first()
    return countdown(clock, now) if clock else None


def _page(request: HttpRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    return render(request, "links/accept.html", context, status=status)
