"""Back to what was: an old version as a new one, or as a draft."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from leads.builder.publishing import services
from leads.builder.publishing.services import Unfit, Unticked
from leads.configuration import store
from leads.models import Lead
from reps.models import User
from routing.builder import drafts
from routing.models import Draft, Publication, Tree, Version
from tests.leads.builder.publications import (
    at_least,
    kept_where_it_goes,
    live,
    publish,
    write,
)
from tests.leads.conftest import COMPANY

pytestmark = pytest.mark.usefixtures("company")


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


def test_what_was_only_on_trial_was_never_live_and_is_no_way_back(tree: Tree, olivia: User) -> None:
    tried = Version.objects.create(
        tree=tree, number=2, status=Version.Status.RETIRED, document=live(tree).document, note="Tried in the shadow."
    )

    with pytest.raises(Version.DoesNotExist):
        services.roll_back(tree, number=tried.number, over=1, note="Back", by=olivia, now=timezone.now(), accepted=True)
