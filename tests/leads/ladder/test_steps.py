"""The ladder of a promise: each step once, in order, never early, and an acceptance always wins."""

from datetime import timedelta

import pytest
from django.db.models import Count
from django.utils import timezone

from leads import ladder, services
from leads.models import Assignment, Lead, SlaClock
from notifications.messages import can_be_accepted
from notifications.models import Notification
from reps import services as people
from reps.models import Rep, User
from routing.models import Decision, Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(deliver) -> Lead:
    return deliver(email="pat@corp.com")


def after(lead: Lead, minutes: float) -> int:
    """Sweep as if so many minutes had passed since the lead's first promise began; how many steps were due."""
    start = SlaClock.objects.filter(lead=lead).earliest("id").started_at
    return ladder.enforce_due(now=start + timedelta(minutes=minutes))


def steps(lead: Lead) -> list[str]:
    acted = lead.timeline.filter(kind="sla", step__isnull=False)
    return list(acted.order_by("id").values_list("text", flat=True))


def told(kind: str) -> set[str]:
    return set(Notification.objects.filter(kind=kind).values_list("user__email", flat=True))


def said(kind: str) -> str:
    return Notification.objects.get(kind=kind).text


def test_nothing_happens_early(lead):
    assert after(lead, 1.99) == 0
    assert steps(lead) == []


def test_the_rep_is_reminded_then_the_manager_told_then_the_lead_moved(lead):
    assert after(lead, 2) == 1
    assert told("reminder") == {"ada@example.com"}
    assert after(lead, 2.5) == 0
    assert after(lead, 10) == 1
    assert told("unacknowledged") == {"mia@example.com"}
    assert after(lead, 30) == 1
    assert told("taken") == {"ada@example.com"}
    assert said("taken").endswith("was taken from you: it was not contacted within 30 min. Bob has it now.")

    lead.refresh_from_db()
    first = Assignment.objects.get(lead=lead, epoch=1)
    assert (lead.rep.user.name, lead.epoch, lead.status) == ("Bob", 2, "assigned")
    assert first.ended_as == "sla"
    assert SlaClock.objects.get(assignment__lead=lead, state="running").assignment.epoch == 2
    assert len(steps(lead)) == 3
    assert not lead.timeline.values("text").annotate(times=Count("id")).filter(times__gt=1)


def test_who_has_accepted_is_reminded_of_the_call_and_not_asked_to_accept_again(lead):
    clock = SlaClock.objects.get(lead=lead)
    clock.steps[0]["unless"] = "contacted"
    clock.save(update_fields=["steps"])
    services.accept(lead, by=Rep.objects.get(user__email="ada@example.com").user, now=timezone.now())

    after(lead, 2)

    reminder = Notification.objects.get(kind="reminder")
    assert reminder.text == f"You have accepted {lead}, and not contacted them yet."
    assert not can_be_accepted(reminder)


def test_a_takeaway_stays_on_the_ledger_of_the_first(lead):
    for minutes in (2, 10, 30):
        after(lead, minutes)

    levels = {member.rep.user.name: member.level for member in Member.objects.all()}
    assert levels["Bob"] == 1
    assert levels["Ada"] >= 1


def test_the_backup_takes_over_where_there_is_one(deliver):
    deliver(email="one@corp.com")
    lead = deliver(email="two@corp.com")  # Bob's, whose backup is Cleo
    for minutes in (2, 10, 30):
        after(lead, minutes)

    lead.refresh_from_db()
    assert (lead.rep.user.name, Assignment.objects.get(lead=lead, epoch=2).how) == ("Cleo", "sla")


def test_a_backup_who_is_not_there_is_passed_over(deliver):
    deliver(email="one@corp.com")
    lead = deliver(email="two@corp.com")
    Rep.objects.filter(user__name="Cleo").update(paused=True)
    people.bump()
    for minutes in (2, 10, 30):
        after(lead, minutes)

    lead.refresh_from_db()
    assert lead.rep.user.name == "Ada"


def test_after_too_many_moves_the_lead_waits_in_the_teams_queue_and_the_manager_knows(lead):
    for minutes in (2, 10, 30):
        after(lead, minutes)
    second = SlaClock.objects.get(assignment__lead=lead, state="running")
    for minutes in (2, 10, 30):
        ladder.enforce_due(now=second.started_at + timedelta(minutes=minutes))

    lead.refresh_from_db()
    assert (lead.status, lead.queue.slug, lead.rep) == ("queued", "emea", None)
    assert told("back_in_queue") == {"mia@example.com"}
    assert said("back_in_queue") == f"{lead} went to the EMEA queue: Ada had it 30 min, Bob 30 min, nobody contacted."
    assert Decision.objects.filter(lead_id=lead.pk).latest("id").reason.startswith("To the EMEA queue: Ada had it")


def test_an_accepted_lead_is_left_alone_where_the_step_says_so(lead):
    services.accept(lead, by=User.objects.get(email="ada@example.com"), now=timezone.now())

    assert after(lead, 2) == 1
    assert after(lead, 10) == 1
    assert (steps(lead), told("reminder") | told("unacknowledged")) == ([], set())
    after(lead, 30)
    assert len(steps(lead)) == 1  # this step asks for a contact, not only for an acceptance


def test_a_contacted_lead_is_never_swept(lead):
    services.contact(lead, by=User.objects.get(email="ada@example.com"), now=timezone.now())

    assert after(lead, 600) == 0


def test_overdue_steps_are_caught_up_in_order_after_an_outage(lead):
    while after(lead, 31):
        pass

    assert [text.split()[0] for text in steps(lead)] == ["Reminded", "Told", "Taken"]
