"""Who may see a page: signed in, with the right role, in the zone of his own clock, and never from a cache."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django_htmx.middleware import HtmxDetails

from reps.models import Rep, Team, User

P = ParamSpec("P")


class Request(HttpRequest):
    """A request that came through `signed_in`: the user is real, `rep` is his place on the floor if he has one."""

    user: User
    htmx: HtmxDetails
    rep: Rep | None


View = Callable[Concatenate[Request, P], HttpResponse]


def signed_in(view: View[P]) -> View[P]:
    """For every page with something on it. Times are shown in the reader's own zone."""

    @wraps(view)
    def guarded(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return _to_the_door(request)
        request.rep = Rep.objects.select_related("team", "user", "backup__user").filter(user=request.user).first()
        with timezone.override(ZoneInfo(own_zone(request.user, request.rep))):
            response = view(request, *args, **kwargs)
        # A lead's name must not come back from a cache after signing out, and a part must not be shown as the page.
        add_never_cache_headers(response)
        return response

    return guarded


def only(*roles: User.Role) -> Callable[[View[P]], View[P]]:
    """Below `signed_in`: others are told that the page is not theirs."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.user.role not in roles:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return guard


def own_zone(user: User, rep: Rep | None) -> str:
    """The zone of his working hours; a manager without any has his team's, RevOps sees UTC."""
    if rep:
        return rep.timezone
    if user.is_manager:
        return Team.objects.filter(manager=user).order_by("pk").values_list("timezone", flat=True).first() or "UTC"
    return "UTC"


def page_shown(request: Request) -> str | None:
    """The page from which the script asks, if it named one of ours."""
    try:
        return request.htmx.current_url_abs_path
    except ValueError:  # the header is anything a stranger likes
        return None


def _to_the_door(request: Request) -> HttpResponse:
    if not request.htmx:
        return redirect_to_login(request.get_full_path())
    # A redirect would be followed by the script and put the login form into a row of the table.
    page = page_shown(request) or resolve_url("home")
    response = HttpResponse(status=401)
    response["HX-Redirect"] = redirect_to_login(page).url
    return response
