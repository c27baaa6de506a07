"""Decisions and events: what happened, for managers and RevOps; and replay."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from leads import nudge, services
from leads.builder.testing import alternatives
from leads.forms import DecisionFilters, EventFilters, PerformanceFilters
from leads.models import Alarm, InboundEvent, Lead
from leads.pages import decision as decision_page
from leads.pages import decisions as decisions_page
from leads.pages import events as events_page
from leads.pages import health as health_page
from leads.pages import performance as performance_page
from leads.world import known
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page

REVOPS, MANAGER = User.Role.REVOPS, User.Role.MANAGER
MOST_ALARMS = 5


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def decisions(request: Request) -> HttpResponse:
    now = timezone.now()
    filters = DecisionFilters(request.GET.dict(), user=request.user)
    shown = decisions_page.page(request.user, filters.chosen, after=request.GET.get("after", ""), now=now)
    return page(request, "leads/decisions.html", {"page": shown, "filters": filters, "now": now}, part="list")


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def decision(request: Request, pk: int) -> HttpResponse:
    """The page of a decision; for htmx the short answer to "why?" that opens in the list."""
    found = get_object_or_404(decisions_page.visible_to(request.user), pk=pk)
    organisation = known()
    context = {
        "decision": found,
        "lead": Lead.objects.filter(pk=found.lead_id).first(),
        "page": decision_page.page(found, organisation),
        # The short answer in the list has no room for it, and need not wait for it.
        "alternatives": () if request.htmx else alternatives.of_decision(found, organisation),
    }
    return page(request, "leads/decision.html", context, part="why")


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def performance(request: Request) -> HttpResponse:
    """Who wins how much of what he closes, and whether that says anything."""
    record = performance_page.record(request.user, known(), timezone.now())
    filters = PerformanceFilters(request.GET.dict(), segments=record.segments)
    shown = record.pools(filters.chosen.get("segment", ""))
    return page(request, "leads/performance.html", {"pools": shown, "filters": filters}, part="list")


@require_safe
@signed_in
@only(REVOPS)
def events(request: Request) -> HttpResponse:
    now = timezone.now()
    filters = EventFilters(request.GET.dict())
    shown = events_page.page(filters.chosen, after=request.GET.get("after", ""), now=now)
    alarms = Alarm.objects.order_by("-last_at")[:MOST_ALARMS]
    values = {"page": shown, "filters": filters, "now": now, "alarms": alarms}
    return page(request, "leads/events.html", values, part="list")


@require_safe
@signed_in
@only(REVOPS)
def event(request: Request, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(InboundEvent.objects.select_related("source"), pk=pk)
    return page(request, "leads/event.html", {"page": events_page.event_page(found), "event": found}, part="event")


@require_safe
@signed_in
@only(REVOPS)
def health(request: Request) -> HttpResponse:
    """Whether what Switchyard promises is so, and who looks after it."""
    return page(request, "health/health.html", {"page": health_page.page(timezone.now())}, part="health")


@require_POST
@signed_in
@only(REVOPS)
def replay(request: Request, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(InboundEvent, pk=pk)
    services.replay(found, now=timezone.now())
    transaction.on_commit(nudge.look_now)
    messages.success(request, "The delivery is read again. What it already brought in is not brought in twice.")
    return redirect("event", pk=pk)
