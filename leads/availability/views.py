"""The chip beside the title of My queue: going away, with what it means, and coming back."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from leads.availability import services
from leads.availability.forms import AwayForm
from leads.holding import NotPossible
from leads.pages.takers import takers
from leads.world import Known, known
from reps.access import Request, signed_in
from reps.models import Rep
from reps.pages import go, page
from reps.templatetags.words import moment


@signed_in
def away(request: Request) -> HttpResponse:
    """The question for how long, in a dialog or on a page of its own; then the act."""
    rep, now = request.rep, timezone.now()
    if rep is None:
        return go(request, "home")
    organisation = known()
    world = organisation.world
    form = AwayForm(
        request.POST if request.method == "POST" else None, calendar=world.reps[rep.user.email].calendar, now=now
    )
    if form.is_valid():
        return _go(request, form)
    context = {
        "form": form,
        "rep": rep,
        "is_away": world.reps[rep.user.email].is_paused(now),
        **_what_happens(rep, organisation, now),
    }
    return page(request, "availability/away.html", context, part="away", status=422 if form.is_bound else 200)


@require_POST
@signed_in
def back(request: Request) -> HttpResponse:
    if request.rep is None:
        return go(request, "home")
    try:
        services.come_back(request.rep, by=request.user, now=timezone.now())
    except NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, "You are available: new leads come to you again.")
    return _done(request)


def _what_happens(rep: Rep, organisation: Known, now: datetime) -> dict[str, Any]:
    """What becomes of the leads he has not accepted: how many go to whom, as it stands, and how many stay."""
    untouched = list(services.untouched(rep).order_by("pk"))
    names = takers(untouched, organisation, now, or_stays=True, most=len(untouched))
    going = Counter(names.values())
    return {"going": going.most_common(), "goes": going.total(), "stays": len(untouched) - going.total()}


def _go(request: Request, form: AwayForm) -> HttpResponse:
    now = timezone.now()
    assert request.rep is not None
    try:
        moved = services.go_away(request.rep, until=form.until, by=request.user, now=now)
    except NotPossible as problem:
        messages.warning(request, str(problem))
        return _done(request)
    end = f"until {moment(form.until, now)}" if form.until else "until you say that you are back"
    gone = f" {moved} lead{'' if moved == 1 else 's'} went to somebody else." if moved else ""
    messages.success(request, f"You are away {end}.{gone}")
    return _done(request)


def _done(request: Request) -> HttpResponse:
    """Back to the queue, which looks again."""
    if not request.htmx:
        return redirect("queue")
    response = HttpResponse(status=204)
    trigger_client_event(response, "dialog-done")
    return trigger_client_event(response, "lead-changed")
