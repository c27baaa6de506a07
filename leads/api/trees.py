"""Rule trees and their versions, to read."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery
from django.http.response import Http404
from rest_framework import serializers
from rest_framework.response import Response

from leads.api.endpoints import OVERSEERS, Request, endpoint
from leads.api.paging import Paging, listed, page, page_of
from leads.api.reading import read_query
from routing.models import Tree, Version


class TreeForm(serializers.Serializer[Tree]):
    """`live` is the number of the version that decides now. The default tree is where leads begin."""

    slug = serializers.CharField()
    name = serializers.CharField()
    timezone = serializers.CharField()
    default = serializers.BooleanField(source="is_default")
    live = serializers.IntegerField(allow_null=True)


class VersionRow(serializers.Serializer[Version]):
    number = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Version.Status.choices)
    published_at = serializers.DateTimeField(allow_null=True)
    published_by = serializers.CharField(source="published_by.email", allow_null=True)
    note = serializers.CharField()


class VersionForm(VersionRow):
    """A version with its whole document."""

    document = serializers.DictField()


@endpoint("GET", asks=Paging, answers=page_of(TreeForm), only=OVERSEERS)
def list_trees(request: Request) -> Response:
    """The trees, and which version of each is live."""
    live = Version.objects.filter(tree=OuterRef("pk"), status=Version.Status.LIVE).values("number")
    trees = Tree.objects.annotate(live=Subquery(live))
    return listed(request, page(trees, read_query(request, Paging)), TreeForm)


@endpoint("GET", asks=Paging, answers=page_of(VersionRow), only=OVERSEERS, problems=[404])
def list_versions(request: Request, slug: str) -> Response:
    """The versions of a tree, newest first."""
    if not Tree.objects.filter(slug=slug).exists():
        raise Http404("There is no such tree.")
    versions = Version.objects.filter(tree__slug=slug).select_related("published_by").defer("document")
    return listed(request, page(versions, read_query(request, Paging), by="-number"), VersionRow)


@endpoint("GET", answers=VersionForm, only=OVERSEERS, problems=[404])
def get_version(request: Request, slug: str, number: int) -> Response:
    """One version with its document. What was published never changes."""
    version = Version.objects.filter(tree__slug=slug, number=number).select_related("published_by").first()
    if version is None:
        raise Http404("There is no such version.")
    return Response(VersionForm(version).data)
