"""A second pair of eyes: nothing is published that somebody else has not agreed to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.builder.publishing import services
from notifications.models import Notification
from reps.models import User
from routing.builder.publishing import NotThere, OwnWish
from routing.models import Draft, Publication, Tree
from tests.leads.builder.publications import (
    Status,
    at_least,
    four_eyes,
    live,
    publish,
    scheduled,
    write,
)

pytestmark = pytest.mark.usefixtures("company")


def test_a_tree_that_needs_approval_is_published_by_another_one_of_revops(tree: Tree, olivia: User, paul: User) -> None:
    four_eyes(tree)
    asked = publish(tree, write(tree, olivia, at_least(20)), olivia)
    assert (asked.status, live(tree).number) == (Status.WAITING, 1)
    assert [(one.user, one.text) for one in Notification.objects.filter(kind="publication")] == [
        (paul, "Olivia asks you to approve a new version of Main: Agreed.")
    ]

    with pytest.raises(OwnWish):
        services.approve(asked, by=olivia, now=timezone.now())
    done = services.approve(asked, by=paul, now=timezone.now())

    assert (done.status, done.decided_by, live(tree).number) == (Status.DONE, paul, 2)
    assert (
        Notification.objects.filter(kind="publication", user=olivia).get().text == "Version 2 of Main is live: Agreed."
    )
    with pytest.raises(NotThere):
        services.approve(asked, by=paul, now=timezone.now())


def test_what_is_approved_before_its_time_waits_for_it(tree: Tree, olivia: User, paul: User) -> None:
    four_eyes(tree)
    now = timezone.now()
    asked = publish(tree, write(tree, olivia, at_least(20)), olivia, at=now + timedelta(hours=1), now=now)
    come_later = services.publish_due()

    approved = services.approve(asked, by=paul, now=now)

    assert (come_later, approved.status, live(tree).number) == (0, Status.SCHEDULED, 1)


def test_what_nobody_approved_is_not_published_when_its_time_comes(tree: Tree, olivia: User) -> None:
    four_eyes(tree)
    asked = scheduled(tree, olivia)

    assert services.publish_due() == 0
    assert Publication.objects.get(pk=asked.pk).status == Status.WAITING


def test_what_was_withdrawn_is_not_approved(tree: Tree, olivia: User, paul: User) -> None:
    four_eyes(tree)
    asked = publish(tree, write(tree, olivia, at_least(20)), olivia)
    services.withdraw(asked, by=paul, now=timezone.now())

    with pytest.raises(NotThere):
        services.approve(asked, by=paul, now=timezone.now())

    assert Draft.objects.exists()


def test_what_was_scheduled_before_approval_was_asked_waits_for_it_too(tree: Tree, olivia: User, paul: User) -> None:
    asked = scheduled(tree, olivia)

    services.need_approval(tree, needed=True, by=olivia, now=timezone.now())

    assert services.publish_due() == 0
    asked.refresh_from_db()
    assert (asked.status, live(tree).number) == (Status.WAITING, 1)
    assert Notification.objects.filter(user=paul, text__contains="asks you to approve").exists()
    with pytest.raises(OwnWish):
        services.approve(asked, by=olivia, now=timezone.now())
    services.approve(asked, by=paul, now=timezone.now())
    assert live(tree).number == 2


def test_what_somebody_approved_is_not_held_back_once_more(tree: Tree, olivia: User, paul: User) -> None:
    now = timezone.now()
    services.need_approval(tree, needed=True, by=olivia, now=now)
    asked = publish(tree, write(tree, olivia, at_least(20)), olivia, at=now + timedelta(days=1), now=now)
    services.approve(asked, by=paul, now=now)

    services.need_approval(tree, needed=False, by=olivia, now=now)
    services.need_approval(tree, needed=True, by=olivia, now=now)

    assert Publication.objects.get().status == Status.SCHEDULED
