"""Queues: what waits in them and since when, and the next lead of one for the rep who asks."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Min, Q
from django.http.response import Http404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from leads import pulling
from leads.api.endpoints import Request, endpoint
from leads.api.lead_forms import LeadForm
from leads.api.leads import show
from leads.api.paging import Paging, listed, page, page_of
from leads.api.reading import read_query
from leads.api.refusals import Conflict
from leads.holding import NotPossible
from leads.models import Lead
from routing.models import Queue

WAITS = Q(leads__rep=None, leads__status=Lead.Status.QUEUED)


class QueueForm(serializers.Serializer[Any]):
    """A queue. `for_people` of those that wait are given out by themselves as soon as somebody can take them."""

    slug = serializers.CharField()
    name = serializers.CharField()
    team = serializers.CharField(source="team.slug", allow_null=True)
    waiting = serializers.IntegerField()
    for_people = serializers.IntegerField()
    oldest = serializers.DateTimeField(allow_null=True, help_text="When the one that waits longest came in.")


@endpoint("GET", asks=Paging, answers=page_of(QueueForm))
def list_queues(request: Request) -> Response:
    """For a rep his team's, for a manager his teams' and those without a team, for RevOps all."""
    queues = (
        Queue.objects.visible_to(request.user)
        .select_related("team")
        .annotate(
            waiting=Count("leads", filter=WAITS),
            for_people=Count("leads", filter=WAITS & ~Q(leads__waits_for="")),
            oldest=Min("leads__received_at", filter=WAITS),
        )
    )
    return listed(request, page(queues, read_query(request, Paging)), QueueForm)


@endpoint("POST", answers=LeadForm, problems=[404, 409])
def pull_lead(request: Request, slug: str) -> Response:
    """The next lead of the queue is yours and accepted: the most urgent, then whoever waits longest. 409: why not."""
    queue = Queue.objects.visible_to(request.user).filter(slug=slug).first()
    if queue is None:
        raise Http404("There is no such queue, or it is not yours to see.")
    try:
        lead = pulling.pull(by=request.user, now=timezone.now(), queue=queue)
    except NotPossible as problem:
        raise Conflict(str(problem)) from problem
    return show(request.user, lead.pk)
