"""Still working it? Asked at half of the time, taken back at its end, and an answer begins it anew."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leads import ladder, services
from leads.configuration import store
from leads.holding import AlreadyTaken
from leads.models import Assignment, Lead, SlaClock
from notifications.messages import values_of
from notifications.models import Notification
from reps.models import User
from tests.leads.conftest import COMPANY

pytestmark = pytest.mark.django_db
SILENT = COMPANY.replace("max_reassignments: 1", "max_reassignments: 1\n    silent_after: 2h").replace(
    "unless: contacted", "unless: accepted"
)


def ada() -> User:
    return User.objects.get(email="ada@example.com")


@pytest.fixture
def accepted(deliver) -> datetime:
    return timezone.now()


@pytest.fixture
def lead(deliver, accepted) -> Lead:
    store.load(SILENT, now=timezone.now())
    lead = deliver(email="pat@corp.com")
    return services.accept(lead, by=ada(), now=accepted)


def at(accepted: datetime, minutes: float) -> int:
    """Sweep as if so many minutes had passed since he accepted."""
    now = accepted + timedelta(minutes=minutes)
    acted = 0
    while looked_at := ladder.enforce_due(now=now):
        acted += looked_at
    return acted


def asked() -> int:
    return Notification.objects.filter(kind="still_working", user=ada()).count()


def test_he_is_asked_at_half_of_the_time_and_not_before(lead, accepted):
    at(accepted, 59.9)
    assert asked() == 0

    at(accepted, 60)
    at(accepted, 61)

    assert asked() == 1
    assert lead.timeline.filter(text="Asked Ada: still working it?").count() == 1
    assert Lead.objects.get(pk=lead.pk).rep.user == ada()


def test_the_question_says_how_long_is_left_to_answer_it(lead, accepted):
    at(accepted, 60)

    asked_of = Notification.objects.get(kind="still_working")
    values = values_of(asked_of, now=accepted + timedelta(minutes=61))

    assert str(values["time_left"]).startswith("59 min")


def test_without_an_answer_the_lead_goes_to_the_next_and_the_story_says_why(lead, accepted):
    at(accepted, 60)
    at(accepted, 119.9)
    assert Lead.objects.get(pk=lead.pk).epoch == 1

    at(accepted, 120)

    lead.refresh_from_db()
    first = Assignment.objects.get(lead=lead, epoch=1)
    assert (lead.rep.user.name, lead.status, first.ended_as) == ("Bob", "assigned", "silent")
    said = "it was accepted, and nothing more was heard for 2 h"
    assert lead.timeline.filter(kind="sla", text=f"Taken from Ada: {said}.").exists()
    assert said in Notification.objects.get(kind="taken", user=ada()).text


def test_yes_still_on_it_begins_the_time_anew(lead, accepted):
    at(accepted, 60)
    services.still_working(lead, by=ada(), now=accepted + timedelta(minutes=90), epoch=1)

    at(accepted, 149.9)
    assert (asked(), Lead.objects.get(pk=lead.pk).epoch) == (1, 1)
    at(accepted, 150)
    assert asked() == 2
    at(accepted, 210)

    assert Lead.objects.get(pk=lead.pk).epoch == 2
    assert lead.timeline.filter(text="Ada still works on it.").count() == 1


def test_who_is_asked_late_still_has_half_of_the_time_to_answer(lead, accepted):
    at(accepted, 300)
    at(accepted, 359.9)
    assert (asked(), Lead.objects.get(pk=lead.pk).epoch) == (1, 1)

    at(accepted, 360)

    assert Lead.objects.get(pk=lead.pk).epoch == 2


def test_contact_ends_the_asking(lead, accepted):
    services.contact(lead, by=ada(), now=accepted + timedelta(minutes=30))

    assert at(accepted, 600) == 0
    assert asked() == 0


def test_the_button_says_so_and_a_late_click_touches_nothing(lead, accepted):
    at(accepted, 60)
    client = Client()
    client.force_login(ada(), backend="django.contrib.auth.backends.ModelBackend")

    answer = client.post(f"/leads/{lead.pk}/still-working/", {"epoch": 1})

    clock = SlaClock.objects.get(lead=lead)
    assert answer.status_code == 302
    assert (clock.asked_at, clock.silent_at > accepted + timedelta(minutes=59)) == (None, True)
    with pytest.raises(AlreadyTaken):
        services.still_working(lead, by=ada(), now=timezone.now(), epoch=0)
