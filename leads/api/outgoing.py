"""What other systems are told: the catalogue of event types with their schemas, and the events that happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from leads.api.endpoints import Request, endpoint
from leads.api.paging import Paging, listed, page, page_of
from leads.api.reading import read_query
from leads.api.subscriptions import EVENT_TYPES
from notifications.models import OutgoingEvent
from notifications.subscriptions import catalogue
from notifications.subscriptions.catalogue import EventType, Schema
from reps.models import User

REVOPS = (User.Role.REVOPS,)
EVERY_TYPE = [*EVENT_TYPES, (catalogue.TEST.name, catalogue.TEST.label)]
LARGEST = 2**63 - 1


class EventTypeForm(serializers.Serializer[EventType]):
    """A type of event; `schema` is the JSON Schema of its body."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # declared fields leave the class
    when = serializers.CharField()
    schema = serializers.SerializerMethodField()

    def get_schema(self, one: EventType) -> dict[str, Any]:
        schema: Schema = catalogue.schema_of(one)
        return dict(schema)


class EventTypeList(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    results = EventTypeForm(many=True)


class OutgoingQuery(Paging):
    """Filters; each narrows what the others leave. Times are `[after, before)`."""

    type = serializers.ChoiceField(choices=EVERY_TYPE, required=False)
    lead = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST, help_text="A lead's id.")
    after = serializers.DateTimeField(required=False)
    before = serializers.DateTimeField(required=False)


class OutgoingEventForm(serializers.Serializer[OutgoingEvent]):
    """An event as it is sent; `id` is the webhook-id of all its repeats."""

    id = serializers.UUIDField(source="key")
    type = serializers.ChoiceField(choices=EVERY_TYPE)
    timestamp = serializers.DateTimeField(source="at")
    data = serializers.DictField(source="payload")  # type: ignore[assignment]  # declared fields leave the class


@endpoint("GET", answers=EventTypeList, only=REVOPS)
def list_event_types(request: Request) -> Response:
    """The types one can subscribe to, and the schema of each. There are few: one page holds them."""
    return Response(EventTypeList({"next": None, "results": catalogue.ALL}).data)


@endpoint("GET", asks=OutgoingQuery, answers=page_of(OutgoingEventForm), only=REVOPS)
def list_outgoing_events(request: Request) -> Response:
    """What happened, newest first. Kept for a week, or for a month if it did not arrive."""
    asked = read_query(request, OutgoingQuery)
    return listed(request, page(_filtered(asked), asked, by="-at"), OutgoingEventForm)


def _filtered(asked: Mapping[str, Any]) -> QuerySet[OutgoingEvent]:
    events = OutgoingEvent.objects.all()
    if kind := asked.get("type"):
        events = events.filter(type=kind)
    if lead := asked.get("lead"):
        events = events.filter(lead_id=lead)
    if after := asked.get("after"):
        events = events.filter(at__gte=after)
    if before := asked.get("before"):
        events = events.filter(at__lt=before)
    return events
