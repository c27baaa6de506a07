"""A change set from draft to force: at its instant, once, wholly or not at all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads import sweeper
from leads.configuration import dump, store
from leads.configuration.read import BadConfiguration
from leads.models import ChangeSet, Lead
from leads.realignment import activation, services
from leads.realignment.activation import NotThere
from notifications.models import Notification
from reps.models import Change, User
from routing.models import Member
from tests.leads.realignment.conftest import GERMANY_TO_CLEO, MARKET

pytestmark = pytest.mark.usefixtures("market")
SOON = timedelta(seconds=1)


def prepare(text: str = GERMANY_TO_CLEO, name: str = "Spring") -> ChangeSet:
    return services.prepare(name, text, by=None, now=timezone.now())


def due(change_set: ChangeSet, by: User) -> ChangeSet:
    """Scheduled, and its instant has come."""
    now = timezone.now()
    services.schedule(change_set, now + SOON, by=by, now=now)
    ChangeSet.objects.filter(pk=change_set.pk).update(effective_at=now - SOON)
    return change_set


def status_of(change_set: ChangeSet) -> str:
    return ChangeSet.objects.get(pk=change_set.pk).status


def reps_of(slug: str) -> list[str]:
    territory = dump.current().of("territories")[slug]
    return [member.rep.partition("@")[0] for member in territory.reps]  # type: ignore[union-attr]


def levels_of(slug: str) -> list[tuple[str, float]]:
    return list(Member.objects.filter(pool__slug=f"territory:{slug}").values_list("rep__user__email", "level"))


def test_the_sweeper_puts_it_in_force_when_its_instant_has_come(olivia: User) -> None:
    change_set = due(prepare(), olivia)

    assert sweeper.sweep() is True

    row = ChangeSet.objects.get(pk=change_set.pk)
    assert (row.status, reps_of("de")) == (ChangeSet.Status.ACTIVE, ["cleo"])
    change = Change.objects.get(kind="territories", subject="de", before__isnull=False)
    assert (change.by, change.before["reps"][0], change.after["reps"]) == (
        olivia,
        {"rep": "ada@example.com", "weight": 2.0},
        [{"rep": "cleo@example.com"}],
    )
    assert sweeper.sweep() is False


def test_before_its_instant_nothing_happens(olivia: User) -> None:
    now = timezone.now()
    change_set = services.schedule(prepare(), now + timedelta(hours=1), by=olivia, now=now)

    assert activation.activate_due() == 0
    assert (status_of(change_set), reps_of("de")) == (ChangeSet.Status.SCHEDULED, ["ada", "bob"])


def test_looking_for_what_is_due_costs_one_query() -> None:
    with CaptureQueriesContext(connection) as queries:
        activation.activate_due()

    assert len(queries) == 1


def test_new_leads_go_by_the_new_borders_and_open_ones_stay_where_they_are(
    deliver: Callable[..., Lead], olivia: User
) -> None:
    store.load(MARKET, now=timezone.now())
    before = deliver(email="one@de.example", country="DE")
    assert before.rep is not None

    services.schedule(prepare(), timezone.now() + timedelta(minutes=1), by=olivia, now=timezone.now())
    ChangeSet.objects.update(effective_at=timezone.now())
    sweeper.sweep()
    after = deliver(email="two@de.example", country="DE")

    assert after.rep is not None
    assert str(after.rep) == "Cleo"
    assert Lead.objects.get(pk=before.pk).rep == before.rep


def test_two_that_are_due_come_in_the_order_of_their_instants(olivia: User) -> None:
    late = due(prepare("territories: [{slug: de, reps: [{rep: dan@example.com}]}]", "Late"), olivia)
    early = due(prepare(name="Early"), olivia)
    ChangeSet.objects.filter(pk=early.pk).update(effective_at=timezone.now() - timedelta(hours=1))

    assert activation.activate_due() == 2
    assert reps_of("de") == ["dan"]
    assert {status_of(late), status_of(early)} == {ChangeSet.Status.ACTIVE}


def test_what_cannot_be_applied_is_kept_with_the_reason_and_revops_are_told(olivia: User) -> None:
    change_set = due(prepare(), olivia)
    store.load(MARKET.replace("slug: de\n", "slug: germany\n"), now=timezone.now())
    other = due(prepare("territories: [{slug: dach, name: German speaking}]", "Other"), olivia)

    sweeper.sweep()

    row = ChangeSet.objects.get(pk=change_set.pk)
    assert row.status == ChangeSet.Status.FAILED
    assert "territories[0].name: is missing" in row.problem
    told = Notification.objects.get(user=olivia)
    assert (told.link, "Spring" in told.text) == (f"/change-sets/{row.pk}/", True)
    assert "de" not in dump.current().of("territories")
    assert status_of(other) == ChangeSet.Status.ACTIVE


def test_one_that_failed_can_be_mended_and_put_in_force(olivia: User) -> None:
    change_set = due(prepare(), olivia)
    ChangeSet.objects.filter(pk=change_set.pk).update(status=ChangeSet.Status.FAILED, problem="x")

    services.rewrite(change_set, "Spring", GERMANY_TO_CLEO, note="", by=olivia, now=timezone.now())
    activation.activate(change_set, by=olivia, now=timezone.now())

    assert (status_of(change_set), reps_of("de")) == (ChangeSet.Status.ACTIVE, ["cleo"])


def test_what_is_in_force_or_cancelled_does_not_come_into_force_again(olivia: User) -> None:
    active, cancelled = prepare(), prepare()
    activation.activate(active, by=olivia, now=timezone.now())
    services.cancel(cancelled, now=timezone.now())
    revision = dump.current()

    for change_set in (active, cancelled):
        with pytest.raises(NotThere):
            activation.activate(change_set, by=olivia, now=timezone.now())
        with pytest.raises(NotThere):
            services.schedule(change_set, timezone.now() + SOON, by=olivia, now=timezone.now())

    assert dump.current() == revision


def test_an_instant_that_has_passed_cannot_be_chosen(olivia: User) -> None:
    with pytest.raises(services.TooLate):
        services.schedule(prepare(), timezone.now(), by=olivia, now=timezone.now())


def test_what_could_not_be_applied_then_cannot_be_scheduled(olivia: User) -> None:
    """It builds on a territory that an earlier set will have removed."""
    now = timezone.now()
    services.schedule(prepare("remove: {territories: [de]}"), now + timedelta(days=1), by=olivia, now=now)
    later = prepare()

    with pytest.raises(BadConfiguration):
        services.schedule(later, now + timedelta(days=2), by=olivia, now=now)

    assert services.schedule(later, now + timedelta(hours=2), by=olivia, now=now).status == ChangeSet.Status.SCHEDULED


def test_undoing_is_a_draft_that_puts_back_what_was(olivia: User) -> None:
    text = (
        "pools: [{slug: sales, strategy: weighted}]\naccounts: [{name: Acme, owner: null}]\nremove: {territories: [de]}"
    )
    before = dump.current()
    change_set = activation.activate(prepare(text), by=olivia, now=timezone.now())
    assert dump.current() != before

    back = services.undo(change_set, by=olivia, now=timezone.now())
    assert (back.status, back.name, back.reverses) == (ChangeSet.Status.DRAFT, "Undo: Spring", change_set)
    activation.activate(back, by=olivia, now=timezone.now())

    assert dump.current() == before


def test_a_territory_that_comes_back_takes_leads_again(deliver: Callable[..., Lead], olivia: User) -> None:
    store.load(MARKET, now=timezone.now())
    for number in range(3):
        deliver(email=f"{number}@de.example", country="DE")
    before, levels = dump.current(), levels_of("de")
    assert sum(level for _, level in levels) == 3

    gone = activation.activate(prepare("remove: {territories: [de]}"), by=olivia, now=timezone.now())
    activation.activate(services.undo(gone, by=olivia, now=timezone.now()), by=olivia, now=timezone.now())

    assert dump.current() == before
    again = deliver(email="again@de.example", country="DE")
    assert again.decision is not None
    assert (str(again.decision.pool), again.decision.reason.startswith("By territory")) == ("Germany", True)


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_at_once_put_it_in_force_once(olivia: User) -> None:
    change_set = due(prepare(), olivia)
    together = threading.Barrier(2)

    def sweep() -> None:
        together.wait()
        try:
            activation.activate_due()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as sweepers:
        for swept in [sweepers.submit(sweep) for _ in range(2)]:
            swept.result()

    assert (status_of(change_set), reps_of("de")) == (ChangeSet.Status.ACTIVE, ["cleo"])
    assert Change.objects.filter(kind="territories", subject="de", before__isnull=False).count() == 1
