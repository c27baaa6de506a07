"""A lead that waits is routed again when its facts change so that the rules give another answer, and not for ever."""

import random
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from leads import handover, services
from leads.configuration import store
from leads.models import Assignment, Lead, SlaClock
from leads.people import person_of
from leads.reconsider import reconsider
from leads.record import Ending
from leads.world import known
from notifications.models import Notification
from routing.engine.route import Request, answer_of
from routing.models import Decision
from tests.leads.conftest import COMPANY

pytestmark = pytest.mark.django_db


def learn(lead, **facts):
    """More is known of the lead by now."""
    lead.refresh_from_db()
    lead.facts |= facts
    lead.save(update_fields=["facts"])


@transaction.atomic
def again(*leads, now=None, **given):
    decided = reconsider([lead.pk for lead in leads], now=now or timezone.now(), **given)
    for lead in leads:
        lead.refresh_from_db()
    return decided


@pytest.fixture
def waiting(deliver) -> Lead:
    """A small company, in the queue of EMEA."""
    return deliver(email="pat@corp.com", employees=3)


def test_a_waiting_lead_is_routed_again_when_the_rules_have_another_answer(waiting):
    learn(waiting, employees=900)

    again(waiting, why="Grew to 900 people")

    assert (waiting.status, str(waiting.rep), waiting.epoch) == ("assigned", "Ada", 1)
    assert (waiting.decision.cause, waiting.decision.rules) == ("changed", ["big"])
    assert waiting.clocks.get().state == "running"
    told = list(waiting.timeline.order_by("pk").values_list("kind", "text"))[-2:]
    assert told[0] == ("changed", "Grew to 900 people: the rules have another answer now.")
    assert told[1][0] == "routed"


def test_a_lead_for_which_the_answer_is_the_same_is_left_alone(waiting):
    before = (Decision.objects.count(), waiting.timeline.count())
    learn(waiting, employees=4)

    assert again(waiting) == []
    assert (Decision.objects.count(), waiting.timeline.count()) == before


def test_a_lead_in_nurture_goes_where_the_rules_want_it_now(deliver):
    store.load(COMPANY.replace("kind: discard, reason: spam", "kind: nurture, track: later"), now=timezone.now())
    lead = deliver(email="pat@corp.com", message="viagra")
    assert lead.status == "nurture"
    learn(lead, message="We want to buy.")

    again(lead)

    assert lead.status == "assigned"


def test_a_lead_that_was_given_to_somebody_stays_with_him(deliver):
    lead = deliver(email="pat@corp.com")
    learn(lead, employees=3)

    assert again(lead) == []


def test_untouched_leads_can_be_routed_again_and_accepted_ones_never(deliver):
    untouched, accepted = deliver(email="pat@corp.com"), deliver(email="sam@corp.com")
    services.accept(accepted, by=accepted.rep.user, now=timezone.now())
    learn(untouched, employees=3)
    learn(accepted, employees=3)

    again(untouched, accepted, untouched=True, why="It is a small company after all")

    assert (untouched.status, untouched.rep) == ("queued", None)
    assert accepted.status == "accepted"
    ended = Assignment.objects.get(lead=untouched)
    assert (ended.ended_as, ended.end_reason) == ("changed", "It is a small company after all")
    assert SlaClock.objects.get(assignment=ended).state == "stopped"


def test_whoever_was_given_a_lead_because_he_knows_the_person_keeps_it(deliver):
    lead = deliver(email="pat@corp.com")
    services.close(lead, by=lead.rep.user, status="lost", now=timezone.now())
    lead = deliver(email="pat@corp.com", message="again")
    assert lead.decision.path == "sticky"
    learn(lead, employees=3)

    assert again(lead, untouched=True) == []


def test_a_lead_that_moves_too_often_stays_and_the_overseers_are_told_once(waiting):
    now = timezone.now()
    for number in range(8):
        Lead.objects.filter(pk=waiting.pk, status="assigned").update(status="queued", rep=None)
        Assignment.objects.filter(lead=waiting, ended_at=None).update(ended_at=now)
        learn(waiting, employees=900 if number % 2 == 0 else 3)
        again(waiting, now=now + timedelta(minutes=number))

    moves = Decision.objects.filter(lead_id=waiting.pk, cause="changed")
    assert moves.count() == 5
    assert waiting.timeline.filter(text__startswith="Moved 5 times").count() == 1
    told = Notification.objects.filter(kind="loop")
    assert sorted(told.values_list("user__email", flat=True)) == ["max@example.com", "mia@example.com"]

    Lead.objects.filter(pk=waiting.pk, status="assigned").update(status="queued", rep=None)
    Assignment.objects.filter(lead=waiting, ended_at=None).update(ended_at=now)
    learn(waiting, employees=3)
    again(waiting, now=now + timedelta(hours=25))
    assert moves.count() == 6


def test_a_lead_that_was_put_into_a_queue_by_hand_stays_there_until_the_answer_changes(deliver):
    lead = deliver(email="pat@corp.com")
    with transaction.atomic():
        ending = Ending(Assignment.Ended.SLA, "late")
        handover.put_in_queue(lead, why="late", now=timezone.now(), cause="sla", ending=ending)
    lead.refresh_from_db()

    assert again(lead) == []


@pytest.mark.parametrize("seed", range(4))
def test_after_reconsidering_the_stored_path_is_what_gate_and_rules_answer(deliver, seed):
    chance = random.Random(seed)
    leads = [deliver(email=f"p{number}@corp.com", employees=chance.choice([3, 500])) for number in range(6)]

    for _ in range(3):
        for lead in leads:
            learn(lead, employees=chance.choice([3, 500]), message=chance.choice(["hello", "viagra"]))
        again(*leads, untouched=True)

        organisation = known()
        for lead in leads:
            if lead.status in ("discarded", "accepted"):
                continue
            person = person_of(lead, organisation.emails, organisation.world.vocabulary)
            request = Request(person.key, person.facts)
            assert lead.decision.path == answer_of(request, organisation.world, timezone.now())
