"""At the end of its team's day the manager is told once what is left in a queue, also after an outage."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from leads import overnight
from leads.models import Lead, Watch
from notifications.models import Notification
from reps.models import Team
from routing.models import Queue
from tests.organisation import bump, make_lead, make_manager, make_queue, make_rep, make_revops, make_team

pytestmark = pytest.mark.django_db

WEEK = {day: ["09:00-12:00", "13:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
# Wednesday 3 June 2026. New York is four hours behind.
MORNING = datetime(2026, 6, 3, 13, tzinfo=UTC)
CLOSING = datetime(2026, 6, 3, 21, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def mia():
    return make_manager()


@pytest.fixture
def emea(mia):
    """A queue that has been watched since the morning."""
    team = make_team(slug="emea", manager=mia, queue=True, hours=WEEK, timezone="America/New_York")
    overnight.tell_due(now=MORNING)
    return team.queues.get()


def wait(queue, *, at, count=1):
    return [make_lead(queue=queue, at=at) for _ in range(count)]


def told(kind="overnight"):
    return list(Notification.objects.filter(kind=kind).order_by("pk").values_list("text", flat=True))


def test_the_manager_is_told_when_the_teams_day_ends(emea, mia):
    wait(emea, at=CLOSING - timedelta(hours=3), count=6)
    wait(emea, at=MORNING + timedelta(hours=5, minutes=2))

    overnight.tell_due(now=CLOSING - timedelta(microseconds=1))
    assert told() == []
    overnight.tell_due(now=CLOSING)

    notice = Notification.objects.get()
    assert (notice.user, notice.link) == (mia, "/queues/emea/")
    assert notice.text == "7 leads wait in Emea, the oldest since 14:00."


def test_it_is_told_once_a_day_however_often_it_is_looked_at(emea):
    wait(emea, at=MORNING)

    for minutes in (0, 0, 1, 60, 600):
        overnight.tell_due(now=CLOSING + timedelta(minutes=minutes))
    assert told() == ["1 lead waits in Emea, since 09:00."]

    overnight.tell_due(now=CLOSING + DAY)
    assert told()[1:] == ["1 lead waits in Emea, since 3 Jun, 09:00."]


def test_a_queue_in_which_nobody_waits_is_not_told_of(emea):
    (lead,) = wait(emea, at=MORNING)
    Lead.objects.filter(pk=lead.pk).update(status="nurture", queue=None)

    overnight.tell_due(now=CLOSING)
    assert told() == []


def test_after_an_outage_the_last_evening_is_made_up_for(emea):
    wait(emea, at=MORNING)

    overnight.tell_due(now=CLOSING + 2 * DAY + timedelta(hours=9))

    assert told() == ["1 lead waits in Emea, since 3 Jun, 09:00."]
    assert Notification.objects.get().dedupe_key.startswith(f"overnight:{emea.pk}:2026-06-05:")


def test_who_came_after_the_evening_is_not_told_of_when_it_is_made_up_for(emea):
    wait(emea, at=CLOSING + timedelta(minutes=5))

    overnight.tell_due(now=CLOSING + timedelta(hours=9))

    assert told() == []


def test_on_a_day_off_only_who_is_new_is_told_of(emea):
    friday, saturday = CLOSING + 2 * DAY, datetime(2026, 6, 6, 22, tzinfo=UTC)
    wait(emea, at=friday - timedelta(hours=1))
    overnight.tell_due(now=friday)
    overnight.tell_due(now=saturday)
    assert len(told()) == 1

    wait(emea, at=saturday + timedelta(hours=3))
    overnight.tell_due(now=saturday + DAY)

    assert told()[1:] == ["2 leads wait in Emea, the oldest since 5 Jun, 16:00."]


def test_a_team_that_is_always_open_has_its_evening_at_six(mia):
    team = make_team(slug="emea", manager=mia, queue=True, timezone="Europe/Berlin")
    overnight.tell_due(now=MORNING)
    wait(team.queues.get(), at=MORNING)
    six = datetime(2026, 6, 3, 16, tzinfo=UTC)

    overnight.tell_due(now=six - timedelta(seconds=1))
    assert told() == []
    overnight.tell_due(now=six)
    assert told() == ["1 lead waits in Emea, since 15:00."]


@pytest.mark.parametrize("slug", ["triage", Queue.UNASSIGNED])
def test_a_queue_without_a_team_is_everybodys_at_six_utc(mia, slug):
    olivia = make_revops()
    queue = make_queue(slug=slug)
    overnight.tell_due(now=MORNING)
    wait(queue, at=MORNING)

    overnight.tell_due(now=datetime(2026, 6, 3, 18, tzinfo=UTC))

    assert set(Notification.objects.filter(kind="overnight").values_list("user", flat=True)) == {mia.pk, olivia.pk}


def test_where_the_manager_has_left_the_overseers_are_told(emea, mia):
    olivia = make_revops()
    mia.is_active = False
    mia.save()
    bump()
    wait(emea, at=MORNING)

    overnight.tell_due(now=CLOSING)

    assert Notification.objects.get().user == olivia


def test_new_hours_hold_from_the_same_day(emea):
    wait(emea, at=MORNING)
    Team.objects.update(hours={"wed": ["09:00-15:00"]})
    bump()

    overnight.tell_due(now=CLOSING - timedelta(hours=2))

    assert len(told()) == 1
    Team.objects.update(hours=WEEK)
    bump()
    overnight.tell_due(now=CLOSING)
    assert len(told()) == 1  # once a day, whatever becomes of the hours


def test_a_queue_of_which_nothing_was_known_is_watched_from_now_on(mia):
    queue = make_queue()
    wait(queue, at=MORNING - 5 * DAY)

    overnight.tell_due(now=MORNING)

    assert told() == []
    assert Watch.objects.get(queue=queue).next_at == datetime(2026, 6, 3, 18, tzinfo=UTC)


def test_nothing_is_done_while_no_evening_has_come(emea, django_assert_num_queries):
    overnight.tell_due(now=MORNING)
    with django_assert_num_queries(1):
        assert overnight.tell_due(now=MORNING + timedelta(hours=1)) == 0


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_at_once_tell_it_once(mia):
    make_rep()
    team = make_team(slug="emea", manager=mia, queue=True)
    overnight.tell_due(now=MORNING)
    wait(team.queues.get(), at=MORNING)
    start = threading.Barrier(3)

    def sweep():
        start.wait()
        overnight.tell_due(now=CLOSING)
        connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(told()) == 1
