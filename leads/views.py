"""My queue, leads, and what a rep does with one."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.messages import get_messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import replace_url, trigger_client_event

from leads import handover, pulling, services
from leads.forms import DeclineForm, LeadFilters
from leads.holding import NotPossible
from leads.models import Lead
from leads.numbers import own_number
from leads.pages import lead as lead_page
from leads.pages import leads as leads_page
from leads.pages import queue as queue_page
from notifications import choosing
from reps.access import Request, page_shown, signed_in
from reps.models import User
from reps.pages import back, go, page

CLOCK = "X-Server-Now"
WITH = (
    *("rep__user", "rep__team", "rep__backup__user", "queue", "source", "account__owner__user"),
    *("decision__version__tree", "decision__rep__user", "decision__queue"),
)


@require_safe
@signed_in
def queue(request: Request) -> HttpResponse:
    if request.rep is None:
        return go(request, "home")
    return _queue(request)


@require_safe
@signed_in
def queue_live(request: Request) -> HttpResponse:
    """Asked every two seconds: nothing at all while the page that is shown is still true."""
    if request.rep is None:
        return go(request, "home")
    now = timezone.now()
    unchanged = request.GET.get("rev") == queue_page.revision(request.rep, now=now)
    if unchanged and not get_messages(request):
        response = HttpResponse(status=204)
        response[CLOCK] = str(round(now.timestamp() * 1000))
        return response
    return _queue(request)


@require_safe
@signed_in
def lead(request: Request, pk: int) -> HttpResponse:
    now = timezone.now()
    shown = lead_page.page(lead_for(request.user, pk), user=request.user, now=now)
    context = {"page": shown, "lead": shown.detail.lead, "now": now, "here": request.path}
    return page(request, "leads/lead.html", context, part="lead")


@require_safe
@signed_in
def leads(request: Request) -> HttpResponse:
    now = timezone.now()
    filters = LeadFilters(request.GET.dict(), user=request.user)
    shown = leads_page.page(request.user, filters.chosen, after=request.GET.get("after", ""), now=now)
    return page(request, "leads/leads.html", {"page": shown, "filters": filters, "now": now}, part="list")


@require_POST
@signed_in
def accept(request: Request, pk: int) -> HttpResponse:
    return act_on(
        request, pk, lambda lead, epoch: services.accept(lead, by=request.user, now=timezone.now(), epoch=epoch)
    )


@require_POST
@signed_in
def contact(request: Request, pk: int) -> HttpResponse:
    return act_on(
        request, pk, lambda lead, epoch: services.contact(lead, by=request.user, now=timezone.now(), epoch=epoch)
    )


@require_POST
@signed_in
def still_working(request: Request, pk: int) -> HttpResponse:
    return act_on(
        request, pk, lambda lead, epoch: services.still_working(lead, by=request.user, now=timezone.now(), epoch=epoch)
    )


@signed_in
def decline(request: Request, pk: int) -> HttpResponse:
    """The question why, in a dialog or on a page of its own; then the act."""
    lead = lead_for(request.user, pk)
    form = DeclineForm(request.POST or None)
    if form.is_valid():
        return act_on(
            request,
            pk,
            lambda lead, epoch: handover.decline(
                lead, by=request.user, reason=form.words, now=timezone.now(), epoch=epoch
            ),
            done=f"{lead} goes to somebody else.",
        )
    context = {"form": form, "lead": lead, "next": request.GET.get("next") or request.POST.get("next", "")}
    return page(request, "leads/decline.html", context, part="decline", status=422 if form.is_bound else 200)


@require_POST
@signed_in
def pull(request: Request) -> HttpResponse:
    """The next lead of the team's queues, and the page with it in view."""
    if request.rep is None:
        return go(request, "home")
    try:
        taken = pulling.pull(by=request.user, now=timezone.now())
    except NotPossible as problem:
        messages.info(request, str(problem))
        return _queue(request) if request.htmx else go(request, "queue")
    messages.success(request, f"{taken} is yours.")
    here = f"{reverse('queue')}?lead={taken.pk}"
    return replace_url(_queue(request, chosen=taken.pk), here) if request.htmx else redirect(here)


@require_POST
@signed_in
def sound(request: Request) -> HttpResponse:
    """A sound when a lead comes in, or none: the quick switch on the queue."""
    if request.rep is None:
        return go(request, "home")
    choosing.set_sound(request.user, on=request.POST.get("on") == "yes")
    return _queue(request) if request.htmx else go(request, "queue")


def lead_for(user: User, pk: int) -> Lead:
    """The lead, if this user may see it; for strangers there is none."""
    return get_object_or_404(Lead.objects.visible_to(user).select_related(*WITH), pk=pk)


def act_on(request: Request, pk: int, act: Callable[[Lead, int | None], Lead], done: str = "") -> HttpResponse:
    """Do it, or say why it could not be done; the page that is open then looks again."""
    try:
        lead = lead_for(request.user, pk)
        act(lead, own_number(request.POST.get("epoch")))
    except NotPossible as problem:
        messages.warning(request, f"{lead}: {problem}")
    except Http404:
        if not request.htmx:
            raise
        # The page that is open still shows it: it was his until a moment ago.
        name = pulling.quicker(request.user, pk, now=timezone.now())
        messages.warning(request, name or "That lead is not yours any more: somebody was quicker.")
    else:
        if done:
            messages.success(request, done)
    return look_again(request, pk)


def look_again(request: Request, pk: int) -> HttpResponse:
    """Back to the page that is open, unless it is the page of a lead that is gone for this user."""
    here = page_shown(request) if request.htmx else request.POST.get("next")
    if here == reverse("lead", args=[pk]) and not Lead.objects.visible_to(request.user).filter(pk=pk).exists():
        return go(request, "home")
    if not request.htmx:
        return back(request, "home")
    response = HttpResponse(status=204)
    trigger_client_event(response, "dialog-done")
    return trigger_client_event(response, "lead-changed")


def _queue(request: Request, chosen: int | None = None) -> HttpResponse:
    assert request.rep is not None
    now = timezone.now()
    asked = request.GET.get("lead") or request.POST.get("lead", "")
    chosen = own_number(asked) if chosen is None else chosen
    shown = queue_page.queue(request.rep, chosen=chosen, now=now)
    here = f"{reverse('queue')}?lead={shown.chosen.lead.pk}" if shown.chosen else reverse("queue")
    context = {"queue": shown, "now": now, "here": here}
    return page(request, "leads/queue.html", context, part="queue")
