"""Who had a lead and for how long, and why it left him, on the lead's page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from leads import by_hand, services
from leads.models import Assignment, Lead, SlaClock
from leads.pages.holders import spells
from reps.models import Rep
from tests.office import DANA, HEALTH, LEE, LENA, arrive, person, signed_in

pytestmark = pytest.mark.usefixtures("office")


@pytest.fixture
def priya() -> Lead:
    """Given to Dana two hours ago, who accepted after ten minutes; Lee has had it for an hour."""
    lead, now = arrive("Priya Raman", **HEALTH), timezone.now()
    services.accept(lead, by=person(DANA), now=now)
    lee = Rep.objects.get(user__email=LEE)
    by_hand.reassign(lead, to=lee, by=person(LENA), reason="On the phone already", now=now)
    hour = timedelta(hours=1)
    first = {"assigned_at": now - 2 * hour, "accepted_at": now - 2 * hour + hour / 6, "ended_at": now - hour}
    Assignment.objects.filter(lead=lead, epoch=1).update(**first)
    Assignment.objects.filter(lead=lead, epoch=2).update(assigned_at=now - hour)
    SlaClock.objects.filter(lead=lead, assignment__epoch=1).update(due_at=now - 2 * hour + hour / 2)
    SlaClock.objects.filter(lead=lead, assignment__epoch=2).update(due_at=now + hour)
    return lead


def test_each_holder_is_told_with_how_long_he_had_it_and_whether_he_kept_his_promise(priya: Lead) -> None:
    second, first = spells(priya, now=timezone.now())

    assert (str(first.assignment.rep), first.had, first.broken) == ("Dana Okafor", timedelta(hours=1), True)
    assert first.accepted_in == timedelta(minutes=10)
    assert (str(second.assignment.rep), second.broken, second.accepted_in) == ("Lee Marsh", False, None)


def test_the_page_says_why_it_moved(priya: Lead) -> None:
    page = signed_in(LENA).get(f"/leads/{priya.pk}/").content.decode()
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())

    assert "Had it for 1 h 00, accepted after 10:00" in words
    assert ": Lena Brandt gave it to Lee Marsh: On the phone already" in words
    assert "Has it for 1 h 00 now, not accepted" in words
