"""From a draft to what decides: checked, noted, once, and never over something that nobody has seen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from leads.builder.publishing.services import NoNote, Unfit
from leads.configuration import store
from leads.models import Lead
from notifications.models import Notification
from reps.models import Change, User
from routing.builder.drafts import Conflict
from routing.builder.publishing import Behind
from routing.engine.nodes import Json
from routing.models import Draft, Publication, Tree
from tests.leads.builder.publications import (
    Status,
    at_least,
    kept_where_it_goes,
    live,
    publish,
    write,
)
from tests.leads.conftest import COMPANY

pytestmark = pytest.mark.usefixtures("company")


def test_a_draft_becomes_the_live_version_and_routes_from_then_on(
    tree: Tree, olivia: User, paul: User, deliver: Callable[..., Lead]
) -> None:
    before = deliver(email="x@small.example", employees=50)
    assert (before.queue and before.queue.slug, before.decision.version.number) == ("emea", 1)

    published = publish(tree, write(tree, olivia, at_least(20)), olivia)

    assert (published.status, published.version) == (Status.DONE, live(tree))
    assert [(one.number, one.status) for one in tree.versions.order_by("number")] == [(1, "retired"), (2, "live")]
    assert (live(tree).note, live(tree).published_by, Draft.objects.exists()) == ("Agreed.", olivia, False)
    change = Change.objects.get(kind="trees", before__version=1)
    assert (change.by, change.subject, change.after) == (olivia, "main", {"version": 2, "note": "Agreed."})
    assert [one.user for one in Notification.objects.filter(kind="publication")] == [paul]
    after = deliver(email="y@small.example", employees=50)
    assert (after.rep is not None, after.decision.version.number) == (True, 2)
    before.refresh_from_db()
    assert (before.queue and before.queue.slug, before.decision.version.number) == ("emea", 1)


def test_the_document_of_a_version_that_was_live_is_what_it_was(tree: Tree, olivia: User) -> None:
    document = live(tree).document

    publish(tree, write(tree, olivia, at_least(20)), olivia)

    assert tree.versions.get(number=1).document == document


def test_publishing_twice_publishes_once(tree: Tree, olivia: User) -> None:
    revision = write(tree, olivia, at_least(20))
    publish(tree, revision, olivia)

    with pytest.raises(Conflict):
        publish(tree, revision, olivia)

    assert tree.versions.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_does(tree: Tree, olivia: User) -> None:
    revision = write(tree, olivia, at_least(20))
    ready = threading.Barrier(2)

    def press() -> str:
        ready.wait(10)
        try:
            publish(tree, revision, olivia)
        except (Conflict, Behind):
            return "late"
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(one.result(60) for one in [pool.submit(press), pool.submit(press)])

    assert said == ["done", "late"]
    assert tree.versions.count() == 2


def test_a_draft_on_which_somebody_else_has_written_is_not_published(tree: Tree, olivia: User, paul: User) -> None:
    seen = write(tree, olivia, at_least(20))
    write(tree, paul, at_least(30), rev=seen.number)

    with pytest.raises(Conflict) as quicker:
        publish(tree, seen, olivia)

    assert quicker.value.newest.by == paul


def test_over_something_that_was_published_since_only_whoever_has_seen_it_publishes(tree: Tree, olivia: User) -> None:
    revision = write(tree, olivia, at_least(20))
    store.load(COMPANY.replace("value: 100", "value: 70"), now=timezone.now())

    with pytest.raises(Behind) as behind:
        publish(tree, revision, olivia)
    assert behind.value.live.number == 2

    assert publish(tree, revision, olivia, over=2).version.number == 3


def test_without_a_note_nothing_is_published(tree: Tree, olivia: User) -> None:
    with pytest.raises(NoNote):
        publish(tree, write(tree, olivia, at_least(20)), olivia, note="  ")

    assert tree.versions.count() == 1


@pytest.mark.parametrize(
    ("how", "says"),
    [
        (lambda document: document["rules"][2].pop("why"), "It says nothing about why it exists"),
        (lambda document: document["rules"][2].pop("target"), "It has no outcome yet"),
        (lambda document: document["rules"][2]["target"].update(pool="gone"), "no pool"),
        (lambda document: document["rules"][2].update(target={"kind": "tree", "tree": "main"}), "leads back to Main"),
    ],
)
def test_what_is_wrong_is_not_published(tree: Tree, olivia: User, how: Callable[[Json], Any], says: str) -> None:
    revision = write(tree, olivia, how)

    with pytest.raises(Unfit, match=says):
        publish(tree, revision, olivia)

    assert (tree.versions.count(), Publication.objects.count()) == (1, 0)


def test_a_test_lead_that_would_go_elsewhere_keeps_a_draft_from_being_published(tree: Tree, olivia: User) -> None:
    kept_where_it_goes(tree, employees=50)

    with pytest.raises(Unfit, match="Small shop"):
        publish(tree, write(tree, olivia, at_least(20)), olivia)

    assert live(tree).number == 1
