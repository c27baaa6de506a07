"""The pages of a tree's past: its versions, one of them, two side by side, and taking one back into the draft."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from leads.builder import desk as desks
from leads.builder.publishing import comparing, history
from leads.builder.publishing import services as publishing
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page
from routing.builder import drafts
from routing.builder.drafts import Conflict
from routing.engine.edits import Refused
from routing.models import Tree, Version

REVOPS, MANAGER = User.Role.REVOPS, User.Role.MANAGER
ENDED = (Version.Status.LIVE, Version.Status.RETIRED)


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def tree_history(request: Request, slug: str) -> HttpResponse:
    desk = desks.desk_of(request.user, slug)
    below = request.GET.get("below", "")
    shown = history.history(desk.tree, below=int(below) if below.isdecimal() and len(below) < 9 else 0)
    return page(request, "builder/history.html", {"desk": desk, "tree": desk.tree, "page": shown}, part="history")


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def tree_version(request: Request, slug: str, number: int) -> HttpResponse:
    """One version: what it changed, and what can be done with it."""
    desk = desks.desk_of(request.user, slug)
    versions = Version.objects.select_related("tree", "published_by")
    version = get_object_or_404(versions, tree=desk.tree, number=number, status__in=ENDED)
    earlier = history.before(version)
    found = comparing.compared(earlier.document if earlier else drafts.EMPTY, version.document, desk.known)
    context = {
        "desk": desk,
        "tree": desk.tree,
        "version": version,
        "entry": history.entry(version),
        "earlier": earlier,
        "lines": comparing.lines(found),
    }
    return page(request, "builder/version.html", context, part="version")


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def compare(request: Request, slug: str) -> HttpResponse:
    """`?from=` and `?to=` are numbers of versions, `live` or `draft`; `?only=1` leaves out what stayed."""
    desk = desks.desk_of(request.user, slug)
    asked = request.GET
    shown = None
    if desk.live or desk.draft:
        only_changes = asked.get("only") == "1"
        shown = history.comparison(desk, before=asked.get("from", ""), after=asked.get("to", ""), only=only_changes)
    return page(request, "builder/compare.html", {"desk": desk, "tree": desk.tree, "page": shown}, part="compare")


@require_POST
@signed_in
@only(REVOPS)
def compare_revert(request: Request, slug: str) -> HttpResponse:
    """Take one change of the draft back: the piece says again what it says live."""
    desk = desks.desk_of(request.user, slug)
    try:
        done = drafts.perform(
            desk.tree,
            rev=_number(request),
            op="revert",
            arguments={"node": request.POST.get("node", "")},
            around=desk.around,
            by=request.user,
            now=timezone.now(),
        )
    except Conflict as conflict:
        messages.warning(request, _quicker(conflict))
    except Refused as refused:
        messages.warning(request, f"It cannot be taken back by itself: {refused.problem}")
    else:
        messages.success(request, f"{done.words[:1].upper()}{done.words[1:]}. It can be undone in the builder.")
    return redirect(f"{reverse('compare', args=[slug])}?to=draft")


@require_POST
@signed_in
@only(REVOPS)
def restore(request: Request, slug: str, number: int) -> HttpResponse:
    """An old version into the draft; nothing is live by that, and undoing brings the draft back."""
    desk = desks.desk_of(request.user, slug)
    get_object_or_404(Version, tree=desk.tree, number=number)
    try:
        publishing.restore(desk.tree, number=number, rev=_number(request), by=request.user, now=timezone.now())
    except Conflict as conflict:
        messages.warning(request, _quicker(conflict))
        return redirect("tree-version", slug=slug, number=number)
    messages.success(request, f"The draft says what version {number} said. Undo brings back what it said before.")
    return redirect("builder", slug=slug)


@require_POST
@signed_in
@only(REVOPS)
def tree_approval(request: Request, slug: str) -> HttpResponse:
    """Whether a second person must agree to what is published."""
    tree = get_object_or_404(Tree, slug=slug)
    needed = request.POST.get("needed") == "1"
    publishing.need_approval(tree, needed=needed, by=request.user, now=timezone.now())
    said = "needs a second person's approval from now on." if needed else "can be published by one person."
    messages.success(request, f"{tree} {said}")
    return redirect("tree-history", slug=slug)


def _number(request: Request) -> int:
    rev = request.POST.get("rev", "")
    return int(rev) if rev.isdecimal() and len(rev) < 9 else 0


def _quicker(conflict: Conflict) -> str:
    if conflict.newest is None:
        return "The draft is gone: it was published or thrown away. Nothing was done."
    return f"{conflict.newest.by or 'Somebody'} {conflict.newest.words} in the meantime. Nothing was done."
