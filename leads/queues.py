"""Queues for managers and RevOps: who waits where, and giving a lead to somebody."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from leads import by_hand
from leads.forms import GiveForm
from leads.pages import queues as queues_page
from leads.views import act_on, lead_for
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


@signed_in
@only(REVOPS, MANAGER)
def give(request: Request, pk: int) -> HttpResponse:
    """To whom, and why; then the lead is his."""
    lead = lead_for(request.user, pk)
    form = GiveForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        to = form.cleaned_data["to"]
        return act_on(
            request,
            pk,
            lambda lead, epoch: by_hand.reassign(
                lead, to=to, by=request.user, reason=form.cleaned_data["reason"], now=timezone.now(), epoch=epoch
            ),
            done=f"{lead} is with {to}.",
        )
    context = {"form": form, "lead": lead, "next": request.GET.get("next") or request.POST.get("next", "")}
    return page(request, "leads/give.html", context, part="give", status=422 if form.is_bound else 200)
