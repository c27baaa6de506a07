"""The anchors' addresses."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from rig.anchors import views


def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n")


urlpatterns = [
    path("insert/", views.insert),
    path("drf/", views.Create.as_view()),
    path("livez", alive),
]
