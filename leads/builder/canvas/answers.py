"""What every edit is answered with: fragments laid over the page, made in this one place.

`changed` after an edit that was done, `conflict` where somebody else was quicker, `refused` where it cannot be done.
A browser without the script is sent back to the page instead.
"""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from leads.builder import desk as desks
from leads.builder.canvas import patches
from leads.builder.canvas.drawing import as_seen, as_shown, drawn
from leads.builder.desk import Desk
from reps.access import Request
from routing.models import Revision

FOCUS = "builder-focus"  # the script puts the focus there: an element's id, or "name" for the name's control
REFUSED = "builder-refused"


def changed(
    request: Request, desk: Desk, revision: Revision, *, node: str, structural: bool, focus: str = ""
) -> HttpResponse:
    """200: top, tree (or the one card), inspector, status, outline, and a toast that says what was done.

    The inspector stays as it is where the edit came from one of its own text controls: whoever types there sees
    what he typed. Such a control says so with `quiet=1`.
    """
    if not request.htmx:
        return redirect(_address(desk, node))
    now = timezone.now()
    desk = desks.of_tree(desk.tree, may_edit=desk.may_edit)
    seen = as_shown(request, as_seen(desk, _rev(request)), now=now)
    page = drawn(request, desk, node=node, now=now)
    context = {
        **page.context,
        "patches": patches.patches(seen, page.picture),
        "rows": patches.changed_rows(seen, page.picture),
        "same_rows": patches.same_rows(seen, page.picture),
        "keeps_inspector": bool(request.POST.get("quiet")),
        "done": f"{revision.words[:1].upper()}{revision.words[1:]}" if structural else "",
    }
    response = render(request, "builder/changed.html", context)
    response["HX-Trigger-After-Settle"] = json.dumps({FOCUS: {"node": node, "focus": focus, "structural": structural}})
    if structural:
        response["HX-Replace-Url"] = _address(desk, node)
    return response


def conflict(request: Request, desk: Desk, newest: Revision | None) -> HttpResponse:
    """409: who did what in the meantime. What was typed stays where it is."""
    if not request.htmx:
        messages.warning(request, _quicker(newest))
        return redirect(_address(desk, ""))
    return render(request, "builder/conflict.html", {"desk": desk, "newest": newest}, status=409)


def refused(request: Request, field: str, problem: str) -> HttpResponse:
    """422: the script puts the problem beside the control `field`; where there is none it is a toast."""
    response = HttpResponse(problem, content_type="text/plain; charset=utf-8", status=422)
    response["HX-Trigger"] = json.dumps({REFUSED: {"field": field, "problem": problem}})
    response["HX-Reswap"] = "none"
    return response


def _rev(request: Request) -> int:
    given = request.POST.get("rev", "")
    return int(given) if given.isascii() and given.isdigit() else 0


def _quicker(newest: Revision | None) -> str:
    if newest is None:
        return "The draft is gone: it was published or thrown away. Nothing of yours was saved over it."
    return f"{newest.by or 'Somebody'} {newest.words} in the meantime. Your change was not saved."


def _address(desk: Desk, node: str) -> str:
    page = reverse("builder", args=[desk.tree.slug])
    return f"{page}?node={node}" if node else page
