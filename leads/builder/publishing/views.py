"""Publishing on the pages: the dialog, the wish that waits, its approval; and rolling back, which is publishing too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from leads.builder import desk as desks
from leads.builder.desk import Desk
from leads.builder.publishing import comparing
from leads.builder.publishing import services as publishing
from leads.builder.publishing.forms import PublishForm
from leads.builder.publishing.page import PublishPage, publish_page
from leads.builder.publishing.services import NoNote, Unfit, Unticked
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page
from routing.builder import publishing as rows
from routing.builder.drafts import Conflict
from routing.models import Publication, Revision, Tree, Version

REVOPS, MANAGER = User.Role.REVOPS, User.Role.MANAGER
Status = Publication.Status
LATER = "later"
Act = Callable[[PublishForm, PublishPage, datetime | None], Publication]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@only(REVOPS)
def publish(request: Request, slug: str) -> HttpResponse:
    """The dialog. Without a draft there is nothing to publish, and it says so."""
    desk = desks.desk_of(request.user, slug)

    def act(form: PublishForm, shown: PublishPage, at: datetime | None) -> Publication:
        given = form.cleaned_data
        return publishing.publish(
            desk.tree,
            rev=given["seen"] or 0,
            over=given["over"],
            note=given["note"],
            by=request.user,
            now=timezone.now(),
            at=at,
            accepted=given["accepted"],
            impact=shown.shift.as_json if shown.shift else None,
        )

    return _asked(request, desk, act, {"title": "Publish version", "address": reverse("publish", args=[slug])})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@only(REVOPS)
def roll_back(request: Request, slug: str, number: int) -> HttpResponse:
    """The same dialog about an old version: what its coming back would change."""
    tree = get_object_or_404(Tree, slug=slug)
    version = get_object_or_404(Version, tree=tree, number=number, published_at__isnull=False)  # others were on trial
    desk = publishing.desk_with(tree, publishing.as_revision(version))

    def act(form: PublishForm, shown: PublishPage, at: datetime | None) -> Publication:
        given = form.cleaned_data
        return publishing.roll_back(
            tree,
            number=number,
            over=given["over"],
            note=given["note"],
            by=request.user,
            now=timezone.now(),
            accepted=given["accepted"],
            impact=shown.shift.as_json if shown.shift else None,
        )

    return _asked(request, desk, act, {"back_to": version, "address": reverse("roll-back", args=[slug, number])})


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def publication(request: Request, slug: str, pk: int) -> HttpResponse:
    """A wish to publish: what it would change, and what became of it."""
    found = _publication(slug, pk)
    desk = publishing.desk_with(found.tree, found.revision)
    is_open = found.status in rows.OPEN
    context = {
        "tree": found.tree,
        "publication": found,
        "may_edit": request.user.is_revops,
        "is_open": is_open,
        "is_own": found.asked_by_id == request.user.pk,
        "overtaken": desk.live if is_open and rows.over_of(found) != rows.number_of(desk.live) else None,
        "page": publish_page(desk, was_live=publishing.was_live(found), now=timezone.now()) if is_open else None,
        "lines": () if is_open else _done(found, desk),
        "impact": found.impact,
    }
    return page(request, "builder/publication.html", context, part="publication")


@require_POST
@signed_in
@only(REVOPS)
def approve(request: Request, slug: str, pk: int) -> HttpResponse:
    found = _publication(slug, pk)
    try:
        done = publishing.approve(found, by=request.user, now=timezone.now())
    except rows.OwnWish:
        messages.error(request, "You asked for it: somebody else of RevOps must approve it.")
    except rows.NotThere:
        messages.warning(request, "It is not what it was when you looked: nothing was done.")
    except rows.Behind as behind:
        messages.error(request, f"Nothing was published: version {rows.number_of(behind.live)} came in between.")
    except Unfit as unfit:
        messages.error(request, f"Nothing was published. {unfit.errors[0].words}")
    else:
        messages.success(request, _said(done))
    return redirect("publication", slug=slug, pk=pk)


@require_POST
@signed_in
@only(REVOPS)
def withdraw(request: Request, slug: str, pk: int) -> HttpResponse:
    try:
        publishing.withdraw(_publication(slug, pk), by=request.user, now=timezone.now())
    except rows.NotThere:
        messages.warning(request, "It was published or withdrawn already.")
    else:
        messages.success(request, "It is withdrawn and will not be published. The draft is still there.")
    return redirect("publication", slug=slug, pk=pk)


def _asked(request: Request, desk: Desk, act: Act, about: dict[str, Any]) -> HttpResponse:
    """The dialog, empty or as it came back; when all is well, on to the page of the tree."""
    is_back = "back_to" in about
    shown = publish_page(desk, was_live=is_back, now=timezone.now())
    form = PublishForm(request.POST or None, initial={"seen": desk.rev, "over": shown.over})
    said = ""
    if form.is_valid():
        at = form.cleaned_data["publish_at"]  # whichever button was pressed: who gave a time does not mean now
        if request.POST.get("deed") == LATER and at is None:
            form.add_error("publish_at", "Say when.")
        elif not is_back and shown.overtaken_by and not form.cleaned_data["take_over"]:
            said = "Something was published since this draft was begun. Look at it, and say that yours is to stand."
        else:
            try:
                return _go_on(request, act(form, shown, at))
            except rows.TooLate:
                form.add_error("publish_at", rows.WHEN)
            except (Conflict, rows.Behind, rows.AnotherWaits, NoNote, Unfit, Unticked) as refusal:
                said = _why_not(refusal)
                desk = desk if is_back else desks.of_tree(desk.tree, may_edit=True)
                shown = publish_page(desk, was_live=is_back, now=timezone.now())
    context = {
        **about,
        "desk": desk,
        "tree": desk.tree,
        "page": shown,
        "form": form,
        "rev": desk.rev,
        "said": said,
        "is_nothing": desk.draft is None and not is_back,
    }
    return page(request, "builder/publish.html", context, part="publish", status=422 if form.is_bound else 200)


def _why_not(refusal: Exception) -> str:
    match refusal:
        case Conflict(newest=Revision() as newest):
            return f"{newest.by or 'Somebody'} {newest.words} in the meantime. Below is how it is now."
        case Conflict():
            return "The draft is gone: it was published or thrown away in the meantime."
        case rows.Behind(live=live):
            return f"Version {rows.number_of(live)} was published in the meantime. Below is yours against that one."
        case rows.AnotherWaits():
            return "Another version waits to be published: withdraw it first."
        case Unticked():
            return "There are warnings: tick that you have seen them."
        case Unfit(errors=errors):
            return errors[0].words
    return "Say what it is for: the history wants to know."


def _go_on(request: Request, made: Publication) -> HttpResponse:
    messages.success(request, _said(made))
    address = (
        reverse("builder", args=[made.tree.slug])
        if made.status == Status.DONE
        else reverse("publication", args=[made.tree.slug, made.pk])
    )
    return HttpResponseClientRedirect(address) if request.htmx else HttpResponseRedirect(address)


def _said(made: Publication) -> str:
    if made.status == Status.DONE:
        return f"Version {rows.number_of(made.version)} is live. Leads on their way stay on their version."
    if made.status == Status.WAITING:
        return "Somebody else of RevOps has been asked to approve it."
    return "It is scheduled and is published by itself."


def _publication(slug: str, pk: int) -> Publication:
    related = ("tree", "revision", "version", "asked_by", "decided_by")
    return get_object_or_404(Publication.objects.select_related(*related), tree__slug=slug, pk=pk)


def _done(found: Publication, desk: Desk) -> Any:
    """Against the version that it took the place of."""
    before = found.tree.versions.filter(number=rows.over_of(found)).first()
    if before is None:
        return ()
    return comparing.lines(comparing.compared(before.document, found.revision.document, desk.known))
