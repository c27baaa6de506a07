"""Every change of a drawn tree from the page: one POST, one deed, one revision; undone, redone, thrown away.

A form's field is an argument of the deed. Lists are repeated fields; a name that ends in `_json` brings its value as
JSON under the name without it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from leads.builder.canvas import answers
from leads.builder.desk import Desk, desk_of
from reps.access import Request, only, signed_in
from reps.models import User
from routing.builder import drafts
from routing.builder.drafts import Conflict, NothingTo
from routing.engine import nodes
from routing.engine.edits import STRUCTURAL, Arguments, Refused
from routing.engine.edits.lines import table_csv
from routing.models import Revision

NOT_ARGUMENTS = ("rev", "op", "csrfmiddlewaretoken", "focus", "quiet")
LISTS = ("values", "nodes", "require_skills", "skills_from", "prefer_skills")
NEWEST = 2**31 - 1


@require_POST
@signed_in
@only(User.Role.REVOPS)
def op(request: Request, slug: str) -> HttpResponse:
    """One deed of `routing.engine.edits`, done to the revision that the page shows."""
    desk, name = desk_of(request.user, slug), request.POST.get("op", "")
    try:
        revision = drafts.perform(
            desk.tree,
            rev=_rev(request),
            op=name,
            arguments=arguments_of(request.POST),
            around=desk.around,
            by=request.user,
            now=timezone.now(),
        )
    except Refused as refusal:
        return _refused(request, desk, refusal)
    except Conflict as conflict:
        return answers.conflict(request, desk, conflict.newest)
    return _changed(request, desk, revision, structural=name in STRUCTURAL)


@require_POST
@signed_in
@only(User.Role.REVOPS)
def undo(request: Request, slug: str) -> HttpResponse:
    return _stepped(request, slug, drafts.undo, "There is nothing to undo.")


@require_POST
@signed_in
@only(User.Role.REVOPS)
def redo(request: Request, slug: str) -> HttpResponse:
    return _stepped(request, slug, drafts.redo, "There is nothing to redo.")


@require_POST
@signed_in
@only(User.Role.REVOPS)
def discard(request: Request, slug: str) -> HttpResponse:
    """Back to what is live. The draft's revisions stay in the history."""
    desk = desk_of(request.user, slug)
    try:
        drafts.discard(desk.tree, rev=_rev(request))
    except Conflict as conflict:
        return answers.conflict(request, desk, conflict.newest)
    messages.success(request, "The draft is thrown away: this is what is live.")
    return redirect("builder", slug=slug)


@require_safe
@signed_in
@only(User.Role.REVOPS, User.Role.MANAGER)
def table(request: Request, slug: str, node: str) -> HttpResponse:
    """The rows of a lookup table as CSV, which can be edited anywhere and pasted back whole."""
    desk = desk_of(request.user, slug)
    try:
        rows = table_csv(desk.document, node, request.GET.get("within", ""))
    except Refused as refusal:
        raise Http404(refusal.problem) from None
    name = f"{desk.tree.slug}-{nodes.rule_of(node) or 'otherwise'}.csv"
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)}
    return HttpResponse(rows, content_type="text/csv; charset=utf-8", headers=headers)


def arguments_of(posted: QueryDict) -> Arguments:
    """What a form brings, as the deed's arguments."""
    arguments: dict[str, Any] = {}
    for key in posted:
        if key in NOT_ARGUMENTS:
            continue
        if key.endswith("_json"):
            arguments[key.removesuffix("_json")] = _json(str(posted[key]), key)
        else:
            arguments[key] = posted.getlist(key) if key in LISTS else posted[key]
    return arguments


def _json(text: str, key: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(key.removesuffix("_json"), "Cannot be read.") from None


def _rev(request: Request) -> int:
    """A number that no draft has, where the page brings none: then it is a conflict, and the newest is shown."""
    given = request.POST.get("rev", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else NEWEST


def _stepped(request: Request, slug: str, step: Callable[..., Revision], nothing: str) -> HttpResponse:
    desk = desk_of(request.user, slug)
    try:
        revision = step(desk.tree, rev=_rev(request), by=request.user, now=timezone.now())
    except NothingTo:
        return _refused(request, desk, Refused("", nothing))
    except Conflict as conflict:
        return answers.conflict(request, desk, conflict.newest)
    return _changed(request, desk, revision, structural=True)


def _changed(request: Request, desk: Desk, revision: Revision, *, structural: bool) -> HttpResponse:
    """What changed nothing is answered like the rest, but nobody is told that the change before was done now."""
    focus = request.POST.get("focus", "")
    structural = structural and revision.number != _rev(request) and revision.words != drafts.BEGUN
    return answers.changed(request, desk, revision, node=revision.node, structural=structural, focus=focus)


def _refused(request: Request, desk: Desk, refusal: Refused) -> HttpResponse:
    if request.htmx:
        return answers.refused(request, refusal.field, refusal.problem)
    messages.error(request, refusal.problem)
    return redirect("builder", slug=desk.tree.slug)
