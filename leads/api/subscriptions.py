"""Who hears of what: subscriptions of other systems, for RevOps, and sending again what did not arrive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http.response import Http404
from django.utils import timezone
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from leads.api.endpoints import Request, endpoint
from leads.api.paging import Paging, listed, page, page_of
from leads.api.reading import read_body, read_query
from leads.api.refusals import Conflict
from leads.api.strict import Flag, Text, Whole
from notifications.models import Subscription
from notifications.subscriptions import catalogue, planning, services
from reps.models import User

REVOPS = (User.Role.REVOPS,)
EVENT_TYPES = [(one.name, one.label) for one in catalogue.ALL]


class SubscriptionChange(serializers.Serializer[Any]):
    """Only what is given is changed."""

    name = Text(max_length=services.LONGEST_NAME, required=False)
    url = Text(max_length=2000, required=False, help_text="https, on the public internet or named by the operator.")
    types = serializers.ListField(
        child=serializers.ChoiceField(choices=EVENT_TYPES), allow_empty=False, required=False, max_length=50
    )
    per_minute = Whole(
        min_value=1,
        max_value=services.MOST_PER_MINUTE,
        required=False,
        allow_null=True,
        help_text="Null: as many as there are.",
    )
    enabled = Flag(required=False, help_text="Switched off it is sent nothing, and what waits is given up.")


class Subscribing(SubscriptionChange):
    """A subscription to be made. It is on from the beginning."""

    name = Text(max_length=services.LONGEST_NAME)
    url = Text(max_length=2000, help_text="https, on the public internet or named by the operator.")
    types = serializers.ListField(child=serializers.ChoiceField(choices=EVENT_TYPES), allow_empty=False, max_length=50)
    enabled = None  # type: ignore[assignment]  # a declared field that is taken back


class EventReplay(serializers.Serializer[Any]):
    """Which events are to be sent again: at most ten thousand at once, the oldest first."""

    since = serializers.DateTimeField()
    everything = Flag(required=False, default=False, help_text="Also those that arrived.")


class EventsReplayed(serializers.Serializer[Any]):
    queued = serializers.IntegerField(help_text="How many are sent again now.")
    left = serializers.BooleanField(help_text="Whether there are more: ask again when these have arrived.")


class SubscriptionForm(serializers.Serializer[Subscription]):
    """`off_reason` is why it was switched off by itself; `waiting` counts what is on its way."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    url = serializers.CharField()
    types = serializers.ListField(child=serializers.ChoiceField(choices=EVENT_TYPES))
    per_minute = serializers.IntegerField(allow_null=True)
    enabled = serializers.BooleanField()
    off_reason = serializers.CharField()
    created_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()
    previous_until = serializers.DateTimeField(
        allow_null=True, help_text="Until when the secret before the newest one signs too."
    )


class SubscriptionSecrets(SubscriptionForm):
    """A subscription with the secrets that sign now, the newest first."""

    secrets = serializers.SerializerMethodField()

    def get_secrets(self, subscription: Subscription) -> list[str]:
        return services.secrets_of(subscription, now=timezone.now())


@endpoint("GET", asks=Paging, answers=page_of(SubscriptionForm), only=REVOPS)
def list_subscriptions(request: Request) -> Response:
    """The subscriptions, oldest first."""
    return listed(request, page(_subscriptions(), read_query(request, Paging)), SubscriptionForm)


@endpoint("POST", takes=Subscribing, answers=SubscriptionSecrets, only=REVOPS, gives=201)
def create_subscription(request: Request) -> Response:
    """Another system hears of these types from now on. The answer has the secret that signs."""
    given = read_body(request, Subscribing)
    try:
        made = services.create(**given, by=request.user, now=timezone.now())
    except services.Refused as refused:
        raise _bad(refused.problems) from refused
    return Response(SubscriptionSecrets(made).data, status=201)


@endpoint("GET", answers=SubscriptionSecrets, only=REVOPS, problems=[404])
def get_subscription(request: Request, pk: int) -> Response:
    """One subscription, with its secrets."""
    return Response(SubscriptionSecrets(_subscription(pk)).data)


@endpoint("PATCH", takes=SubscriptionChange, answers=SubscriptionSecrets, only=REVOPS, problems=[404])
def change_subscription(request: Request, pk: int) -> Response:
    """Change it, or switch it off and on. What happened while it was off is not sent by itself: replay it."""
    there = _subscription(pk)
    given = read_body(request, SubscriptionChange)
    try:
        changed = services.change(there, given, by=request.user, now=timezone.now())
    except services.Refused as refused:
        raise _bad(refused.problems) from refused
    except Subscription.DoesNotExist:
        raise _gone() from None
    return Response(SubscriptionSecrets(changed).data)


@endpoint("DELETE", answers=None, only=REVOPS, problems=[404], gives=204)
def delete_subscription(request: Request, pk: int) -> Response:
    """It hears no more, and the log of what was sent to it is gone."""
    try:
        services.remove(_subscription(pk), by=request.user, now=timezone.now())
    except Subscription.DoesNotExist:
        raise _gone() from None
    return Response(status=204)


@endpoint("POST", answers=SubscriptionSecrets, only=REVOPS, problems=[404])
def rotate_subscription(request: Request, pk: int) -> Response:
    """A new secret signs from now on, and the one before it too for 24 hours."""
    try:
        rotated = services.rotate(_subscription(pk), by=request.user, now=timezone.now())
    except Subscription.DoesNotExist:
        raise _gone() from None
    return Response(SubscriptionSecrets(rotated).data)


@endpoint("POST", takes=EventReplay, answers=EventsReplayed, only=REVOPS, problems=[404, 409])
def replay_subscription(request: Request, pk: int) -> Response:
    """Send again what happened since then and did not arrive, or all of it. The ids stay the same."""
    there = _subscription(pk)
    given = read_body(request, EventReplay)
    try:
        queued = planning.replay_since(there, **given, by=request.user, now=timezone.now())
    except planning.IsOff:
        raise Conflict("The subscription is switched off: switch it on first.") from None
    return Response(EventsReplayed({"queued": queued, "left": queued == planning.MOST_REPLAYED}).data)


def _subscriptions() -> QuerySet[Subscription]:
    return Subscription.objects.all()


def _subscription(pk: int) -> Subscription:
    found = _subscriptions().filter(pk=pk).first()
    if found is None:
        raise _gone()
    return found


def _gone() -> Http404:
    return Http404("There is no such subscription.")


def _bad(problems: Mapping[str, str]) -> exceptions.ValidationError:
    return exceptions.ValidationError(dict(problems))
