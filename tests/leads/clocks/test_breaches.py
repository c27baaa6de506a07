"""A promise that was not kept is noted once, by whoever comes by first, and how late it is stays known."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from leads import holding, services
from leads.clocks import breaches, lateness
from leads.models import Lead, SlaClock, TimelineEntry
from leads.world import known
from reps.models import User
from tests.organisation import make_lead, make_rep

pytestmark = pytest.mark.django_db


def ada() -> User:
    return User.objects.get(email="ada@example.com")


def missed(lead: Lead) -> list[TimelineEntry]:
    return list(lead.timeline.filter(kind="sla", text__startswith="Promise missed"))


def test_it_is_noted_once_and_in_the_story_where_it_was_broken(deliver):
    lead = deliver(email="pat@corp.com")
    clock = SlaClock.objects.get(lead=lead)

    assert breaches.note_due(now=clock.due_at) == 0
    assert breaches.note_due(now=clock.due_at + timedelta(seconds=1)) == 1
    assert breaches.note_due(now=clock.due_at + timedelta(minutes=1)) == 0

    clock.refresh_from_db()
    [line] = missed(lead)
    assert clock.breach_noted_at == clock.due_at + timedelta(seconds=1)
    assert line.text == "Promise missed: Ada has not contacted the lead within 5m (Fast)."
    assert (line.at, line.epoch) == (clock.due_at, 1)


def test_a_contact_in_time_is_no_breach_however_late_the_sweep(deliver):
    lead = deliver(email="pat@corp.com")
    clock = SlaClock.objects.get(lead=lead)
    services.contact(lead, by=ada(), now=clock.due_at)

    assert breaches.note_due(now=clock.due_at + timedelta(hours=1)) == 0
    clock.refresh_from_db()
    assert not lateness.measured(clock, known(), timezone.now()).breached
    assert missed(lead) == []


def test_a_late_contact_is_a_breach_although_no_sweep_came_by(deliver):
    lead = deliver(email="pat@corp.com")
    clock = SlaClock.objects.get(lead=lead)
    services.contact(lead, by=ada(), now=clock.due_at + timedelta(minutes=7))

    clock.refresh_from_db()
    measured = lateness.measured(clock, known(), timezone.now() + timedelta(days=9))
    assert (measured.breached, measured.late, len(missed(lead))) == (True, timedelta(minutes=7), 1)
    assert measured.customer_waits == clock.due_at + timedelta(minutes=7) - clock.waiting_since
    assert breaches.note_due(now=clock.due_at + timedelta(hours=1)) == 0


def test_whoever_contacts_it_after_the_sweep_came_by_leaves_no_second_line(deliver):
    lead = deliver(email="pat@corp.com")
    due = SlaClock.objects.get(lead=lead).due_at
    breaches.note_due(now=due + timedelta(minutes=1))
    services.contact(lead, by=ada(), now=due + timedelta(minutes=7))

    assert len(missed(lead)) == 1


def test_lateness_goes_on_in_real_time_and_in_working_hours(db):
    week = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    lead = make_lead(rep=make_rep(hours=week), due_in=timedelta(hours=4))  # due on Wednesday at 16:00
    SlaClock.objects.update(basis="rep_hours")
    clock = SlaClock.objects.get(lead=lead)

    measured = lateness.measured(clock, known(), clock.due_at + timedelta(hours=18))

    assert (measured.late, measured.in_hours) == (timedelta(hours=18), timedelta(hours=2))


def test_a_promise_that_ends_late_by_another_hand_is_noted_too(deliver):
    lead = deliver(email="pat@corp.com")
    due = SlaClock.objects.get(lead=lead).due_at
    services.close(lead, by=ada(), status="lost", now=due + timedelta(seconds=1))

    assert len(missed(lead)) == 1


def test_ten_thousand_at_once_take_seconds(db):
    lead = make_lead(rep=make_rep())
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leads_slaclock (lead_id, policy, basis, revision, started_at, due_at, state, steps, next_step)"
            " SELECT %s, '{\"name\": \"Fast\"}', 'always', 0, now(), now(), 'running', '[]', 0"
            " FROM generate_series(1, 10000)",
            [lead.pk],
        )

    began, count = time.monotonic(), 0
    while noted := breaches.note_due(now=timezone.now() + timedelta(seconds=1)):
        count += noted

    assert count >= 10_000
    assert time.monotonic() - began < 10


@pytest.mark.django_db(transaction=True)
def test_a_lead_that_somebody_is_at_keeps_nobody_waiting(company, deliver):
    one, other = deliver(email="one@corp.com"), deliver(email="two@corp.com")
    late = timezone.now() + timedelta(hours=1)
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with holding.transaction.atomic():
                holding.locked(one, None)
                held.set()
                go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    try:
        assert breaches.note_due(now=late) == 1
    finally:
        go_on.set()
        thread.join()

    assert len(missed(other)) == 1
    assert breaches.note_due(now=late) == 1
    assert len(missed(one)) == 1
