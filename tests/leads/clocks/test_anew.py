"""Changed hours move the promises that run by them, never those that are over, and no step comes twice or early."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import OperationalError, connection, transaction

from leads import holding
from leads.clocks import anew
from leads.configuration import store
from leads.models import Lead, SlaClock
from leads.world import known
from reps.models import Rep, TimeOff
from tests.leads.conftest import COMPANY
from tests.organisation import bump, make_lead, make_queue, make_rep, make_team

pytestmark = pytest.mark.django_db

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
NINE_TO_FIVE = {day: ["09:00-17:00"] for day in WEEKDAYS}
FRIDAY = datetime(2027, 6, 4, 16, tzinfo=UTC)  # an hour before the weekend, in a time to come


def promised(rep: Rep, *, at: datetime = FRIDAY, hours: int = 4) -> Lead:
    """A lead with a promise of so many of the rep's own hours, as routing writes it; a reminder at half of it."""
    lead = make_lead(rep=rep, at=at, due_in=timedelta(hours=hours))
    SlaClock.objects.filter(lead=lead).update(basis="rep_hours")
    return lead


def clock(lead: Lead) -> SlaClock:
    return SlaClock.objects.get(lead=lead)


def reckon() -> int:
    """Until nothing is left; how many were looked at."""
    count = 0
    while found := anew.reckon_due():
        count += found
    return count


@pytest.fixture
def rep(db) -> Rep:
    return make_rep(hours=NINE_TO_FIVE)


def test_a_promise_is_worked_out_from_its_start_and_steps_with_it(rep):
    lead = promised(rep)

    assert reckon() == 1

    found = clock(lead)
    assert found.due_at == datetime(2027, 6, 7, 12, tzinfo=UTC)
    assert found.next_at == datetime.fromisoformat(found.steps[0]["at"]) == datetime(2027, 6, 7, 10, tzinfo=UTC)
    assert lead.timeline.filter(
        text="Working hours changed: the promise is due Mon 7 Jun 12:00 (UTC), not Fri 4 Jun 20:00."
    )


def test_unchanged_hours_change_nothing(rep):
    lead = promised(rep)
    reckon()
    before = SlaClock.objects.filter(lead=lead).values().get()
    anew.forget()
    bump()

    assert reckon() == 1
    assert SlaClock.objects.filter(lead=lead).values().get() == before
    assert reckon() == 0


def test_a_change_of_anything_else_costs_nothing(rep, django_assert_max_num_queries):
    promised(rep)
    reckon()
    bump()
    anew.known()

    with django_assert_max_num_queries(1):  # the revision
        assert anew.reckon_due() == 0


def test_only_those_whose_calendar_changed_are_looked_at(rep):
    other = make_rep(email="bob@example.com", hours=NINE_TO_FIVE)
    promised(rep), promised(other)
    assert reckon() == 2
    Rep.objects.filter(pk=other.pk).update(timezone="America/New_York")
    bump()

    assert reckon() == 1


def test_time_off_in_the_middle_of_a_running_promise(rep):
    lead = promised(rep)
    reckon()
    TimeOff.objects.create(rep=rep, start=datetime(2027, 6, 7, tzinfo=UTC), end=datetime(2027, 6, 9, tzinfo=UTC))
    bump()
    reckon()

    assert clock(lead).due_at == datetime(2027, 6, 9, 12, tzinfo=UTC)


def test_a_finished_promise_stays_as_it_was(rep):
    lead = promised(rep)
    before = clock(lead).due_at
    SlaClock.objects.filter(lead=lead).update(state="finished", finished_at=before)

    assert reckon() == 0
    assert clock(lead).due_at == before


def test_a_step_that_was_acted_on_stays_acted_on(rep):
    lead = promised(rep)
    before = clock(lead).steps
    SlaClock.objects.filter(lead=lead).update(next_step=1, next_at=None)
    reckon()

    found = clock(lead)
    assert (found.next_step, found.next_at, found.steps) == (1, None, before)


def test_a_step_that_would_have_been_before_now_is_due_now_and_stays_so(rep):
    past = datetime(2026, 6, 5, 16, tzinfo=UTC)
    lead = promised(rep, at=past)
    SlaClock.objects.filter(lead=lead).update(next_at=datetime(2030, 1, 1, tzinfo=UTC))
    before = anew.database_now()
    reckon()

    found = clock(lead)
    assert before <= found.next_at <= anew.database_now()
    anew.forget()
    bump()
    reckon()
    assert clock(lead).next_at == found.next_at


def test_a_breach_that_is_none_any_more_can_be_noted_again(rep):
    lead = promised(rep)
    SlaClock.objects.filter(lead=lead).update(breach_noted_at=FRIDAY + timedelta(hours=4))
    reckon()

    assert clock(lead).breach_noted_at is None


def test_silence_moves_with_the_hours(rep):
    lead = promised(rep)
    at = FRIDAY + timedelta(minutes=30)
    policy = {**clock(lead).policy, "silent_after_s": 7200}
    SlaClock.objects.filter(lead=lead).update(policy=policy, silent_since=at, silent_at=at + timedelta(hours=1))
    reckon()

    assert clock(lead).silent_at == datetime(2027, 6, 7, 9, 30, tzinfo=UTC)


def test_a_lead_that_waits_runs_by_the_hours_of_the_queues_team(db):
    team = make_team(slug="sales", hours=NINE_TO_FIVE)
    queue = make_queue(slug="first", team=team)
    lead = make_lead(queue=queue, at=FRIDAY)
    SlaClock.objects.create(
        lead=lead,
        policy={"slug": "fast", "name": "Fast", "respond_within_s": 4 * 3600, "max_reassignments": 2},
        basis="team_hours",
        started_at=FRIDAY,
        due_at=FRIDAY + timedelta(hours=4),
    )
    bump()
    reckon()

    assert clock(lead).due_at == datetime(2027, 6, 7, 12, tzinfo=UTC)


def test_many_are_taken_page_by_page(rep, monkeypatch):
    monkeypatch.setattr(anew, "BATCH", 2)
    leads = [promised(rep) for _ in range(5)]

    assert reckon() == 5
    assert {clock(lead).due_at for lead in leads} == {datetime(2027, 6, 7, 12, tzinfo=UTC)}


def test_a_day_off_for_the_whole_company_moves_reps_and_teams(db):
    store.load(COMPANY, now=FRIDAY)
    rep = Rep.objects.get(user__email="ada@example.com")
    lead = promised(rep, at=datetime(2027, 6, 4, 14, tzinfo=UTC))
    reckon()
    before = clock(lead).due_at
    store.load("version: 1\nholidays: [{day: 2027-06-04, name: Bridge day}]", now=FRIDAY)
    reckon()

    assert known().team_calendars["emea"].holidays == {date(2027, 6, 4)}
    assert clock(lead).due_at - before == timedelta(hours=8)  # from Saturday on he is there round the clock


@pytest.mark.django_db(transaction=True)
def test_a_lead_that_somebody_is_at_is_left_until_he_is_done_and_keeps_nobody_waiting(db):
    rep = make_rep(hours=NINE_TO_FIVE)
    one, other = promised(rep), promised(rep)
    held, go_on = threading.Event(), threading.Event()

    def act() -> None:
        """Somebody's step on the ladder, just now."""
        try:
            with transaction.atomic():
                holding.locked(one, None)
                SlaClock.objects.filter(lead=one).update(next_step=1, next_at=None)
                held.set()
                go_on.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=act)
    thread.start()
    held.wait(20)
    try:
        reckon()
        assert clock(other).due_at == datetime(2027, 6, 7, 12, tzinfo=UTC)
    finally:
        go_on.set()
        thread.join()
    reckon()

    found = clock(one)
    assert found.due_at == datetime(2027, 6, 7, 12, tzinfo=UTC)
    assert (found.next_step, found.next_at) == (1, None)


@pytest.mark.django_db(transaction=True)
def test_two_who_reckon_at_once_write_it_once(db, monkeypatch):
    rep = make_rep(hours=NINE_TO_FIVE)
    leads = [promised(rep) for _ in range(20)]
    monkeypatch.setattr(anew, "BATCH", 3)
    monkeypatch.setattr(anew, "_Process", threading.local())  # each thread is a process of its own
    both = threading.Barrier(2)

    def process() -> None:
        try:
            anew.forget()
            both.wait(20)
            reckon()
            reckon()  # what the other was at
        finally:
            connection.close()

    threads = [threading.Thread(target=process) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {clock(lead).due_at for lead in leads} == {datetime(2027, 6, 7, 12, tzinfo=UTC)}
    assert {lead.timeline.filter(text__startswith="Working hours").count() for lead in leads} == {1}


def test_a_page_that_failed_is_looked_at_again(rep, monkeypatch):
    leads = [promised(rep) for _ in range(3)]

    def fail(_: str) -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(anew, "crash_point", fail)
        with pytest.raises(OperationalError):
            reckon()

    assert reckon() == 3
    assert {clock(lead).due_at for lead in leads} == {datetime(2027, 6, 7, 12, tzinfo=UTC)}
