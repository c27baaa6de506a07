"""Every promise that is broken by hand is found, told once, and forgotten when it is mended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from leads.auditor import questions
from leads.auditor.audit import audit
from leads.models import Alarm, Assignment, Audited, Finding, Heartbeat, InboundEvent, Lead, SlaClock, TimelineEntry
from notifications.models import Channel, Delivery, Lane, Notification
from reps.models import Rep, User
from tests.outside_heartbeat import heartbeats

pytestmark = pytest.mark.django_db


def ago(**span: float):
    return timezone.now() - timedelta(**span)


def an_unrouted_delivery(lead: Lead) -> None:
    InboundEvent.objects.update(status=InboundEvent.Status.WAITING, due_at=ago(seconds=61))


def a_late_step(lead: Lead) -> None:
    SlaClock.objects.update(next_at=ago(seconds=61))


def a_breach_nobody_noted(lead: Lead) -> None:
    SlaClock.objects.update(due_at=ago(seconds=61), breach_noted_at=None)


def an_early_step(lead: Lead) -> None:
    TimelineEntry.objects.create(lead=lead, at=ago(seconds=40), kind="sla", text="Early.", epoch=lead.epoch, step=2)


def two_owners(lead: Lead) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_open_assignment")
    first = Assignment.objects.get(lead=lead)
    Assignment.objects.create(
        lead=lead,
        rep=Rep.objects.exclude(pk=first.rep_id)[0],
        epoch=2,
        decision=first.decision,
        assigned_at=ago(days=1),
    )


def no_owner(lead: Lead) -> None:
    Assignment.objects.update(ended_at=timezone.now())


def an_orphan(lead: Lead) -> None:
    Assignment.objects.update(assigned_at=ago(seconds=40))
    SlaClock.objects.all().delete()


def a_notice_nobody_planned(lead: Lead) -> None:
    Notification.objects.filter(pk=Notification.objects.earliest("pk").pk).update(due_at=ago(seconds=121))


def message(lead: Lead, **values) -> Delivery:
    channel = Channel.objects.create(slug="mail", name="Mail", kind="email", changed_at=timezone.now())
    notice = Notification.objects.earliest("pk")
    return Delivery.objects.create(
        **{
            "lane": channel.lane, "notification": notice, "user_id": notice.user_id, "channel": channel,
            "created_at": ago(minutes=5), "due_at": ago(minutes=5), **values,
        }
    )  # fmt: skip


def a_message_nobody_sends(lead: Lead) -> None:
    message(lead)


def a_dead_message(lead: Lead) -> None:
    message(lead, state="dead")


def a_clock_step(lead: Lead) -> None:
    Alarm.objects.create(kind="clock_step", text="One hour back.", first_at=ago(minutes=1), last_at=ago(minutes=1))


def a_guard_that_is_gone(lead: Lead) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX sla_step_acted_once")


BREAKING: dict[str, Callable[[Lead], None]] = {
    "unrouted": an_unrouted_delivery,
    "overdue_step": a_late_step,
    "unnoted_breach": a_breach_nobody_noted,
    "early_step": an_early_step,
    "two_owners": two_owners,
    "no_owner": no_owner,
    "orphans": an_orphan,
    "unplanned": a_notice_nobody_planned,
    "undelivered": a_message_nobody_sends,
    "dead_message": a_dead_message,
    "clock_step": a_clock_step,
    "guards": a_guard_that_is_gone,
}


@pytest.fixture
def lead(deliver) -> Lead:
    User.objects.create_user("olivia@example.com", name="Olivia", role=User.Role.REVOPS)
    Audited.objects.bulk_create(Audited(slug=slug, up_to=0) for slug in ("orphans", "early_step"))
    return deliver(email="pat@corp.com")


def test_every_question_is_tested() -> None:
    assert set(BREAKING) == {question.slug for question in questions.QUESTIONS}


def test_nothing_is_found_where_all_is_well(lead: Lead) -> None:
    assert audit() == []
    assert not Finding.objects.exists()
    assert timezone.now() - Heartbeat.objects.get(name="auditor").at < timedelta(seconds=10)


@pytest.mark.parametrize("slug", BREAKING)
def test_a_broken_promise_is_found_and_told_once(lead: Lead, slug: str) -> None:
    BREAKING[slug](lead)

    assert slug in audit()
    audit()

    finding = Finding.objects.get(slug=slug)
    assert finding.count >= 1
    assert finding.example
    told = Notification.objects.filter(kind="trouble", dedupe_key__startswith=f"trouble:{slug}:")
    assert [notice.user.name for notice in told] == ["Olivia"]


def test_what_is_mended_is_no_finding_any_more(lead: Lead) -> None:
    a_late_step(lead)
    audit()
    SlaClock.objects.update(next_at=timezone.now() + timedelta(minutes=5))

    assert audit() == []
    assert not Finding.objects.exists()


def test_what_happened_once_is_shown_for_an_hour(lead: Lead) -> None:
    an_early_step(lead)
    assert audit() == ["early_step"]
    assert audit() == ["early_step"]

    Finding.objects.update(looked_at=ago(minutes=61))
    assert audit() == []


def test_what_was_there_before_the_first_look_is_not_asked_about(lead: Lead) -> None:
    Audited.objects.all().delete()
    an_orphan(lead)

    assert "orphans" not in audit()


def test_a_receiver_that_rests_makes_no_message_late(lead: Lead) -> None:
    late = message(lead)
    Lane.objects.create(
        name=late.lane, failures=5, open_until=timezone.now() + timedelta(minutes=1), changed_at=timezone.now()
    )

    assert audit() == []


def test_a_question_that_cannot_be_answered_is_a_finding(lead: Lead) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE leads_alarm RENAME TO leads_alarm_gone")

    assert audit() == ["clock_step"]
    assert Finding.objects.get().example == "could not be looked at"


def test_the_heartbeat_goes_out_only_while_all_is_well(lead: Lead, settings) -> None:
    with heartbeats() as (url, heard):
        settings.HEARTBEAT_URL = url
        audit()
        assert heard == ["/ping/key"]

        a_late_step(lead)
        audit()
        assert heard == ["/ping/key"]


def test_a_watcher_who_does_not_answer_stops_nothing(lead: Lead, settings, caplog) -> None:
    settings.HEARTBEAT_URL = "http://127.0.0.1:9/ping/key"

    assert audit() == []
    assert "key" not in caplog.text


@pytest.mark.parametrize("question", questions.QUESTIONS, ids=lambda question: question.slug)
def test_no_question_reads_a_whole_table(lead: Lead, question: questions.Question) -> None:
    """With sequential scans forbidden the planner finds an index for each: for one that has none it cannot help it."""
    span = {"since": 0, "up_to": 1} if question.new else None
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN SELECT * FROM ({question.asks}) AS found LIMIT 10", span)
        plan = "\n".join(row for (row,) in cursor.fetchall())

    big = ("leads_lead", "leads_assignment", "leads_slaclock", "leads_timelineentry", "notifications_", "leads_inbound")
    assert not [line for line in plan.splitlines() if "Seq Scan on" in line and any(name in line for name in big)], plan
