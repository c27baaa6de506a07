"""Try a lead on the rules: the whole decision with its trace, and nothing written."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

from django.utils import timezone
from rest_framework import exceptions
from rest_framework.response import Response

from leads.api import evaluation
from leads.api.decision_forms import Evaluating, Evaluation
from leads.api.endpoints import OVERSEERS, Request, endpoint
from leads.api.evaluation import Unusable
from leads.api.foreseeing import Foreseen, foreseen
from leads.api.reading import read_body
from leads.world import known
from routing.engine.problems import BadDocument

# Calendars know no holidays beyond these, and a year before or after them has no tomorrow.
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
MOST_TOLD = 100


@endpoint("POST", takes=Evaluating, answers=Evaluation, only=OVERSEERS)
def evaluate(request: Request) -> Response:
    """Who would get this lead, and why. Nothing is written; a document is checked as publishing would check it.

    With `at`, territories are those of that day, and change sets that are scheduled until then count as in force.
    """
    given = read_body(request, Evaluating)
    at = given.get("at") or timezone.now()
    if not FIRST <= at < LAST:
        raise exceptions.ValidationError({"at": f"Must lie between {FIRST.year} and {LAST.year}."})
    organisation = known()
    forecast = foreseen(organisation, at) if given.get("at") else Foreseen(organisation)
    organisation = forecast.known
    try:
        world, slug = evaluation.world_with(organisation, given.get("tree"))
        tried = evaluation.evaluate(
            organisation, world, slug, given["facts"], by=request.user, at=at, cards=forecast.cards
        )
    except Unusable as unusable:
        raise exceptions.ValidationError(dict(unusable.problems)) from unusable
    except BadDocument as bad:
        found = bad.problems[:MOST_TOLD]
        paths = {f"tree.{each.path}" if each.path else "tree": each.problem for each in found}
        raise exceptions.ValidationError(paths) from bad
    told = evaluation.told(tried, organisation, world, at)
    return Response(Evaluation({**told, "assumed": [asdict(each) for each in forecast.assumed]}).data)
