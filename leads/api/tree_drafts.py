"""The draft of a tree for programs: read it, write it whole, publish it as the page does."""

from __future__ import annotations

from typing import Any

from django.http.response import Http404
from django.utils import timezone
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from leads.api.endpoints import OVERSEERS, Request, endpoint
from leads.api.reading import read_body
from leads.api.refusals import Conflict
from leads.api.strict import Flag, Text, Whole
from leads.builder import desk as desks
from leads.builder.desk import Desk
from leads.builder.publishing import services as publishing
from leads.builder.publishing import shift
from leads.builder.publishing.checks import Check, checks
from leads.builder.publishing.services import NoNote, Unfit, Unticked
from reps.models import User
from routing.builder import drafts
from routing.builder import publishing as rows
from routing.engine.document import BadDocument, dump, parse
from routing.engine.edits import Done
from routing.models import Publication, Tree

REVOPS = (User.Role.REVOPS,)
MOST_TOLD = 100
LARGEST_NUMBER = 2_000_000_000


class CheckForm(serializers.Serializer[Check]):
    """`error` forbids publishing, a `warning` must be accepted. `node` is the piece it is about."""

    severity = serializers.ChoiceField(choices=["error", "warning"])
    node = serializers.CharField(allow_blank=True)
    words = serializers.CharField()


class DraftForm(serializers.Serializer[Any]):
    """`rev` 0: there is no draft, and the document is what is live. `live` is the live version's number, 0: none."""

    rev = serializers.IntegerField()
    live = serializers.IntegerField()
    behind = serializers.BooleanField(help_text="Something was published since the draft was begun.")
    changed_at = serializers.DateTimeField(allow_null=True)
    changed_by = serializers.CharField(allow_null=True)
    document = serializers.DictField()
    checks = CheckForm(many=True)


class WritingDraft(serializers.Serializer[Any]):
    rev = Whole(min_value=0, max_value=LARGEST_NUMBER, help_text="The revision that was read.")
    document = serializers.DictField(help_text="The whole rule document.")


class PublishingDraft(serializers.Serializer[Any]):
    rev = Whole(min_value=0, max_value=LARGEST_NUMBER, help_text="The revision that was read.")
    live = Whole(min_value=0, max_value=LARGEST_NUMBER, help_text="The live version it was compared with, 0 for none.")
    note = Text(max_length=2_000)
    at = serializers.DateTimeField(required=False, allow_null=True, help_text="Without it: now.")
    accepted = Flag(required=False, default=False, help_text="The warnings were seen.")


class PublicationForm(serializers.Serializer[Publication]):
    id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Publication.Status.choices)
    version = serializers.IntegerField(source="version.number", allow_null=True, default=None)
    publish_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()


@endpoint("GET", answers=DraftForm, only=OVERSEERS, problems=[404])
def get_tree_draft(request: Request, slug: str) -> Response:
    """The draft, or what is live where there is none, and what would keep it from being published."""
    return Response(_told(_desk(request, slug)))


@endpoint("PUT", takes=WritingDraft, answers=DraftForm, only=REVOPS, problems=[404, 409])
def put_tree_draft(request: Request, slug: str) -> Response:
    """Write the whole draft. Nothing is live by that; who edits it in a browser can undo it."""
    desk = _desk(request, slug)
    given = read_body(request, WritingDraft)
    world = desk.known.world
    try:
        document = dict(dump(parse(given["document"], world.vocabulary, desks.references_of(desk.known))))
    except BadDocument as bad:
        found = bad.problems[:MOST_TOLD]
        paths = {f"document.{one.path}" if one.path else "document": one.problem for one in found}
        raise exceptions.ValidationError(paths) from bad
    try:
        drafts.change(
            desk.tree,
            rev=given["rev"],
            op={"op": "put"},
            by=request.user,
            now=timezone.now(),
            how=lambda _: Done(document, "wrote the whole tree by program", ""),
        )
    except drafts.Conflict as conflict:
        raise Conflict(_quicker(conflict)) from conflict
    return Response(_told(_desk(request, slug)))


@endpoint("POST", takes=PublishingDraft, answers=PublicationForm, only=REVOPS, problems=[404, 409])
def publish_tree_draft(request: Request, slug: str) -> Response:
    """Publish the draft: now, at a time, or once somebody else has approved, where the tree asks for that."""
    desk = _desk(request, slug)
    given, now = read_body(request, PublishingDraft), timezone.now()
    found = shift.shift(desk, now)
    try:
        made = publishing.publish(
            desk.tree,
            rev=given["rev"],
            over=given["live"],
            note=given["note"],
            by=request.user,
            now=now,
            at=given.get("at"),
            accepted=given["accepted"],
            impact=found.as_json if found else None,
        )
    except (NoNote, rows.TooLate) as problem:
        said = {"note": "Say what it is for."} if isinstance(problem, NoNote) else {"at": rows.WHEN}
        raise exceptions.ValidationError(said) from problem
    except (drafts.Conflict, rows.Behind, rows.AnotherWaits, Unfit, Unticked) as refusal:
        raise Conflict(_why_not(refusal)) from refusal
    return Response(PublicationForm(made).data)


def _desk(request: Request, slug: str) -> Desk:
    tree = Tree.objects.filter(slug=slug).first()
    if tree is None:
        raise Http404("There is no such tree.")
    return desks.of_tree(tree, may_edit=request.user.is_revops)


def _told(desk: Desk) -> Any:
    revision = desk.revision
    return DraftForm(
        {
            "rev": desk.rev,
            "live": rows.number_of(desk.live),
            "behind": desk.is_behind,
            "changed_at": revision.at if revision else None,
            "changed_by": revision.by.email if revision and revision.by else None,
            "document": desk.document,
            "checks": checks(desk, now=timezone.now()).found,
        }
    ).data


def _quicker(conflict: drafts.Conflict) -> str:
    if conflict.newest is None:
        return "There is no such draft: it was published or thrown away."
    newest = conflict.newest
    return f"The draft is at revision {newest.number}: {newest.by or 'somebody'} {newest.words}."


def _why_not(refusal: Exception) -> str:
    match refusal:
        case drafts.Conflict():
            return _quicker(refusal)
        case rows.Behind(live=live):
            return f"Version {rows.number_of(live)} is live: compare the draft with that one."
        case rows.AnotherWaits():
            return "Another version waits to be published: withdraw it first."
        case Unticked(warnings=warnings):
            return f"There are warnings that were not accepted: {warnings[0].words}"
        case Unfit(errors=errors):
            return f"It cannot be published: {errors[0].words}"
    return str(refusal)
