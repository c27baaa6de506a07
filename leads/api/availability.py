"""The switch for programs: a rep goes away and comes back, by himself, by his manager or by RevOps."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http.response import Http404
from django.utils import timezone
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from leads.api.endpoints import OVERSEERS, Request, endpoint
from leads.api.organisation import RepForm, reps_seen_by
from leads.api.reading import read_body
from leads.api.refusals import Conflict
from leads.availability import services
from leads.holding import NotPossible
from reps import time_off
from reps.models import Rep, TimeOff
from reps.time_off import BadTimeOff


class Pausing(serializers.Serializer[Any]):
    until = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Within the next 30 days; without it, until the rep is resumed."
    )


class GivingTimeOff(serializers.Serializer[Any]):
    start = serializers.DateTimeField(help_text="Without an offset on the rep's own clock.")
    end = serializers.DateTimeField(help_text="From then on leads come again.")
    kind = serializers.CharField(max_length=20, required=False, default="pto")
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


@endpoint("POST", takes=Pausing, answers=RepForm, problems=[404, 409])
def pause_rep(request: Request, email: str) -> Response:
    """The rep gets no new leads until then; what he has not accepted goes to cover, else to the next in line."""
    rep = _rep_for(request, email)
    given = _read_on_his_clock(request, Pausing, rep)
    try:
        services.go_away(rep, until=given.get("until"), by=request.user, now=timezone.now())
    except NotPossible as problem:
        raise Conflict(str(problem)) from problem
    return Response(RepForm(_rep_for(request, email)).data)


@endpoint("POST", answers=RepForm, problems=[404, 409])
def resume_rep(request: Request, email: str) -> Response:
    """The rep gets leads again. Doing it twice changes nothing."""
    rep = _rep_for(request, email)
    try:
        services.come_back(rep, by=request.user, now=timezone.now())
    except NotPossible as problem:
        raise Conflict(str(problem)) from problem
    return Response(RepForm(_rep_for(request, email)).data)


@endpoint("POST", takes=GivingTimeOff, answers=RepForm, only=OVERSEERS, problems=[404, 409])
def give_time_off(request: Request, email: str) -> Response:
    """The rep gets no lead from `start` until `end`; what he has not accepted by then goes to cover when it begins."""
    rep = _overseen(request, email)
    given = _read_on_his_clock(request, GivingTimeOff, rep)
    try:
        time_off.give_time_off(rep, by=request.user, now=timezone.now(), **given)
    except BadTimeOff as problem:
        if problem.field:
            raise exceptions.ValidationError({problem.field: str(problem)}) from problem
        raise Conflict(str(problem)) from problem
    return Response(RepForm(_rep_for(request, email)).data)


@endpoint("POST", answers=RepForm, only=OVERSEERS, problems=[404, 409])
def cancel_time_off(request: Request, email: str, pk: int) -> Response:
    """Time off that has not begun is gone; what has begun ends now."""
    rep = _overseen(request, email)
    span = TimeOff.objects.filter(pk=pk, rep=rep).select_related("rep__user").first()
    if span is None:
        raise Http404("There is no such time off, or it is not yours to see.")
    try:
        time_off.cancel_time_off(span, by=request.user, now=timezone.now())
    except BadTimeOff as problem:
        raise Conflict(str(problem)) from problem
    return Response(RepForm(_rep_for(request, email)).data)


def _read_on_his_clock(request: Request, form: type[serializers.Serializer[Any]], rep: Rep) -> dict[str, Any]:
    """Times without an offset are the rep's own, as they are on pages and in the configuration file."""
    with timezone.override(ZoneInfo(rep.timezone)):
        return read_body(request, form)


def _overseen(request: Request, email: str) -> Rep:
    """A rep whom this user answers for; he is not his own manager, though he sees himself."""
    rep = Rep.objects.overseen_by(request.user).filter(user__email=_email(email)).first()
    if rep is None:
        raise Http404("There is no such rep, or it is not yours to see.")
    return rep


def _rep_for(request: Request, email: str) -> Rep:
    rep = reps_seen_by(request.user).filter(user__email=_email(email)).first()
    if rep is None:
        raise Http404("There is no such rep, or it is not yours to see.")
    return rep


def _email(text: str) -> str:
    """As it is kept. A database cannot even be asked about a NUL."""
    return text.strip().lower().replace("\x00", "\ufffd")
