"""Since when the customer waits, whose time a promise counts, and promises of leads that nobody has yet."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import by_hand, handover, ladder, pulling, services
from leads.configuration import store
from leads.models import InboundEvent, Lead, SlaClock
from notifications.models import Notification
from reps import services as people
from reps.models import Rep, User
from tests.leads.conftest import COMPANY

pytestmark = pytest.mark.django_db

IN_A_QUEUE = COMPANY.replace(
    "otherwise: {kind: queue, queue: emea}", "otherwise: {kind: queue, queue: emea, sla: fast}"
)
SILENT = COMPANY.replace("max_reassignments: 1", "max_reassignments: 1\n    silent_after: 2h\n    park_after: 2")


def user(name: str) -> User:
    return User.objects.get(email=f"{name}@example.com")


def arrived(lead: Lead) -> object:
    return lead.touches.earliest("at").at


def running(lead: Lead) -> SlaClock:
    return SlaClock.objects.get(lead=lead, state="running")


def test_the_customer_waits_since_he_came_whoever_gets_the_lead(deliver):
    lead = deliver(email="pat@corp.com")
    first = running(lead)
    handover.decline(lead, by=user("ada"), reason="On the phone", now=timezone.now())
    second = running(lead)

    assert first.waiting_since == second.waiting_since == arrived(lead)
    assert second.started_at > first.started_at


def test_who_comes_back_after_a_loss_waits_anew(deliver):
    lead = deliver(email="pat@corp.com")
    services.contact(lead, by=user("ada"), now=timezone.now())
    services.close(lead, by=user("ada"), status="lost", now=timezone.now())
    deliver(email="pat@corp.com", message="Again")

    touches = list(lead.touches.order_by("at").values_list("at", flat=True))
    assert len(touches) == 2
    assert running(lead).waiting_since == touches[1]


def test_a_clock_carries_whose_time_it_counts_and_each_step_its_seconds(deliver):
    clock = running(deliver(email="pat@corp.com"))

    assert (clock.basis, clock.revision > 0, clock.silent_at) == ("always", True, None)
    assert [step["after_s"] for step in clock.steps] == [120, 600, 1800]


def test_who_accepts_must_be_heard_of_again(company, deliver):
    store.load(SILENT, now=timezone.now())
    lead = deliver(email="pat@corp.com")
    assert running(lead).policy["park_after"] == 2
    now = timezone.now()
    services.accept(lead, by=user("ada"), now=now)

    clock = running(lead)
    assert (clock.silent_since, clock.silent_at, clock.asked_at) == (now, now + timedelta(hours=1), None)


@pytest.fixture
def waiting(company, deliver) -> Lead:
    """A lead in the queue of EMEA, which promises somebody within five minutes."""
    store.load(IN_A_QUEUE, now=timezone.now())
    return deliver(email="pat@corp.com", employees=5)


def test_a_queue_with_a_promise_lets_a_clock_run_while_the_lead_waits(waiting):
    clock = running(waiting)

    assert (waiting.status, clock.assignment, clock.basis) == ("queued", None, "always")
    assert clock.due_at - clock.started_at == timedelta(minutes=5)
    assert [step["do"] for step in clock.steps] == ["remind", "notify_manager"]  # it is in a queue already


def test_who_waits_because_nobody_could_take_him_waits_under_his_own_promise(company, deliver):
    Rep.objects.update(paused=True)
    people.bump()
    lead = deliver(email="pat@corp.com")
    clock = running(lead)

    assert (lead.status, lead.queue.slug, bool(lead.waits_for)) == ("queued", "emea", True)
    assert (clock.assignment, clock.policy["slug"]) == (None, "fast")
    ladder.enforce_due(now=clock.started_at + timedelta(minutes=2))
    ladder.enforce_due(now=clock.started_at + timedelta(minutes=10))
    told = Notification.objects.filter(kind="unacknowledged").values_list("user__email", flat=True)
    assert list(told) == ["mia@example.com"]


def test_who_waits_because_a_rule_says_so_has_no_promise_unless_it_names_one(company, deliver):
    lead = deliver(email="pat@corp.com", employees=5)

    assert (lead.status, lead.waits_for) == ("queued", "")
    assert not lead.clocks.exists()


def test_it_counts_the_hours_of_the_queues_team(company, deliver):
    by_team = IN_A_QUEUE.replace("respond_within: 5m", "respond_within: 5m\n    clock: rep_hours")
    hours = "{mon: ['09:00-09:01']}"
    store.load(
        by_team.replace("slug: emea, name: EMEA,", f"slug: emea, name: EMEA, hours: {hours},"), now=timezone.now()
    )
    clock = running(deliver(email="pat@corp.com", employees=5))

    assert clock.basis == "team_hours"
    assert clock.due_at - clock.started_at > timedelta(days=28)


def test_it_stops_when_somebody_takes_the_lead_who_then_has_a_clock_of_his_own(waiting):
    queued = running(waiting)
    pulling.pull(by=user("ada"), now=timezone.now())

    queued.refresh_from_db()
    clock = running(waiting)
    assert (queued.state, clock.assignment.rep.user.email) == ("stopped", "ada@example.com")
    assert clock.waiting_since == queued.waiting_since == arrived(waiting)


def test_it_stops_when_the_lead_is_claimed_or_given_by_hand(waiting):
    queued = running(waiting)
    by_hand.reassign(
        waiting, to=Rep.objects.get(user=user("bob")), by=user("mia"), reason="He is free", now=timezone.now()
    )

    queued.refresh_from_db()
    assert queued.state == "stopped"
    assert running(waiting).assignment is not None


def test_who_comes_again_while_he_waits_starts_no_new_clock(waiting, deliver):
    first = running(waiting)
    deliver(email="pat@corp.com", employees=5, message="Still here")

    assert InboundEvent.objects.filter(status="routed").count() == 2
    assert running(waiting) == first


def test_who_is_routed_out_of_the_queue_leaves_its_clock_behind(waiting, deliver):
    first = running(waiting)
    deliver(email="pat@corp.com", employees=500)

    first.refresh_from_db()
    assert first.state == "stopped"
    assert running(waiting).assignment is not None
