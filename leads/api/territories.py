"""Territories and the change sets that realign them, to be read. Both are written on the pages or by a file."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http.response import Http404
from rest_framework import serializers
from rest_framework.response import Response

from leads.api.endpoints import OVERSEERS, Request, endpoint
from leads.api.paging import Paging, listed, page, page_of
from leads.api.reading import read_query
from leads.models import ChangeSet
from leads.world import known
from reps.models import Territory, TerritoryRep
from routing.engine.conditions import Condition
from routing.engine.document import dump_condition, parse_condition
from routing.engine.explain import sentence


class PlaceForm(serializers.Serializer[TerritoryRep]):
    rep = serializers.CharField(source="rep.user.email")
    weight = serializers.FloatField()


class TerritoryForm(serializers.Serializer[Territory]):
    """A part of the market, valid in `[valid_from, valid_to)`, days of UTC. Its reps are in the order of its pool."""

    slug = serializers.CharField()
    name = serializers.CharField()
    parent = serializers.CharField(source="parent.slug", allow_null=True, default=None)  # type: ignore[assignment]  # declared fields leave the class
    when = serializers.SerializerMethodField(help_text="A condition; a lead must lie in the parent as well.")
    says = serializers.SerializerMethodField(help_text="The same as a sentence.")
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)
    reps = PlaceForm(many=True, source="members")

    def get_when(self, territory: Territory) -> dict[str, Any]:
        return dump_condition(self._condition(territory))

    def get_says(self, territory: Territory) -> str:
        return sentence(self._condition(territory), self.context["vocabulary"])

    def _condition(self, territory: Territory) -> Condition:
        return parse_condition(territory.when, self.context["vocabulary"])


class TerritoryQuery(Paging):
    """Filters; each narrows what the others leave."""

    parent = serializers.CharField(  # type: ignore[assignment]  # declared fields leave the class
        required=False, help_text="The slug of the territory that they lie right within."
    )
    rep = serializers.CharField(required=False, help_text="The e-mail of somebody who works them.")


class ChangeSetForm(serializers.Serializer[ChangeSet]):
    """A realignment. `document` says it as the configuration file would; `applied` is what really changed by it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    note = serializers.CharField()
    status = serializers.ChoiceField(choices=ChangeSet.Status.choices)
    effective_at = serializers.DateTimeField(allow_null=True)
    document = serializers.CharField()
    prepared_at = serializers.DateTimeField()
    prepared_by = serializers.CharField(source="prepared_by.email", allow_null=True, default=None)
    scheduled_by = serializers.CharField(source="scheduled_by.email", allow_null=True, default=None)
    ended_at = serializers.DateTimeField(allow_null=True)
    problem = serializers.CharField(help_text="Why it could not come into force.")
    applied = serializers.JSONField()
    reverses = serializers.IntegerField(source="reverses_id", allow_null=True)


class ChangeSetQuery(Paging):
    status = serializers.ChoiceField(choices=ChangeSet.Status.choices, required=False)


@endpoint("GET", asks=TerritoryQuery, answers=page_of(TerritoryForm), only=OVERSEERS)
def list_territories(request: Request) -> Response:
    """The map of territories: what each holds, and who works it."""
    asked = read_query(request, TerritoryQuery)
    found = _territories()
    if parent := asked.get("parent"):
        found = found.filter(parent__slug=parent)
    if rep := asked.get("rep"):
        found = found.filter(members__rep__user__email=rep)
    return listed(request, page(found, asked), TerritoryForm, _words())


@endpoint("GET", answers=TerritoryForm, only=OVERSEERS, problems=[404])
def get_territory(request: Request, slug: str) -> Response:
    """One territory."""
    found = _territories().filter(slug=slug).first()
    if found is None:
        raise Http404("There is no such territory.")
    return Response(TerritoryForm(found, context=_words()).data)


@endpoint("GET", asks=ChangeSetQuery, answers=page_of(ChangeSetForm), only=OVERSEERS)
def list_change_sets(request: Request) -> Response:
    """Realignments, the newest first."""
    asked = read_query(request, ChangeSetQuery)
    found = _change_sets()
    if status := asked.get("status"):
        found = found.filter(status=status)
    return listed(request, page(found, asked, by="-pk"), ChangeSetForm)


@endpoint("GET", answers=ChangeSetForm, only=OVERSEERS, problems=[404])
def get_change_set(request: Request, pk: int) -> Response:
    """One realignment."""
    found = _change_sets().filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such change set.")
    return Response(ChangeSetForm(found).data)


def _words() -> dict[str, Any]:
    return {"vocabulary": known().world.vocabulary}


def _territories() -> QuerySet[Territory]:
    members = TerritoryRep.objects.select_related("rep__user").order_by("position", "pk")
    return Territory.objects.select_related("parent").prefetch_related(Prefetch("members", members))


def _change_sets() -> QuerySet[ChangeSet]:
    return ChangeSet.objects.select_related("prepared_by", "scheduled_by")
