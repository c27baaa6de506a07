"""What a lead did, one activity after another, for whoever may see the lead."""

from __future__ import annotations

from typing import Any

from django.http.response import Http404
from rest_framework import serializers
from rest_framework.response import Response

from leads.activity.reading import Unusable, key_of
from leads.api.endpoints import Request, endpoint
from leads.api.paging import Paging, listed, page, page_of
from leads.api.reading import read_query
from leads.models import Activity, Lead
from leads.pages.activity import names_of
from routing.engine.facts import STANDARD, from_json

HIGHEST_ID = 2**63 - 1


class ActivityQuery(Paging):
    """Of one lead; the others narrow it. Times are `[after, before)`."""

    lead = serializers.IntegerField(min_value=1, max_value=HIGHEST_ID, help_text="The lead's id.")
    key = serializers.CharField(required=False, help_text="What was done, such as pricing_views.")
    after = serializers.DateTimeField(required=False)
    before = serializers.DateTimeField(required=False)

    def validate_key(self, text: str) -> str:
        try:
            return key_of(text)
        except Unusable as unusable:
            raise serializers.ValidationError(str(unusable)) from unusable


class ActivityRow(serializers.Serializer[Activity]):
    """One activity. `event` is the delivery that it came in."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    at = serializers.DateTimeField()
    intent = serializers.CharField()
    context = serializers.DictField(child=serializers.CharField())  # type: ignore[assignment]  # declared fields leave the class
    source = serializers.CharField(source="source.slug")  # type: ignore[assignment]  # declared fields leave the class
    event = serializers.UUIDField(source="event_id", allow_null=True)


@endpoint("GET", asks=ActivityQuery, answers=page_of(ActivityRow), problems=[404])
def list_activities(request: Request) -> Response:
    """What a lead that you may see did, newest first; also before it became one."""
    asked = read_query(request, ActivityQuery)
    lead = Lead.objects.visible_to(request.user).filter(pk=asked["lead"]).first()
    if lead is None:
        raise Http404("There is no such lead, or it is not yours to see.")
    narrower: dict[str, Any] = {"key": asked.get("key"), "at__gte": asked.get("after"), "at__lt": asked.get("before")}
    done = Activity.objects.exclude(person_key="").filter(
        person_key__in=names_of(lead, from_json(lead.facts, STANDARD)),
        **{name: value for name, value in narrower.items() if value is not None},
    )
    return listed(request, page(done.select_related("source"), asked, by="-at"), ActivityRow)
