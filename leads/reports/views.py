"""One of a manager's reps: time off is given and taken back, and his switch is turned."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from leads.availability import services as switch
from leads.availability.forms import AwayForm
from leads.holding import NotPossible
from leads.reports.forms import TimeOffForm
from leads.reports.reading import Report, report
from reps import time_off
from reps.access import Request, only, signed_in
from reps.models import Rep, TimeOff, User
from reps.pages import page
from reps.templatetags.words import moment
from reps.time_off import BadTimeOff

REVOPS, MANAGER = User.Role.REVOPS, User.Role.MANAGER


@signed_in
@only(REVOPS, MANAGER)
def rep(request: Request, pk: int) -> HttpResponse:
    """The page, and giving time off on it. Times are those of the rep's wall."""
    found, now = _rep_for(request.user, pk), timezone.now()
    with timezone.override(ZoneInfo(found.timezone)):
        form = TimeOffForm(request.POST if request.method == "POST" else None, zone=found.timezone, now=now)
        if form.is_valid():
            try:
                span = time_off.give_time_off(found, by=request.user, now=now, **form.cleaned_data)
            except BadTimeOff as problem:
                form.add_error(problem.field or None, str(problem))
            else:
                messages.success(request, _given(report(found, now=now), span))
                return redirect("team-rep", pk)
        return _page(request, found, form)


@require_POST
@signed_in
@only(REVOPS, MANAGER)
def cancel(request: Request, pk: int, span: int) -> HttpResponse:
    found = _rep_for(request.user, pk)
    try:
        off = get_object_or_404(TimeOff, pk=span, rep=found)
        time_off.cancel_time_off(off, by=request.user, now=timezone.now())
    except BadTimeOff as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, f"The time off of {found} is taken back.")
    return redirect("team-rep", pk)


@require_POST
@signed_in
@only(REVOPS, MANAGER)
def pause(request: Request, pk: int) -> HttpResponse:
    """His switch, turned by somebody who answers for him."""
    found, now = _rep_for(request.user, pk), timezone.now()
    with timezone.override(ZoneInfo(found.timezone)):
        form = AwayForm(request.POST, calendar=report(found, now=now).calendar, now=now, own=False)
        if not form.is_valid():
            return _page(request, found, TimeOffForm(None, zone=found.timezone, now=now), form)
    try:
        moved = switch.go_away(found, until=form.until, by=request.user, now=now)
    except NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        until = f" until {moment(form.until, now)}" if form.until else ""
        gone = f" {moved} lead{'' if moved == 1 else 's'} went to somebody else." if moved else ""
        messages.success(request, f"{found} is paused{until}.{gone}")
    return redirect("team-rep", pk)


@require_POST
@signed_in
@only(REVOPS, MANAGER)
def resume(request: Request, pk: int) -> HttpResponse:
    """Paused or parked: new leads come to him again."""
    found = _rep_for(request.user, pk)
    try:
        switch.come_back(found, by=request.user, now=timezone.now())
    except NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, f"{found} gets leads again.")
    return redirect("team-rep", pk)


def _rep_for(user: User, pk: int) -> Rep:
    """For whoever does not answer for him, there is no such rep."""
    return get_object_or_404(Rep.objects.overseen_by(user).select_related("user", "team", "backup__user"), pk=pk)


def _page(request: Request, found: Rep, form: TimeOffForm, away: AwayForm | None = None) -> HttpResponse:
    now = timezone.now()
    shown = report(found, now=now)
    context = {
        "report": shown,
        "form": form,
        "away": away or AwayForm(None, calendar=shown.calendar, now=now, own=False),
        "now": now,
    }
    refused = form.is_bound or away is not None
    return page(request, "reports/rep.html", context, part="rep", status=422 if refused else 200)


def _given(shown: Report, span: TimeOff) -> str:
    now = timezone.now()
    said = f"{shown.rep} is away from {moment(span.start, now)} until {moment(span.end, now)}."
    if not shown.untouched:
        return said
    return f"{said} What is untouched then goes to {shown.cover}: {shown.untouched} by now."
