"""Trials on the pages: RevOps begin, end and promote; managers read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from leads.builder.desk import Desk, desk_of
from leads.builder.trials import pages
from leads.builder.trials import services as trials
from leads.builder.trials.services import NotNow, Terms, Unfit
from leads.kept import storable
from leads.numbers import own_number
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page
from routing.builder.drafts import Conflict
from routing.models import Trial

REVOPS, MANAGER = User.Role.REVOPS, User.Role.MANAGER


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def listed(request: Request, slug: str) -> HttpResponse:
    desk = desk_of(request.user, slug)
    return _page(request, desk, pages.start_form(desk, now=timezone.now()))


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def live(request: Request, slug: str) -> HttpResponse:
    """What runs, with its figures as they are now."""
    desk = desk_of(request.user, slug)
    context = {"desk": desk, "running": pages.running_of(desk, by=request.user, now=timezone.now())}
    return page(request, "builder/trials.html", context, part="running")


@require_POST
@signed_in
@only(REVOPS)
def begin(request: Request, slug: str) -> HttpResponse:
    desk = desk_of(request.user, slug)
    form = pages.TrialForm(request.POST)
    if not form.is_valid():
        return _page(request, desk, form, status=422)
    given = form.cleaned_data
    kind = Trial.Kind(given["kind"])
    is_canary = kind == Trial.Kind.CANARY
    terms = Terms(kind, given["share"] if is_canary else 0, form.limits() if is_canary else None)
    try:
        trial = trials.begin(desk.tree, terms, rev=given["rev"], by=request.user, now=timezone.now())
    except NotNow as refusal:
        form.add_error(None, str(refusal))
    except Unfit as unfit:
        form.add_error(None, f"The draft cannot decide about leads yet. {unfit.problems[0]}")
    except Conflict as conflict:
        who = conflict.newest.by if conflict.newest and conflict.newest.by else "Somebody"
        said = f"{who} {conflict.newest.words}" if conflict.newest else "The draft is gone"
        form.add_error(None, f"The draft is not what you looked at any more: {said}. Look again, then begin.")
    else:
        messages.success(request, f"The {kind.label.lower()} of version {trial.version.number} is running.")
        return redirect("trials", slug=slug)
    return _page(request, desk, form, status=422)


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def trial(request: Request, slug: str, pk: int) -> HttpResponse:
    desk = desk_of(request.user, slug)
    found = _found(desk, pk)
    shown = pages.of_trial(found, before=own_number(request.GET.get("before")), by=request.user, now=timezone.now())
    return page(request, "builder/trial.html", {"desk": desk, "page": shown, "one": shown.shown}, part="trial")


@require_POST
@signed_in
@only(REVOPS)
def end(request: Request, slug: str, pk: int) -> HttpResponse:
    found = _found(desk_of(request.user, slug), pk)
    reason = " ".join(storable(request.POST.get("reason", "")).split())[:300] or f"Ended by {request.user}."
    try:
        trials.end(found, reason=reason, by=request.user, now=timezone.now())
    except NotNow as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "The trial is over. What is live decides about every lead.")
    return redirect("trials", slug=slug)


@require_POST
@signed_in
@only(REVOPS)
def promote(request: Request, slug: str, pk: int) -> HttpResponse:
    found = _found(desk_of(request.user, slug), pk)
    try:
        trials.promote(found, by=request.user, now=timezone.now())
    except NotNow as refusal:
        messages.warning(request, str(refusal))
    except Unfit as unfit:
        messages.error(request, f"It cannot decide about leads any more. {unfit.problems[0]}")
    else:
        messages.success(request, f"Version {found.version.number} is live from now on.")
    return redirect("trials", slug=slug)


def _found(desk: Desk, pk: int) -> Trial:
    trials_of = desk.tree.trials.select_related("version", "against", "started_by", "ended_by")
    return get_object_or_404(trials_of, pk=pk)


def _page(request: Request, desk: Desk, form: pages.TrialForm, status: int = 200) -> HttpResponse:
    shown = pages.listed(desk, by=request.user, now=timezone.now())
    context: dict[str, Any] = {"desk": desk, "page": shown, "running": shown.running, "form": form}
    return page(request, "builder/trials.html", context, part="trials", status=status)
