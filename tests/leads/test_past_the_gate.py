"""A lead that salespeople have had or wait for is not taken from them by a stricter score model."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from leads import draining, handover, ladder, services
from leads.configuration import store
from leads.models import Lead
from leads.reconsider import reconsider
from reps.models import Rep
from tests.organisation import bump

pytestmark = pytest.mark.django_db

COMPANY = """
version: 1
teams: [{slug: emea, name: EMEA, queue: emea}]
reps:
  - {email: ada@example.com, name: Ada, team: emea, capacity: 1}
  - {email: bob@example.com, name: Bob, team: emea, capacity: 1}
pools:
  - slug: sales
    name: Sales
    strategy: first_available
    members: [{rep: ada@example.com}, {rep: bob@example.com}]
queues: [{slug: emea, name: EMEA queue, team: emea}]
sla_policies:
  - slug: fast
    name: Fast
    respond_within: 5m
    default: true
    steps: [{after: 10m, unless: contacted, do: reassign}]
    max_reassignments: 1
sources: [{slug: web, name: Website, auth: none}]
trees:
  - slug: main
    name: Main
    default: true
    document:
      format: 1
      rules: []
      otherwise: {kind: pool, pool: sales, if_nobody: {kind: queue, queue: emea}}
"""
SMALL = "{name: Small, when: {field: employees, op: lt, value: 10}, points: 5}"


@pytest.fixture
def company(db):
    """Two reps who can hold one lead each, in place of the usual company."""
    store.load(COMPANY, now=timezone.now())


def publish(*, threshold):
    model = f"version: 1\nscoring: {{threshold: {threshold}, rules: [{SMALL}], grades: {{A: 40, B: 0}}}}"
    store.load(model, now=timezone.now())


def at_ada(deliver):
    publish(threshold=5)
    lead = deliver(email="pat@corp.com", employees=3)
    assert (lead.status, str(lead.rep)) == ("assigned", "Ada")
    publish(threshold=40)
    return lead


def test_a_lead_that_is_declined_goes_to_the_next_rep_although_it_would_not_come_in_any_more(deliver):
    lead = at_ada(deliver)

    lead = handover.decline(lead, by=lead.rep.user, reason="Not mine", now=timezone.now())

    assert (lead.status, str(lead.rep), lead.decision.path) == ("assigned", "Bob", "main/otherwise")


def test_a_lead_that_is_taken_away_goes_to_the_next_rep_although_it_would_not_come_in_any_more(deliver):
    lead = at_ada(deliver)

    ladder.enforce_due(now=timezone.now() + timedelta(minutes=11))

    lead.refresh_from_db()
    assert (lead.status, str(lead.rep), lead.decision.path) == ("assigned", "Bob", "main/otherwise")


def test_a_declined_lead_that_waits_stays_with_the_salespeople_when_more_is_known_of_it(deliver):
    lead = at_ada(deliver)
    Rep.objects.filter(user__email="bob@example.com").update(active=False)
    bump()
    lead = handover.decline(lead, by=lead.rep.user, reason="Not mine", now=timezone.now())
    assert lead.status == "queued"
    lead.facts["employees"] = 4
    lead.save(update_fields=["facts"])

    with transaction.atomic():
        assert reconsider([lead.pk], now=timezone.now()) == []


def test_a_lead_that_waits_for_people_is_given_out_although_it_would_not_come_in_any_more(deliver):
    publish(threshold=5)
    first, _, third = (deliver(email=f"{name}@corp.com", employees=3) for name in ("ann", "ben", "pat"))
    assert (third.status, third.waits_for != "") == ("queued", True)
    publish(threshold=40)
    services.close(Lead.objects.get(pk=first.pk), by=first.rep.user, status="won", now=timezone.now())

    while draining.drain():
        pass

    third.refresh_from_db()
    assert (third.status, str(third.rep), third.decision.path) == ("assigned", "Ada", "main/otherwise")


def test_whoever_is_new_is_held_back_by_the_stricter_model(deliver):
    publish(threshold=40)

    lead = deliver(email="pat@corp.com", employees=3)

    assert (lead.status, lead.decision.path) == ("nurture", "gate")


def test_a_lead_in_nurture_that_was_once_declined_is_still_asked_for_its_score(deliver):
    lead = at_ada(deliver)
    lead = handover.decline(lead, by=lead.rep.user, reason="Not mine", now=timezone.now())
    services.close(lead, by=lead.rep.user, status="disqualified", now=timezone.now())
    Rep.objects.update(active=False)
    bump()
    lead = deliver(email="pat@corp.com", employees=3, message="Back again")
    assert lead.status == "nurture"

    with transaction.atomic():
        assert reconsider([lead.pk], now=timezone.now()) == []
