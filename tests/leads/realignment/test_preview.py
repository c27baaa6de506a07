"""What a change set would do, told before it does it; and that it then does just that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from leads.configuration import store
from leads.models import ChangeSet, Lead
from leads.realignment import activation, services
from leads.realignment.preview import Preview, preview
from leads.world import known
from reps.models import User
from tests.leads.realignment.conftest import GERMANY_TO_CLEO, MARKET
from tests.organisation import make_revops

pytestmark = pytest.mark.usefixtures("market")


def draft(text: str, name: str = "Spring") -> ChangeSet:
    return services.prepare(name, text, by=None, now=timezone.now())


def revops() -> User:
    return User.objects.filter(role=User.Role.REVOPS).first() or make_revops()


def told(text: str) -> Preview:
    return preview(draft(text), revops(), now=timezone.now())


@pytest.fixture
def arrivals(deliver: Callable[..., Lead]) -> list[Lead]:
    """Three German leads, one Swiss, one from nowhere."""
    store.load(MARKET, now=timezone.now())
    countries = {"a": "DE", "b": "DE", "c": "DE", "d": "CH", "e": "FR"}
    return [
        deliver(email=f"{name}@x.example", name=name, country=code, employees=50) for name, code in countries.items()
    ]


def test_changes_are_told_in_words() -> None:
    found = told("territories: [{slug: de, parent: null, reps: [{rep: cleo@example.com, weight: 2}]}]")

    (change,) = found.changes
    assert (change.kind, change.name, change.deed) == ("Territory", "Germany", "changed")
    assert [(line.label, line.before, line.after) for line in change.lines] == [
        ("Within", "DACH", "–"),
        ("Reps", "Ada ×2, Bob", "Cleo ×2"),
    ]


def test_leads_that_would_go_elsewhere_are_named_with_where(arrivals: list[Lead]) -> None:
    found = told("territories: [{slug: de, when: {field: country, op: in, value: [DE, CH]}}]").leads

    assert found is not None
    assert (found.looked_at, found.flows) == (5, (("DACH", "Germany", 1),))
    (move,) = found.leads
    assert (move.lead.id, move.source, move.to) == (arrivals[3].pk, "DACH", "Germany")


def test_a_manager_is_told_how_many_move_and_no_name_that_is_not_his_to_see(arrivals: list[Lead]) -> None:
    change_set = draft("territories: [{slug: de, when: {field: country, op: in, value: [DE, CH]}}]")
    stranger = User.objects.create_user("mina@example.com", name="Mina", role=User.Role.MANAGER)

    found = preview(change_set, stranger, now=timezone.now())

    assert found.leads is not None
    assert [one.lead.name for one in preview(change_set, revops(), now=timezone.now()).some_leads] == ["d"]
    assert (found.leads.flows, found.some_leads) == ((("DACH", "Germany", 1),), [])


def test_a_lead_that_only_changes_territory_is_named_with_both(deliver: Callable[..., Lead]) -> None:
    store.load(MARKET, now=timezone.now())
    deliver(email="a@x.example", country="CH", employees=5000)

    found = told("territories: [{slug: de, when: {field: country, op: in, value: [DE, CH]}}]").leads

    assert found is not None
    assert found.flows == (("Sales (DACH)", "Sales (Germany)", 1),)
    assert found.balance == {}


def test_a_new_name_moves_nobody(arrivals: list[Lead]) -> None:
    found = told("territories: [{slug: de, name: Deutschland}]\npools: [{slug: sales, name: Vertrieb}]")

    assert found.leads is not None
    assert (found.leads.leads, found.accounts, len(found.changes)) == ((), (), 2)


def test_each_rep_sees_what_he_gains_and_loses(arrivals: list[Lead]) -> None:
    found = told(GERMANY_TO_CLEO)

    assert {row.name: round(row.balance.change, 2) for row in found.reps} == {"Ada": -2.0, "Bob": -1.0, "Cleo": 3.0}


def test_open_leads_stay_and_are_counted(arrivals: list[Lead]) -> None:
    found = told(GERMANY_TO_CLEO)

    assert found.held == 3
    assert sum(row.held for row in found.reps) == 3


def test_accounts_move_by_their_own_facts() -> None:
    found = told("territories: [{slug: at, name: Austria, parent: dach, when: {field: country, op: is, value: AT}}]")

    assert [(one.name, one.before, one.after) for one in found.accounts] == [("Alpen", "DACH", "Austria")]
    assert found.accounts_looked_at == 2


def test_a_new_owner_takes_the_leads_of_his_accounts(deliver: Callable[..., Lead]) -> None:
    deliver(email="ann@acme.com", employees=50)

    found = told("accounts: [{name: Acme, owner: dan@example.com}]")

    assert found.leads is not None
    assert [(one.before.target, one.after.target) for one in found.leads.leads] == [("Owner Bob", "Owner Dan")]
    assert {row.name: row.balance.change for row in found.reps} == {"Bob": -1.0, "Dan": 1.0}


def test_putting_an_owner_back_is_foretold_though_the_leads_came_to_the_former_one(
    deliver: Callable[..., Lead], olivia: User
) -> None:
    deliver(email="ann@acme.com", employees=50)
    away = draft("accounts: [{name: Acme, owner: dan@example.com}]")
    activation.activate(away, by=olivia, now=timezone.now())
    away.refresh_from_db()

    found = preview(services.undo(away, by=olivia, now=timezone.now()), revops(), now=timezone.now())

    assert found.leads is not None
    assert [(one.before.target, one.after.target) for one in found.leads.leads] == [("Owner Dan", "Owner Bob")]


def test_it_builds_on_what_is_scheduled_before_it_and_says_so(olivia: User) -> None:
    now = timezone.now()
    swiss = "territories: [{slug: ch, name: Swiss, parent: dach, when: {field: country, op: is, value: CH}}]"
    services.schedule(draft(swiss, "First"), now + timedelta(days=1), by=olivia, now=now)
    late = services.schedule(draft(GERMANY_TO_CLEO), now + timedelta(days=2), by=olivia, now=now)

    assert [one.name for one in preview(late, revops(), now=now).assumed] == ["First"]


def test_another_set_for_the_same_territory_is_a_conflict(olivia: User) -> None:
    now = timezone.now()
    other = services.schedule(
        draft("remove: {territories: [de]}", "Merge"), now + timedelta(days=1), by=olivia, now=now
    )

    (conflict,) = told(GERMANY_TO_CLEO).conflicts

    assert (conflict.other, conflict.text) == (other, "also changes de")


def test_what_changed_since_it_was_prepared_is_told(olivia: User) -> None:
    change_set = draft(GERMANY_TO_CLEO)
    store.load(MARKET.replace("name: Germany", "name: Deutschland"), now=timezone.now(), by=olivia)

    (conflict,) = preview(change_set, revops(), now=timezone.now()).conflicts

    assert conflict.text == "de was changed by Olivia since this was prepared. What this set names wins."


def test_what_it_foretells_is_what_happens(arrivals: list[Lead], deliver: Callable[..., Lead], olivia: User) -> None:
    change_set = draft("territories: [{slug: de, when: {field: country, op: in, value: [DE, CH]}}]")
    foretold = preview(change_set, revops(), now=timezone.now()).leads
    assert foretold is not None

    activation.activate(change_set, by=olivia, now=timezone.now())
    names = {one.slug: one.name for one in known().world.territories}
    for lead in arrivals:
        again = deliver(email=f"again{lead.pk}@x.example", country=lead.facts["country"], employees=50)
        then = names.get(again.decision.facts.get("territory", ""), "No territory")  # type: ignore[union-attr]
        was = names.get(lead.decision.facts.get("territory", ""), "No territory")  # type: ignore[union-attr]
        moved = {one.lead.id: one.after.territory for one in foretold.leads}
        assert moved.get(lead.pk, was) == then
