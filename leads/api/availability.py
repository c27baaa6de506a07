"""The switch for programs: a rep goes away and comes back, by himself, by his manager or by RevOps."""

from __future__ import annotations

from typing import Any

from django.http.response import Http404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from leads.api.endpoints import Request, endpoint
from leads.api.organisation import RepForm, reps_seen_by
from leads.api.reading import read_body
from leads.api.refusals import Conflict
from leads.availability import services
from leads.holding import NotPossible
from reps.models import Rep


class Pausing(serializers.Serializer[Any]):
    until = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Within the next 30 days; without it, until the rep is resumed."
    )


@endpoint("POST", takes=Pausing, answers=RepForm, problems=[404, 409])
def pause_rep(request: Request, email: str) -> Response:
    """The rep gets no new leads until then; what he has not accepted goes to cover, else to the next in line."""
    rep = _rep_for(request, email)
    given = read_body(request, Pausing)
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


def _rep_for(request: Request, email: str) -> Rep:
    rep = reps_seen_by(request.user).filter(user__email=email.strip().lower()).first()
    if rep is None:
        raise Http404("There is no such rep, or it is not yours to see.")
    return rep
