"""Going away: what was not touched goes to cover at that moment; what was accepted stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from leads import services
from leads.ladder import away
from leads.models import Assignment, Lead, SlaClock
from notifications.models import Notification
from reps import services as people
from reps.models import Rep, TimeOff
from routing.models import Decision, Member, Pool

pytestmark = pytest.mark.django_db


def rep(name: str) -> Rep:
    return Rep.objects.get(user__name=name)


def take_time_off(name: str, start: datetime, end: datetime) -> TimeOff:
    off = TimeOff.objects.create(rep=rep(name), start=start, end=end)
    people.bump()
    return off


@pytest.fixture
def leads(deliver: Callable[..., Lead]) -> list[Lead]:
    """Ada's, Bob's (whose backup is Cleo), Ada's, Bob's."""
    return [deliver(email=f"{name}@corp.com") for name in ("one", "two", "three", "four")]


def holder(lead: Lead) -> tuple[str, str]:
    lead.refresh_from_db()
    return lead.rep.user.name, lead.status


def test_untouched_leads_go_to_cover_when_the_time_off_begins_and_not_before(leads: list[Lead]) -> None:
    now = timezone.now()
    off = take_time_off("Bob", now + timedelta(hours=1), now + timedelta(days=1))
    services.accept(leads[3], by=rep("Bob").user, now=now)

    assert away.begin_due(now=now + timedelta(minutes=59)) == 0
    assert away.begin_due(now=now + timedelta(hours=1)) == 1
    assert away.begin_due(now=now + timedelta(hours=1)) == 0

    off.refresh_from_db()
    assert (holder(leads[1]), holder(leads[3])) == (("Cleo", "assigned"), ("Bob", "accepted"))
    assert off.handed_over_at == now + timedelta(hours=1)
    first, second = Assignment.objects.filter(lead=leads[1]).order_by("epoch")
    assert (first.ended_as, first.end_reason, second.how) == ("away", "Bob is away.", "cover")
    assert leads[1].timeline.filter(kind="reassigned", text="Bob is away: Cleo covers.").exists()
    assert Notification.objects.filter(kind="taken", user=rep("Bob").user).count() == 1
    assert Decision.objects.filter(lead_id=leads[1].pk).latest("id").cause == "away"


def test_the_receiver_has_a_clock_of_his_own_and_the_customer_waits_on(leads: list[Lead]) -> None:
    now = timezone.now() + timedelta(minutes=3)
    before = SlaClock.objects.get(lead=leads[1])
    take_time_off("Bob", now - timedelta(minutes=1), now + timedelta(days=1))

    away.begin_due(now=now)

    clock = SlaClock.objects.get(lead=leads[1], state="running")
    assert (clock.started_at, clock.assignment.rep) == (now, rep("Cleo"))
    assert clock.waiting_since == before.waiting_since
    assert clock.policy["slug"] == "fast"


def test_without_a_backup_the_same_targets_next_candidate_has_it(leads: list[Lead]) -> None:
    now = timezone.now()
    take_time_off("Ada", now, now + timedelta(days=1))

    away.begin_due(now=now)

    assert [holder(lead)[0] for lead in leads] == ["Bob", "Bob", "Bob", "Bob"]


def test_where_nobody_can_take_it_the_lead_stays_and_the_manager_is_told(leads: list[Lead]) -> None:
    now = timezone.now()
    Rep.objects.filter(user__name="Bob").update(paused=True)
    take_time_off("Ada", now, now + timedelta(days=1))

    away.begin_due(now=now)

    assert [holder(lead)[0] for lead in leads] == ["Ada", "Bob", "Ada", "Bob"]
    told = Notification.objects.filter(kind="unacknowledged", user__email="mia@example.com")
    assert told.count() == 2
    assert "stays with Ada: Ada is away, and nobody else could take it." in told[0].text
    assert SlaClock.objects.filter(lead=leads[0], state="running").count() == 1


def test_time_off_that_runs_already_counts_and_one_that_is_over_moves_nothing(leads: list[Lead]) -> None:
    now = timezone.now()
    over = take_time_off("Ada", now - timedelta(days=9), now - timedelta(days=2))
    take_time_off("Bob", now - timedelta(days=1), now + timedelta(days=1))

    assert away.begin_due(now=now) == 2

    over.refresh_from_db()
    assert over.handed_over_at == now
    assert [holder(lead)[0] for lead in leads] == ["Ada", "Cleo", "Ada", "Cleo"]


def test_nobody_who_had_a_lead_gets_it_back_when_the_next_goes_away(leads: list[Lead]) -> None:
    now = timezone.now()
    take_time_off("Ada", now, now + timedelta(hours=1))
    away.begin_due(now=now)
    later = now + timedelta(hours=2)
    Rep.objects.filter(user__name="Cleo").update(active=False)
    take_time_off("Bob", later, later + timedelta(hours=1))

    away.begin_due(now=later)

    assert [holder(lead)[0] for lead in leads] == ["Bob", "Ada", "Bob", "Ada"]


def test_whoever_covers_counts_nothing_for_it_and_whoever_went_away_is_not_credited_back(leads: list[Lead]) -> None:
    Member.objects.create(pool=Pool.objects.get(), rep=rep("Cleo"), position=9, opened=True)
    people.bump()
    before = dict(Member.objects.values_list("rep__user__name", "level"))
    take_time_off("Bob", timezone.now(), timezone.now() + timedelta(days=1))

    away.begin_due(now=timezone.now())

    assert holder(leads[1])[0] == "Cleo"
    assert dict(Member.objects.values_list("rep__user__name", "level")) == before
