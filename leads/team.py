"""The team board: a manager's reps with what they have, as it is right now."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from leads.pages import team as team_page
from leads.pages.team import Floor
from leads.views import CLOCK
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page

REVOPS, MANAGER = User.Role.REVOPS, User.Role.MANAGER
SOON = "soon"


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def team(request: Request) -> HttpResponse:
    return _board(request, _floor(request))


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def team_live(request: Request) -> HttpResponse:
    """Asked every few seconds: nothing at all while the board that is shown is still true."""
    floor = _floor(request)
    if request.GET.get("rev") == floor.revision and not get_messages(request):
        response = HttpResponse(status=204)
        response[CLOCK] = str(round(floor.now.timestamp() * 1000))
        return response
    return _board(request, floor)


def _floor(request: Request) -> Floor:
    return Floor.read(request.user, request.GET.get("team", ""), timezone.now())


def _board(request: Request, floor: Floor) -> HttpResponse:
    asked = {name: request.GET[name] for name in ("team", "show") if request.GET.get(name)}
    board = team_page.board(floor, only_soon=asked.get("show") == SOON)
    here = f"{reverse('team')}{'?' if asked else ''}{urlencode(asked)}"
    return page(request, "leads/team.html", {"board": board, "now": floor.now, "here": here}, part="team")
