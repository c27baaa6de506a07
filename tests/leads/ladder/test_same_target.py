"""Who gets a lead that is taken away: the same target's next candidate, by the rules that once decided."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import ladder
from leads.configuration import store
from leads.models import Assignment, Lead, SlaClock
from routing.models import Decision, Version
from tests.leads.conftest import COMPANY

pytestmark = pytest.mark.django_db
THREE = COMPANY.replace("backup: cleo@example.com", "backup: null").replace(
    "members: [{rep: ada@example.com}, {rep: bob@example.com}]",
    "members: [{rep: ada@example.com}, {rep: bob@example.com}, {rep: cleo@example.com}]",
)


@pytest.fixture
def lead(deliver) -> Lead:
    store.load(THREE, now=timezone.now())
    return deliver(email="pat@corp.com")


def lapse(lead: Lead) -> Lead:
    """Nobody does anything for as long as the ladder waits."""
    start = SlaClock.objects.filter(lead=lead, state="running").latest("id").started_at
    while ladder.enforce_due(now=start + timedelta(minutes=31)):
        pass
    lead.refresh_from_db()
    return lead


def change(old: str, new: str) -> None:
    text = THREE.replace(old, new)
    assert text != THREE
    store.load(text, now=timezone.now())


def holders(lead: Lead) -> list[str]:
    return list(Assignment.objects.filter(lead=lead).order_by("epoch").values_list("rep__user__name", flat=True))


def test_the_rules_have_changed_but_the_lead_stays_with_the_pool_that_was_chosen_for_it(lead):
    change("target: {kind: pool, pool: sales}", "target: {kind: rep, rep: dan@example.com}")

    lapse(lead)

    first, second = Decision.objects.filter(lead_id=lead.pk).order_by("id")
    assert holders(lead) == ["Ada", "Bob"]
    assert second.version == first.version
    assert second.version.status == Version.Status.RETIRED
    assert (second.path, second.rules, second.pool) == (first.path, ["big"], first.pool)
    assert second.reason == "Big companies: Bob, next in the rotation of Sales (2 could take it)."


def test_the_facts_have_changed_but_the_lead_is_not_routed_from_the_root(lead):
    Lead.objects.filter(pk=lead.pk).update(facts={**lead.facts, "employees": 3})

    assert lapse(lead).rep.user.name == "Bob"


def test_the_people_are_todays(lead):
    change("name: Bob, team: emea", "name: Bob, active: false, team: emea")

    assert lapse(lead).rep.user.name == "Cleo"


def test_nobody_gets_it_twice_and_then_the_rules_say_what_is_to_be_done(deliver):
    store.load(THREE.replace("max_reassignments: 1", "max_reassignments: 5"), now=timezone.now())
    lead = deliver(email="pat@corp.com")

    for _ in range(3):
        lapse(lead)

    assert holders(lead) == ["Ada", "Bob", "Cleo"]
    assert (lead.status, lead.queue.slug) == ("queued", "emea")


def test_where_the_pool_was_the_second_choice_it_is_still_the_pools(deliver):
    named = "{kind: rep, rep: dan@example.com, if_nobody: {kind: pool, pool: sales}}"
    text = THREE.replace("target: {kind: pool, pool: sales}", f"target: {named}")
    away = "{email: dan@example.com, active: false, "
    store.load(text.replace("{email: dan@example.com, ", away), now=timezone.now())
    lead = deliver(email="pat@corp.com")
    assert holders(lead) == ["Ada"]
    store.load(text, now=timezone.now())

    lapse(lead)

    assert holders(lead) == ["Ada", "Bob"]
    assert Decision.objects.filter(lead_id=lead.pk).latest("id").path == "main/big"


def test_after_the_backup_it_is_still_the_pools_turn(deliver):
    backed = "name: Ada, team: emea, backup: dan@example.com,"
    text = THREE.replace("name: Ada, team: emea,", backed).replace("assignments: 1", "assignments: 5")
    store.load(text, now=timezone.now())
    lead = deliver(email="pat@corp.com")

    lapse(lead)
    lapse(lead)

    assert holders(lead) == ["Ada", "Dan", "Bob"]
    decisions = Decision.objects.filter(lead_id=lead.pk).order_by("id")
    assert [one.rules for one in decisions] == [["big"]] * 3
    assert {one.path for one in decisions} == {"main/big"}


def test_the_second_receiver_counts_one_more_and_the_first_keeps_his(lead):
    lapse(lead)

    decision = Decision.objects.filter(lead_id=lead.pk).latest("id")
    lines = {line.member.rep.user.name: (line.kind, line.amount) for line in decision.ledger.all()}
    assert lines["Bob"] == ("assigned", 1.0)
    assert all(amount >= 0 for _, amount in lines.values())
