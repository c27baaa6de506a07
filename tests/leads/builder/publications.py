"""Drafts of the small company's tree, and their publications: now, at a time, or after somebody else agreed."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from typing import Any

from django.utils import timezone

from leads.builder.publishing import services
from reps.models import User
from routing.builder import drafts
from routing.engine.edits import Done
from routing.engine.nodes import Json
from routing.models import Publication, Revision, TestLead, Tree, Version

Status = Publication.Status
SOON = timedelta(seconds=1)


def write(tree: Tree, by: User, how: Callable[[Json], Any], rev: int = 0) -> Revision:
    def done(before: Json) -> Done:
        document = deepcopy(before)
        how(document)
        return Done(document, "changed it", "")

    return drafts.change(tree, rev=rev, op={"op": "test"}, by=by, now=timezone.now(), how=done)


def at_least(employees: int) -> Callable[[Json], None]:
    return lambda document: document["rules"][2]["when"].update(value=employees)


def publish(tree: Tree, revision: Revision, by: User, over: int = 1, **more: Any) -> Publication:
    more = {"note": "Agreed.", "now": timezone.now(), **more}
    return services.publish(tree, rev=revision.number, over=over, by=by, **more)


def live(tree: Tree) -> Version:
    return tree.versions.get(status=Version.Status.LIVE)


def come(asked: Publication) -> None:
    Publication.objects.filter(pk=asked.pk).update(publish_at=timezone.now() - SOON)


def scheduled(tree: Tree, by: User) -> Publication:
    now = timezone.now()
    asked = publish(tree, write(tree, by, at_least(20)), by, at=now + SOON, now=now)
    come(asked)
    return asked


def four_eyes(tree: Tree) -> None:
    Tree.objects.filter(pk=tree.pk).update(needs_approval=True)
    tree.refresh_from_db()


def kept_where_it_goes(tree: Tree, employees: int) -> None:
    """A test lead that must go to the queue at the end."""
    TestLead.objects.create(
        tree=tree,
        name="Small shop",
        facts={"employees": employees},
        expect={"node": "_otherwise_target"},
        made_at=timezone.now(),
    )
