"""A shadow looks at every decision once, after the commit, and keeps where it would have gone another way."""

import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from config.embedded import processes
from leads import by_hand, sweeper
from leads.builder.trials import services as trials
from leads.builder.trials import shadow as looking
from leads.models import Lead
from reps.models import Rep
from routing.models import Decision, Disagreement, Trial
from tests.leads.builder.trying import canary, draft, shadow
from tests.office import CLARA, HEALTH, LARGE, MAYA, SMALL, arrive, open_office, person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(transactional_db: None) -> None:
    open_office()
    looking._Process.settled = None


def glance() -> None:
    while looking.compare_new():
        pass


def look() -> None:
    """Until all is looked at. Whoever writes anywhere on this server is waited for: other tests' databases too."""
    assert processes.wait_until(lambda: not looking.compare_new() and looking._Process.settled is None, 120, 0.02)


def test_it_says_where_it_would_have_sent_a_lead_and_why(office):
    arrive("Before It", **LARGE)
    trial = shadow()
    arrive("Iris Wolf", **LARGE)
    arrive("Priya Raman", **HEALTH)
    arrive("Sam Small", **SMALL)

    look()

    trial.refresh_from_db()
    (one,) = trial.disagreements.all()
    assert (trial.compared, trial.differed) == (3, 1)
    assert one.live["to"] == "Enterprise queue"
    assert "waits in the queue enterprise" in one.live["reason"]
    assert one.shadow["to"] == "Clara Voss"
    assert one.shadow["reason"].startswith("Large without a demo: ")
    assert Lead.objects.get(pk=one.decision.lead_id).rep is None, "it decides nothing"


def test_it_looks_at_no_decision_twice_and_at_none_in_which_no_rule_was_asked(office):
    trial = shadow()
    lead = arrive("Iris Wolf", **LARGE)
    by_hand.reassign(
        lead,
        to=Rep.objects.get(user__email=CLARA),
        reason="She asked",
        by=person(MAYA),
        now=timezone.now(),
    )

    look()
    look()
    sweeper.sweep()

    trial.refresh_from_db()
    assert (trial.compared, trial.differed) == (1, 1)


def test_leads_of_a_canary_are_not_compared_with_what_is_live(office):
    revision = draft()
    trial, other = shadow(revision), canary(100, revision)
    lead = arrive("Iris Wolf", **LARGE)

    look()

    trial.refresh_from_db()
    assert lead.decision.version_id == other.version_id
    assert (trial.compared, trial.differed) == (0, 0)


def test_a_decision_that_is_committed_after_a_later_one_is_not_missed(office):
    """Its number is lower, but its transaction took longer."""
    trial = shadow()
    first, second = arrive("Iris Wolf", **LARGE), arrive("Otto Beck", **LARGE)
    row = Decision.objects.get(pk=first.decision_id)
    Lead.objects.filter(pk=first.pk).update(decision=None)
    values = {field.attname: getattr(row, field.attname) for field in Decision._meta.concrete_fields}
    row.delete()
    written, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        with transaction.atomic():
            Decision.objects.create(**values)
            written.set()
            go_on.wait(60)
        connection.close()

    slow = threading.Thread(target=slowly)
    slow.start()
    assert written.wait(20)
    glance()
    seen = Trial.objects.get(pk=trial.pk).seen
    go_on.set()
    slow.join()
    look()

    trial.refresh_from_db()
    assert seen < second.decision_id, "as long as an older one may come, it waits"
    assert trial.compared == 2
    assert {one.decision_id for one in trial.disagreements.all()} == {first.decision_id, second.decision_id}


def test_two_sweepers_look_at_each_decision_once(office, monkeypatch):
    trial = shadow()
    for number in range(12):
        arrive(f"P{number} Large", **LARGE)
    monkeypatch.setattr(looking, "BATCH", 3)

    def both() -> None:
        for _ in range(12):
            looking.compare_new()
        connection.close()

    hands = [threading.Thread(target=both) for _ in range(2)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    look()

    trial.refresh_from_db()
    assert (trial.compared, trial.differed, Disagreement.objects.count()) == (12, 12, 12)


def test_what_fails_in_the_middle_has_looked_at_none(office, monkeypatch):
    trial = shadow()
    arrive("Iris Wolf", **LARGE)
    monkeypatch.setattr(looking, "_as_decided", lambda decision: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        look()

    trial.refresh_from_db()
    assert (trial.compared, Disagreement.objects.count()) == (0, 0)
    monkeypatch.undo()
    look()
    assert Disagreement.objects.count() == 1


def test_a_shadow_that_is_promoted_decides_from_then_on(office):
    trial = shadow()
    arrive("Iris Wolf", **LARGE)

    trials.promote(trial, by=person(MAYA), now=timezone.now())

    assert arrive("Otto Beck", **LARGE).rep.user.email == CLARA
    look()
    trial.refresh_from_db()
    assert trial.status == Trial.Status.PROMOTED


def test_what_only_moves_a_rule_and_sends_nobody_elsewhere_agrees(office):
    document = dict(draft().document)
    rules = document["rules"]
    trial = shadow(
        draft({"rules": [*rules[1:2], rules[0], {**rules[2], "target": {"kind": "queue", "queue": "enterprise"}}]})
    )
    arrive("Iris Wolf", **LARGE)

    look()

    trial.refresh_from_db()
    assert (trial.compared, trial.differed) == (1, 0)
