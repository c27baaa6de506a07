"""People and programs see how a promise stands: of whoever has the lead, and of the queue in which it waits."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leads.models import Lead, SlaClock
from reps.models import User
from tests.organisation import make_lead, make_manager, make_queue, make_rep, make_team, token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(db) -> Lead:
    """A lead that has waited for 30 minutes in a queue that promises five, by the hours of its team."""
    team = make_team(slug="sales", manager=make_manager())
    now = timezone.now()
    lead = make_lead(queue=make_queue(slug="first", team=team), at=now - timedelta(minutes=30))
    SlaClock.objects.create(
        lead=lead,
        policy={"slug": "fast", "name": "Fast", "respond_within_s": 300, "clock": "team_hours", "max_reassignments": 2},
        basis="team_hours",
        waiting_since=lead.received_at,
        started_at=lead.received_at,
        due_at=lead.received_at + timedelta(minutes=5),
    )
    return lead


def page(address: str) -> str:
    client = Client()
    client.force_login(User.objects.get(email="mia@example.com"))
    return client.get(address).content.decode()


def told(lead: Lead) -> dict[str, object]:
    header = {"authorization": token_of(User.objects.get(email="mia@example.com"))}
    return Client().get(f"/api/v1/leads/{lead.pk}/", headers=header).json()["sla"]


def test_the_page_of_a_queue_shows_what_is_overdue(waiting):
    assert "Overdue 25:0" in page("/queues/first/")


def test_the_page_of_a_waiting_lead_shows_the_promise_of_its_queue_and_how_late_it_is(waiting):
    shown = page(f"/leads/{waiting.pk}/")

    assert "of the team’s working time" in shown
    assert "<dt>Late</dt>" in shown


def test_programs_see_lateness_and_the_customers_wait(waiting):
    promise = told(waiting)

    assert (promise["basis"], promise["breached"], promise["state"]) == ("team_hours", True, "running")
    assert 1500 <= promise["late_by_s"] <= 1530
    assert promise["late_in_hours_s"] == promise["late_by_s"]  # the team is always there
    assert 1800 <= promise["customer_wait_s"] <= 1830


def test_a_promise_that_is_kept_is_not_late(db):
    make_manager()
    rep = make_rep(team=make_team(manager=User.objects.get(email="mia@example.com")))
    lead = make_lead(rep=rep, at=timezone.now())

    promise = told(lead)

    assert (promise["breached"], promise["late_by_s"], promise["late_in_hours_s"]) == (False, 0, 0)
    assert set(promise["next_step"]) == {"at", "unless", "do"}


def test_the_list_of_leads_shows_it_too(waiting):
    assert "Overdue 25:0" in page("/leads/")


def test_whose_team_it_is_sees_it_run_out_in_his_queue(waiting):
    rep = make_rep(team=waiting.queue.team)
    client = Client()
    client.force_login(rep.user)

    shown = client.get("/queue/").content.decode()

    assert "Waiting for the team" in shown
    assert f'data-due="{round((waiting.received_at + timedelta(minutes=5)).timestamp() * 1000)}"' in shown
