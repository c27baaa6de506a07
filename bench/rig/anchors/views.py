"""The views to measure against: a bare ORM insert, and Django REST framework as its tutorial has it."""

from __future__ import annotations

import json

from django.http import HttpRequest, JsonResponse
from rest_framework.generics import CreateAPIView
from rest_framework.permissions import AllowAny
from rest_framework.serializers import ModelSerializer

from rig.anchors.models import PlainLead


def insert(request: HttpRequest) -> JsonResponse:
    body = json.loads(request.body)
    lead = PlainLead.objects.create(
        key=body["id"],
        email=body["email"],
        name=body["name"],
        company=body["company"],
        country=body["country"],
        body=body,
    )
    return JsonResponse({"id": lead.pk}, status=202)


class PlainLeadSerializer(ModelSerializer):
    class Meta:
        model = PlainLead
        fields = ("id", "key", "email", "name", "company", "country", "body", "received_at")


class Create(CreateAPIView):
    queryset = PlainLead.objects.all()
    serializer_class = PlainLeadSerializer
    authentication_classes = ()
    permission_classes = (AllowAny,)
