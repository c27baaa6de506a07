"""Webhooks, for RevOps: who hears of what, how it goes, and sending again."""

from __future__ import annotations

from functools import wraps
from typing import Any, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from notifications import repeating
from notifications.models import Delivery, Subscription
from notifications.subscriptions import planning, reading, services
from notifications.subscriptions.forms import LogFilters, ReplayForm, SubscriptionForm
from reps.access import Request, View, only, signed_in
from reps.models import User
from reps.pages import page

REVOPS = User.Role.REVOPS
P = ParamSpec("P")
IS_OFF = "It is switched off: switch it on first."


def may_be_gone(view: View[P]) -> View[P]:
    """Who presses a button twice, or when somebody else has just removed it, is told that it is not there."""

    @wraps(view)
    def guarded(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Subscription.DoesNotExist as gone:
            raise Http404 from gone

    return guarded


@require_safe
@signed_in
@only(REVOPS)
def subscriptions(request: Request) -> HttpResponse:
    now = timezone.now()
    rows = reading.healths(list(Subscription.objects.order_by("name")), now=now)
    return page(request, "webhooks/webhooks.html", {"rows": rows, "now": now}, part="list")


@signed_in
@only(REVOPS)
def subscription_new(request: Request) -> HttpResponse:
    return _form(request, None)


@require_safe
@signed_in
@only(REVOPS)
def subscription(request: Request, pk: int) -> HttpResponse:
    """How it is doing, and the log of what was sent to it."""
    now = timezone.now()
    there = _subscription(pk)
    (health,) = reading.healths([there], now=now)
    filters = LogFilters(request.GET.dict())
    shown = reading.log(there, filters.chosen, after=request.GET.get("after", ""), now=now)
    context = {"subscription": there, "health": health, "page": shown, "filters": filters, "now": now}
    return page(request, "webhooks/webhook.html", context, part="log")


@signed_in
@only(REVOPS)
@may_be_gone
def subscription_edit(request: Request, pk: int) -> HttpResponse:
    return _form(request, _subscription(pk))


@require_POST
@signed_in
@only(REVOPS)
def subscription_secret(request: Request, pk: int) -> HttpResponse:
    """Behind a click, so that it stands on no page that somebody happens to have open."""
    there, now = _subscription(pk), timezone.now()
    context = {"subscription": there, "secrets": services.secrets_of(there, now=now), "now": now}
    return page(request, "webhooks/secret.html", context, part="secret")


@require_POST
@signed_in
@only(REVOPS)
@may_be_gone
def subscription_rotate(request: Request, pk: int) -> HttpResponse:
    there = services.rotate(_subscription(pk), by=request.user, now=timezone.now())
    messages.success(request, f"{there.name} has a new secret. The one before it signs too, for 24 hours.")
    return redirect("subscription", pk)


@require_POST
@signed_in
@only(REVOPS)
@may_be_gone
def subscription_switch(request: Request, pk: int) -> HttpResponse:
    on = request.POST.get("on") == "1"
    try:
        there = services.change(_subscription(pk), {"enabled": on}, by=request.user, now=timezone.now())
    except services.Refused as refused:
        messages.error(request, str(refused))
    else:
        words = (
            "on: it hears of what happens from now on" if on else "off: nothing is sent, and what waited is given up"
        )
        messages.success(request, f"{there.name} is {words}.")
    return redirect("subscription", pk)


@require_POST
@signed_in
@only(REVOPS)
@may_be_gone
def subscription_test(request: Request, pk: int) -> HttpResponse:
    there = _subscription(pk)
    if there.enabled:
        services.send_test(there, by=request.user, now=timezone.now())
        messages.success(request, "A test event is on its way. The log says how it went.")
    else:
        messages.error(request, IS_OFF)
    return redirect("subscription", pk)


@require_POST
@signed_in
@only(REVOPS)
@may_be_gone
def subscription_remove(request: Request, pk: int) -> HttpResponse:
    there = _subscription(pk)
    services.remove(there, by=request.user, now=timezone.now())
    messages.success(request, f"{there.name} hears no more.")
    return redirect("subscriptions")


@signed_in
@only(REVOPS)
def subscription_replay(request: Request, pk: int) -> HttpResponse:
    """First how many it would be, then, confirmed, sending them."""
    there, now = _subscription(pk), timezone.now()
    form = ReplayForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"subscription": there, "form": form, "most": planning.MOST_REPLAYED, "now": now}
    if form.is_valid() and there.enabled:
        asked = {name: form.cleaned_data[name] for name in ("since", "everything")}
        if form.cleaned_data["confirmed"]:
            return _replayed(request, there, asked)
        context |= {"count": planning.replayable(there, **asked), **asked}
    status = 422 if form.errors else 200
    return page(request, "webhooks/replay.html", context, part="replay", status=status)


@require_safe
@signed_in
@only(REVOPS)
def delivery(request: Request, pk: int) -> HttpResponse:
    there = _delivery(pk)
    context = {"delivery": there, "letter": reading.letter(there)}
    return page(request, "webhooks/delivery.html", context, part="delivery")


@require_POST
@signed_in
@only(REVOPS)
def delivery_replay(request: Request, pk: int) -> HttpResponse:
    there = _delivery(pk)
    try:
        repeating.replay(there, by=request.user, now=timezone.now())
    except repeating.NotPossible as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, "It is sent again, with the same id.")
    return redirect("event-delivery", pk)


def _replayed(request: Request, there: Subscription, asked: dict[str, Any]) -> HttpResponse:
    try:
        count = planning.replay_since(there, **asked, by=request.user, now=timezone.now())
    except planning.IsOff:
        messages.error(request, IS_OFF)
    else:
        messages.success(request, f"{count:,} event{'' if count == 1 else 's'} will be sent again.")
    return redirect("subscription", there.pk)


def _form(request: Request, there: Subscription | None) -> HttpResponse:
    names = ("name", "url", "types", "per_minute")
    initial = {name: getattr(there, name) for name in names} if there else {}
    form = SubscriptionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in names}
        try:
            saved = _save(there, values, request.user)
        except services.Refused as refused:
            form.blame(refused)
        else:
            messages.success(request, f"{saved.name} is saved.")
            return redirect("subscription", saved.pk)
    context = {"form": form, "subscription": there}
    return page(request, "webhooks/form.html", context, part="form", status=422 if form.errors else 200)


def _save(there: Subscription | None, values: dict[str, Any], by: User) -> Subscription:
    now = timezone.now()
    return services.change(there, values, by=by, now=now) if there else services.create(**values, by=by, now=now)


def _subscription(pk: int) -> Subscription:
    return get_object_or_404(Subscription, pk=pk)


def _delivery(pk: int) -> Delivery:
    """Of an event: notices have a log of their own."""
    events = Delivery.objects.filter(event__isnull=False).select_related("event", "subscription")
    return get_object_or_404(events, pk=pk)
