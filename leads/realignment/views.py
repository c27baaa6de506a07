"""Change sets on the pages: RevOps prepares, looks, schedules; managers read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from leads.configuration.read import BadConfiguration, Problem
from leads.models import ChangeSet
from leads.pages import change_sets as pages
from leads.realignment import activation, services
from leads.realignment.activation import NotThere, Rewritten
from leads.realignment.forms import ChangeSetForm, ScheduleForm
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page

REVOPS, MANAGER = User.Role.REVOPS, User.Role.MANAGER
MOST_TOLD = 20
MEANWHILE = "Somebody wrote it anew meanwhile: look at what it says now. Saving again puts yours in its place."


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def change_sets(request: Request) -> HttpResponse:
    shown = pages.listed(after=request.GET.get("after", ""))
    return page(request, "change_sets/change_sets.html", {"page": shown}, part="list")


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def change_set(request: Request, pk: int) -> HttpResponse:
    found = _found(pk)
    return _shown(request, found, ScheduleForm(initial={"effective_at": found.effective_at}))


@signed_in
@only(REVOPS)
def change_set_new(request: Request) -> HttpResponse:
    """Prepare one: the form, then its page with all that it would do."""
    start = pages.starting_with(request.GET.get("territory", ""))
    form = ChangeSetForm(request.POST or None, initial=dict(start))
    problems: Sequence[Problem] = ()
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = services.prepare(
                given["name"], given["document"], note=given["note"], by=request.user, now=timezone.now()
            )
        except BadConfiguration as bad:
            problems = bad.problems
        else:
            return redirect("change-set", pk=made.pk)
    return _form(request, form, problems, None)


@signed_in
@only(REVOPS)
def change_set_edit(request: Request, pk: int) -> HttpResponse:
    found = _found(pk)
    start = {"name": found.name, "note": found.note, "document": found.document}
    form = ChangeSetForm(request.POST or None, initial=start)
    seen = request.POST.get("seen") or found.prepared_at.isoformat()
    problems: Sequence[Problem] = ()
    if form.is_valid():
        given = form.cleaned_data
        try:
            services.rewrite(
                found,
                given["name"],
                given["document"],
                note=given["note"],
                by=request.user,
                now=timezone.now(),
                seen=seen,
            )
        except BadConfiguration as bad:
            problems = bad.problems
        except Rewritten:
            found, problems = _found(pk), [Problem("", MEANWHILE)]
            seen = found.prepared_at.isoformat()
        except NotThere:
            messages.warning(request, f"{found} can no longer be changed.")
            return redirect("change-set", pk=pk)
        else:
            return redirect("change-set", pk=pk)
    return _form(request, form, problems, found, seen)


@require_POST
@signed_in
@only(REVOPS)
def change_set_schedule(request: Request, pk: int) -> HttpResponse:
    found, form, now = _found(pk), ScheduleForm(request.POST), timezone.now()
    if not form.is_valid():
        return _shown(request, found, form, status=422)
    try:
        at, seen = form.cleaned_data["effective_at"], request.POST.get("seen", "")
        services.schedule(found, at, by=request.user, now=now, seen=seen)
    except services.TooLate:
        form.add_error("effective_at", "This has passed. Choose a later time, or put it in force now.")
        return _shown(request, found, form, status=422)
    except BadConfiguration as bad:
        form.add_error("effective_at", f"It could not come into force then. {bad.problems[0]}")
        return _shown(request, found, form, status=422)
    except NotThere:
        messages.warning(request, f"{found} can no longer be scheduled.")
    else:
        messages.success(request, f"{found} is scheduled. It comes into force by itself.")
    return redirect("change-set", pk=pk)


@require_POST
@signed_in
@only(REVOPS)
def change_set_activate(request: Request, pk: int) -> HttpResponse:
    now, seen = timezone.now(), request.POST.get("seen", "")
    return _act(
        request,
        pk,
        lambda found: activation.activate(found, by=request.user, now=now, seen=seen),
        "is in force from now on.",
    )


@require_POST
@signed_in
@only(REVOPS)
def change_set_cancel(request: Request, pk: int) -> HttpResponse:
    return _act(request, pk, lambda found: services.cancel(found, now=timezone.now()), "is cancelled.")


@require_POST
@signed_in
@only(REVOPS)
def change_set_reopen(request: Request, pk: int) -> HttpResponse:
    return _act(request, pk, services.reopen, "is a draft again and no longer scheduled.")


@require_POST
@signed_in
@only(REVOPS)
def change_set_undo(request: Request, pk: int) -> HttpResponse:
    """The draft that would put everything back; nothing is undone until that one comes into force."""
    now = timezone.now()
    said = "is ready. Look at what it would do, then put it in force."
    return _act(request, pk, lambda found: services.undo(found, by=request.user, now=now), said)


def _act(request: Request, pk: int, act: Callable[[ChangeSet], ChangeSet], done: str) -> HttpResponse:
    """Do it, or say why it could not be done; then the page of what came of it."""
    found = _found(pk)
    try:
        came = act(found)
    except NotThere:
        messages.warning(request, f"{found} is not what it was when you looked: nothing was done.")
    except BadConfiguration as bad:
        messages.error(request, f"Nothing was changed. {bad.problems[0]}")
    else:
        messages.success(request, f"{came} {done}")
        return redirect("change-set", pk=came.pk)
    return redirect("change-set", pk=pk)


def _found(pk: int) -> ChangeSet:
    return get_object_or_404(ChangeSet.objects.select_related("prepared_by", "scheduled_by", "reverses"), pk=pk)


def _shown(request: Request, found: ChangeSet, form: ScheduleForm, status: int = 200) -> HttpResponse:
    shown = pages.change_set_page(found, request.user, now=timezone.now())
    context: dict[str, Any] = {"page": shown, "set": found, "form": form, "seen": found.prepared_at.isoformat()}
    return page(request, "change_sets/change_set.html", context, part="change-set", status=status)


def _form(
    request: Request, form: ChangeSetForm, problems: Sequence[Problem], found: ChangeSet | None, seen: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "set": found,
        "seen": seen,
        "problems": problems[:MOST_TOLD],
        "more": max(0, len(problems) - MOST_TOLD),
    }
    wrong = bool(problems) or (form.is_bound and not form.is_valid())
    return page(request, "change_sets/form.html", context, part="form", status=422 if wrong else 200)
