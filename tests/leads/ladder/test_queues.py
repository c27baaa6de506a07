"""A lead that waits in a queue under a promise: its team is reminded, and its manager told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from leads import ladder, services
from leads.configuration import store
from leads.models import Lead, SlaClock
from notifications.models import Notification
from reps.models import Rep, TimeOff, User
from tests.leads.conftest import COMPANY
from tests.organisation import bump

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(deliver: Callable[..., Lead]) -> Lead:
    otherwise = "otherwise: {kind: queue, queue: emea"
    store.load(COMPANY.replace(otherwise, f"{otherwise}, sla: fast"), now=timezone.now())
    return deliver(email="pat@corp.com", employees=3)


def after(lead: Lead, minutes: float) -> int:
    start = SlaClock.objects.get(lead=lead, state="running").started_at
    return ladder.enforce_due(now=start + timedelta(minutes=minutes))


def told(kind: str) -> dict[str, str]:
    return dict(Notification.objects.filter(kind=kind).values_list("user__email", "text"))


def test_everybody_of_the_team_who_is_there_is_reminded(lead: Lead) -> None:
    Rep.objects.filter(user__name="Bob").update(paused=True)
    start = lead.received_at - timedelta(hours=1)
    TimeOff.objects.create(rep=Rep.objects.get(user__name="Ada"), start=start, end=start + timedelta(days=1))
    bump()

    assert after(lead, 2) == 1

    reminded = told("reminder")
    assert reminded.keys() == {"cleo@example.com"}
    assert set(reminded.values()) == {"Still in the EMEA queue: pat@corp.com."}
    assert lead.timeline.filter(kind="sla", text="Reminded EMEA: nobody took it yet.").exists()


def test_the_manager_of_the_queues_team_is_told(lead: Lead) -> None:
    after(lead, 10)
    after(lead, 10)

    assert told("unacknowledged") == {
        "mia@example.com": "pat@corp.com waits in the EMEA queue for 10 min: nobody took it."
    }


def test_nobody_is_taken_anything_from_and_each_step_comes_once(lead: Lead) -> None:
    while after(lead, 600):
        pass

    lead.refresh_from_db()
    assert (lead.status, lead.epoch) == ("queued", 0)
    assert Notification.objects.filter(kind__in=["reminder", "unacknowledged"]).count() == 4


def test_who_takes_it_ends_the_reminders(lead: Lead) -> None:
    start = SlaClock.objects.get(lead=lead, state="running").started_at
    services.accept(lead, by=User.objects.get(email="cleo@example.com"), now=start, epoch=0)

    ladder.enforce_due(now=start + timedelta(minutes=2))

    assert told("reminder") == {}


def test_where_that_manager_has_left_everybody_who_oversees_routing_is_told(lead: Lead) -> None:
    User.objects.filter(email="mia@example.com").update(is_active=False)
    bump()

    after(lead, 10)
    after(lead, 10)

    assert told("unacknowledged").keys() == {"max@example.com"}
