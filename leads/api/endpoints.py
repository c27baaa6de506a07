"""What every endpoint has: one method, its input and output stated, the roles that may use it, and no cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request as AnyRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from leads.api.problems import MEDIA_TYPE, TITLES
from reps.models import User

P = ParamSpec("P")
Form = type[serializers.Serializer[Any]]

# Who sets things up and who answers for a team; a rep sees what concerns him on his leads.
OVERSEERS = (User.Role.REVOPS, User.Role.MANAGER)


class Request(AnyRequest):
    """A request that got as far as a view: its user is real and active."""

    user: User


View = Callable[Concatenate[Request, P], Response]


class Problem(serializers.Serializer[Any]):
    """RFC 9457. `errors` has a sentence for each field that cannot be used, by its path."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(child=serializers.CharField(), required=False)  # type: ignore[assignment]  # declared fields leave the class
    request_id = serializers.CharField()


def endpoint(
    method: str,
    *,
    answers: Form | None,
    asks: Form | None = None,
    takes: Form | None = None,
    only: Sequence[User.Role] = (),
    problems: Sequence[int] = (),
    may_be_gone: bool = False,
    gives: int = 200,
) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """A view at one address with one method. `asks` are parameters of the address, `takes` is the body.

    `gives` is the status of the right answer. The view reads both itself, after it has found what the address names: a
    stranger is told 404, whatever he sends.
    """
    refusals = sorted({401, 406, *problems, *([400] if asks or takes else []), *([403] if only or takes else [])})
    responses: dict[Any, Any] = {gives: answers}
    if may_be_gone:
        responses[204] = OpenApiResponse(description="Done. What came of it is no longer yours to see.")
    responses |= {(code, MEDIA_TYPE): OpenApiResponse(Problem, TITLES[code]) for code in refusals}

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> Response:
            if only and request.user.role not in only:
                raise exceptions.PermissionDenied("Your role may not use this.")
            return view(request, *args, **kwargs)

        shown = extend_schema(
            operation_id=view.__name__,
            summary=view.__name__.replace("_", " ").capitalize(),
            parameters=[asks] if asks else None,
            request=takes,
            responses=responses,
        )(api_view([method])(guarded))
        return never_cache(shown)

    return decorate


def together(*endpoints: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Several of these at one address, each with its own method."""
    found = [one.cls for one in endpoints]  # type: ignore[attr-defined]  # what makes a view of a function leaves it there
    methods = {name: getattr(one, name) for one in found for name in one.http_method_names if name != "options"}
    return never_cache(type("Address", (APIView,), methods).as_view())  # type: ignore[attr-defined]
