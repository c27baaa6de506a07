"""From a draft to what decides: checked, noted, once, and never over something that nobody has seen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads import sweeper
from leads.builder.publishing import services
from leads.builder.publishing.services import NoNote, Unfit, Unticked
from leads.configuration import store
from leads.models import Lead
from notifications.models import Notification
from reps.models import Change, User
from routing.builder import drafts
from routing.builder.drafts import Conflict
from routing.builder.publishing import AnotherWaits, Behind, NotThere, OwnWish, TooLate
from routing.engine.edits import Done
from routing.engine.nodes import Json
from routing.models import Draft, Publication, Revision, TestLead, Tree, Version
from tests.leads.conftest import COMPANY
from tests.organisation import make_revops

pytestmark = pytest.mark.usefixtures("company")
Status = Publication.Status
SOON = timedelta(seconds=1)


@pytest.fixture
def olivia(company: None) -> User:
    return make_revops(name="Olivia")


@pytest.fixture
def paul(company: None) -> User:
    return make_revops(email="paul@example.com", name="Paul")


@pytest.fixture
def tree(company: None) -> Tree:
    return Tree.objects.get(slug="main")


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


def test_at_its_time_the_sweeper_publishes_it(tree: Tree, olivia: User) -> None:
    now = timezone.now()
    asked = publish(tree, write(tree, olivia, at_least(20)), olivia, at=now + SOON, now=now)
    assert (asked.status, live(tree).number, services.publish_due()) == (Status.SCHEDULED, 1, 0)

    come(asked)

    assert sweeper.sweep() is True
    asked.refresh_from_db()
    assert (asked.status, live(tree).number, live(tree).published_by) == (Status.DONE, 2, olivia)
    assert services.publish_due() == 0


def come(asked: Publication) -> None:
    Publication.objects.filter(pk=asked.pk).update(publish_at=timezone.now() - SOON)


def scheduled(tree: Tree, by: User) -> Publication:
    now = timezone.now()
    asked = publish(tree, write(tree, by, at_least(20)), by, at=now + SOON, now=now)
    come(asked)
    return asked


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


def four_eyes(tree: Tree) -> None:
    Tree.objects.filter(pk=tree.pk).update(needs_approval=True)
    tree.refresh_from_db()


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


def test_rolling_back_publishes_what_an_old_version_said_as_a_new_one(
    tree: Tree, olivia: User, deliver: Callable[..., Lead]
) -> None:
    publish(tree, write(tree, olivia, at_least(20)), olivia)

    back = services.roll_back(tree, number=1, over=2, note="Too many.", by=olivia, now=timezone.now())

    assert (back.version.number, back.version.document) == (3, tree.versions.get(number=1).document)
    assert [one.status for one in tree.versions.order_by("number")] == ["retired", "retired", "live"]
    assert deliver(email="z@small.example", employees=50).queue.slug == "emea"


def test_rolling_back_leaves_the_draft_and_its_undoing_alone(tree: Tree, olivia: User) -> None:
    publish(tree, write(tree, olivia, at_least(20)), olivia)
    first = write(tree, olivia, at_least(30))
    services.roll_back(tree, number=1, over=2, note="Too many.", by=olivia, now=timezone.now())

    second = write(tree, olivia, at_least(40), rev=first.number)
    undone = drafts.undo(tree, rev=second.number, by=olivia, now=timezone.now())

    assert undone.document == first.document
    assert Draft.objects.get().base.number == 2


def test_an_old_version_is_taken_back_into_the_draft_and_that_can_be_undone(tree: Tree, olivia: User) -> None:
    publish(tree, write(tree, olivia, at_least(20)), olivia)
    mine = write(tree, olivia, at_least(30))

    back = services.restore(tree, number=1, rev=mine.number, by=olivia, now=timezone.now())

    assert back.document == tree.versions.get(number=1).document
    assert drafts.undo(tree, rev=back.number, by=olivia, now=timezone.now()).document == mine.document
    assert live(tree).number == 2


def test_a_time_is_told_by_the_database(tree: Tree, olivia: User) -> None:
    asked = scheduled(tree, olivia)

    services.publish_due()

    asked.refresh_from_db()
    assert isinstance(asked.version.published_at, datetime)
    assert asked.version.published_at >= asked.publish_at


def test_a_test_lead_that_would_go_elsewhere_keeps_a_draft_from_being_published(tree: Tree, olivia: User) -> None:
    kept_where_it_goes(tree, employees=50)

    with pytest.raises(Unfit, match="Small shop"):
        publish(tree, write(tree, olivia, at_least(20)), olivia)

    assert live(tree).number == 1


def kept_where_it_goes(tree: Tree, employees: int) -> None:
    """A test lead that must go to the queue at the end."""
    TestLead.objects.create(
        tree=tree,
        name="Small shop",
        facts={"employees": employees},
        expect={"node": "_otherwise_target"},
        made_at=timezone.now(),
    )


def test_who_must_go_back_in_a_hurry_is_warned_and_not_held_up(tree: Tree, olivia: User) -> None:
    publish(tree, write(tree, olivia, at_least(200)), olivia)
    kept_where_it_goes(tree, employees=150)

    def back(accepted: bool) -> Publication:
        now = timezone.now()
        return services.roll_back(tree, number=1, over=2, note="Too few.", by=olivia, now=now, accepted=accepted)

    with pytest.raises(Unticked, match="Small shop"):
        back(accepted=False)

    assert back(accepted=True).version.number == 3


def test_what_can_no_longer_run_does_not_come_back(tree: Tree, olivia: User) -> None:
    to_triage = {"kind": "queue", "queue": "triage"}
    publish(tree, write(tree, olivia, lambda document: document["rules"][0].update(target=to_triage)), olivia)
    publish(tree, write(tree, olivia, lambda document: document["rules"].pop(0)), olivia, over=2)
    store.load(COMPANY.replace(", {slug: triage, name: Triage}", "").partition("trees:")[0], now=timezone.now())

    with pytest.raises(Unfit, match="no queue"):
        services.roll_back(tree, number=2, over=3, note="Back.", by=olivia, now=timezone.now(), accepted=True)


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


def test_no_time_is_so_far_ahead_that_no_clock_could_show_it(tree: Tree, olivia: User) -> None:
    now = timezone.now()

    with pytest.raises(TooLate):
        publish(tree, write(tree, olivia, at_least(20)), olivia, at=now.replace(year=9999), now=now)


def test_what_was_only_on_trial_was_never_live_and_is_no_way_back(tree: Tree, olivia: User) -> None:
    tried = Version.objects.create(
        tree=tree, number=2, status=Version.Status.RETIRED, document=live(tree).document, note="Tried in the shadow."
    )

    with pytest.raises(Version.DoesNotExist):
        services.roll_back(tree, number=tried.number, over=1, note="Back", by=olivia, now=timezone.now(), accepted=True)
