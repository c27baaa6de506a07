"""Publishing at a time: once, when it has come, and never over what came in between."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads import sweeper
from leads.builder.publishing import services
from leads.configuration import store
from notifications.models import Notification
from reps.models import User
from routing.builder.publishing import AnotherWaits, TooLate
from routing.models import Draft, Publication, Tree
from tests.leads.builder.publications import (
    SOON,
    Status,
    at_least,
    come,
    live,
    publish,
    scheduled,
    write,
)
from tests.leads.conftest import COMPANY

pytestmark = pytest.mark.usefixtures("company")


def test_at_its_time_the_sweeper_publishes_it(tree: Tree, olivia: User) -> None:
    now = timezone.now()
    asked = publish(tree, write(tree, olivia, at_least(20)), olivia, at=now + SOON, now=now)
    assert (asked.status, live(tree).number, services.publish_due()) == (Status.SCHEDULED, 1, 0)

    come(asked)

    assert sweeper.sweep() is True
    asked.refresh_from_db()
    assert (asked.status, live(tree).number, live(tree).published_by) == (Status.DONE, 2, olivia)
    assert services.publish_due() == 0


def test_looking_for_what_is_due_costs_one_query() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert services.publish_due() == 0

    assert len(queries) == 1


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_publish_it_once(tree: Tree, olivia: User) -> None:
    scheduled(tree, olivia)
    ready = threading.Barrier(2)

    def sweep() -> int:
        ready.wait(10)
        try:
            return services.publish_due()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(sweep), pool.submit(sweep)]:
            one.result(60)

    assert [one.number for one in tree.versions.order_by("number")] == [1, 2]
    assert Publication.objects.get().status == Status.DONE


def test_what_can_no_longer_be_published_fails_in_words_and_revops_hear_of_it(tree: Tree, olivia: User) -> None:
    now = timezone.now()
    revision = write(
        tree, olivia, lambda document: document["rules"][0].update(target={"kind": "queue", "queue": "triage"})
    )
    asked = publish(tree, revision, olivia, at=now + SOON, now=now)
    store.load(COMPANY.replace(", {slug: triage, name: Triage}", ""), now=now)
    come(asked)

    assert services.publish_due() == 1

    asked.refresh_from_db()
    assert (asked.status, live(tree).number) == (Status.FAILED, 1)
    assert "triage" in asked.problem
    assert Notification.objects.get(kind="publication").text == (
        "A new version of Main could not be published. Nothing was changed."
    )
    assert Draft.objects.exists()


def test_what_was_overtaken_before_its_time_undoes_nothing(tree: Tree, olivia: User) -> None:
    asked = scheduled(tree, olivia)
    store.load(COMPANY.replace("value: 100", "value: 70"), now=timezone.now())

    services.publish_due()

    asked.refresh_from_db()
    assert (asked.status, live(tree).number) == (Status.FAILED, 2)
    assert asked.problem == "Version 2 was published after this was scheduled; it would have undone that."


def test_no_time_that_has_passed_can_be_chosen(tree: Tree, olivia: User) -> None:
    now = timezone.now()

    with pytest.raises(TooLate):
        publish(tree, write(tree, olivia, at_least(20)), olivia, at=now, now=now)


def test_while_one_waits_no_other_is_asked_for(tree: Tree, olivia: User) -> None:
    now = timezone.now()
    revision = write(tree, olivia, at_least(20))
    asked = publish(tree, revision, olivia, at=now + SOON, now=now)

    with pytest.raises(AnotherWaits):
        publish(tree, revision, olivia)

    services.withdraw(asked, by=olivia, now=now)
    assert publish(tree, revision, olivia).status == Status.DONE


def test_who_goes_on_writing_after_it_was_scheduled_keeps_the_draft_on_top_of_it(tree: Tree, olivia: User) -> None:
    asked = scheduled(tree, olivia)
    later = write(tree, olivia, at_least(30), rev=asked.revision.number)

    services.publish_due()

    draft = Draft.objects.get()
    assert (draft.newest, draft.base) == (later.number, live(tree))


def test_a_time_is_told_by_the_database(tree: Tree, olivia: User) -> None:
    asked = scheduled(tree, olivia)

    services.publish_due()

    asked.refresh_from_db()
    assert isinstance(asked.version.published_at, datetime)
    assert asked.version.published_at >= asked.publish_at


def test_no_time_is_so_far_ahead_that_no_clock_could_show_it(tree: Tree, olivia: User) -> None:
    now = timezone.now()

    with pytest.raises(TooLate):
        publish(tree, write(tree, olivia, at_least(20)), olivia, at=now.replace(year=9999), now=now)
