"""Deliveries as they arrived, for RevOps: what came, what became of it, and reading it again."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.http.response import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from leads import nudge, services
from leads.api.endpoints import Request, endpoint
from leads.api.paging import Paging, listed, page, page_of
from leads.api.reading import read_body, read_query
from leads.models import InboundEvent
from reps.models import User

REVOPS = (User.Role.REVOPS,)
TEXT, BASE64 = "text", "base64"


class EventQuery(Paging):
    """Filters; each narrows what the others leave. Times are `[after, before)`."""

    status = serializers.ChoiceField(choices=InboundEvent.Status.choices, required=False)
    source = serializers.CharField(required=False, help_text="A source's slug.")  # type: ignore[assignment]  # declared fields leave the class
    received_after = serializers.DateTimeField(required=False)
    received_before = serializers.DateTimeField(required=False)


class Nothing(serializers.Serializer[Any]):
    """No member is known: the address says it all."""


class EventRow(serializers.Serializer[InboundEvent]):
    """A delivery. `copies` counts how often it was sent again; `problem` is what could not be read of it."""

    uuid = serializers.UUIDField()
    source = serializers.CharField(source="source.slug")  # type: ignore[assignment]  # declared fields leave the class
    status = serializers.ChoiceField(choices=InboundEvent.Status.choices)
    received_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Of the body, in bytes.")
    copies = serializers.IntegerField()
    attempts = serializers.IntegerField()
    problem = serializers.CharField()


class EventForm(EventRow):
    """A delivery with all that was kept of it. `leads` are the ids of those it touched; `activities` were counted."""

    headers = serializers.DictField(child=serializers.CharField())
    body = serializers.SerializerMethodField()
    body_encoding = serializers.SerializerMethodField()
    leads = serializers.SerializerMethodField()
    activities = serializers.SerializerMethodField()

    def get_body(self, event: InboundEvent) -> str:
        raw = bytes(event.body)
        return raw.decode() if _is_text(raw) else base64.b64encode(raw).decode()

    @extend_schema_field(serializers.ChoiceField(choices=(TEXT, BASE64)))
    def get_body_encoding(self, event: InboundEvent) -> str:
        return TEXT if _is_text(bytes(event.body)) else BASE64

    def get_leads(self, event: InboundEvent) -> list[int]:
        return sorted(set(event.touches.values_list("lead_id", flat=True)))

    def get_activities(self, event: InboundEvent) -> int:
        return event.activities.count()


@endpoint("GET", asks=EventQuery, answers=page_of(EventRow), only=REVOPS)
def list_events(request: Request) -> Response:
    """The deliveries, newest first."""
    asked = read_query(request, EventQuery)
    events = _filtered(_events().defer("body", "headers"), asked)
    return listed(request, page(events, asked, by="-received_at"), EventRow)


@endpoint("GET", answers=EventForm, only=REVOPS, problems=[404])
def get_event(request: Request, pk: uuid.UUID) -> Response:
    """One delivery with its headers and its body, as text where it is text."""
    return _shown(pk)


@endpoint("POST", takes=Nothing, answers=EventForm, only=REVOPS, problems=[404])
def replay_event(request: Request, pk: uuid.UUID) -> Response:
    """Read a delivery again, say after its mapping was mended. What it brought in before is not brought in twice."""
    event = _event(pk)
    read_body(request, Nothing)
    services.replay(event, now=timezone.now())
    transaction.on_commit(nudge.look_now)
    return _shown(pk)


def _shown(pk: uuid.UUID) -> Response:
    return Response(EventForm(_event(pk)).data)


def _event(pk: uuid.UUID) -> InboundEvent:
    event = _events().filter(pk=pk).first()
    if event is None:
        raise Http404("There is no such event.")
    return event


def _events() -> QuerySet[InboundEvent]:
    return InboundEvent.objects.select_related("source").annotate(size=Length("body"))


def _filtered(events: QuerySet[InboundEvent], asked: Mapping[str, Any]) -> QuerySet[InboundEvent]:
    if status := asked.get("status"):
        events = events.filter(status=status)
    if source := asked.get("source"):
        events = events.filter(source__slug=source)
    if since := asked.get("received_after"):
        events = events.filter(received_at__gte=since)
    if until := asked.get("received_before"):
        events = events.filter(received_at__lt=until)
    return events


def _is_text(raw: bytes) -> bool:
    try:
        return "\x00" not in raw.decode()
    except UnicodeDecodeError:
        return False
