"""The API described: OpenAPI for programs, a page for people, and what is said where there is nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from reps.access import signed_in

EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class TokenScheme(OpenApiAuthenticationExtension):
    """How the description names the tokens of `manage.py api_token`."""

    target_class = "reps.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "From `manage.py api_token EMAIL`."}


@require_safe
@signed_in
def docs(request: HttpRequest) -> HttpResponse:
    """The description as a page on which everything can be tried. No script and no style stands in it."""
    return render(request, "api/docs.html")


@extend_schema(exclude=True)
@api_view(EVERY_METHOD)
def nothing(request: Request, /, path: str) -> Response:
    """Every other address: JSON here too, and only for those who are signed in."""
    hint = "" if path.endswith("/") or not path else " Every address here ends with a slash."
    raise Http404(f"There is nothing at this address.{hint}")
