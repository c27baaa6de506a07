"""A rep takes the next lead of his team's queues: the most urgent, then the oldest, and only what is for him."""

import threading
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone

from leads import handover, services
from leads.holding import AlreadyTaken, NotPossible
from leads.models import Assignment, Lead
from leads.pulling import NothingToPull, pull, quicker
from reps.models import Rep, Skill
from tests.organisation import (
    NOON,
    bump,
    make_lead,
    make_manager,
    make_pool,
    make_queue,
    make_rep,
    make_team,
    publish_tree,
)

pytestmark = pytest.mark.django_db
TO_EMEA = {"kind": "queue", "queue": "emea"}


@pytest.fixture
def team():
    return make_team(slug="emea", queue=True, manager=make_manager())


@pytest.fixture
def ada(team):
    rep = make_rep(team=team)
    publish_tree(document={"rules": [], "otherwise": TO_EMEA})
    return rep


@pytest.fixture
def ben(team):
    return make_rep(email="ben@example.com", team=team)


@pytest.fixture
def emea(team):
    return team.queues.get()


def wait(queue, name, *, minutes=0, **facts):
    return make_lead(queue=queue, email=f"{name}@corp.example", at=NOON + timedelta(minutes=minutes), **facts)


def name(lead):
    return lead.email.partition("@")[0]


def change(rep, **values):
    Rep.objects.filter(pk=rep.pk).update(**values)
    bump()


def pull_all(rep):
    pulled = []
    while True:
        try:
            pulled.append(name(pull(by=rep.user, now=timezone.now())))
        except NothingToPull:
            return pulled


def test_the_most_urgent_comes_first_then_the_oldest(ada, emea):
    for place, (who, priority) in enumerate(
        [("n1", None), ("l", "low"), ("h", "High"), ("n2", "whatever"), ("u2", "critical"), ("u1", "URGENT")]
    ):
        wait(emea, who, minutes=place, **({"priority": priority} if priority else {}))

    assert pull_all(ada) == ["u2", "u1", "h", "n1", "n2", "l"]


def test_what_is_pulled_is_accepted_and_says_so(ada, emea):
    wait(emea, "a")

    lead = pull(by=ada.user, now=timezone.now())

    assert (lead.status, lead.rep, lead.queue, lead.epoch) == ("accepted", ada, None, 1)
    assignment = Assignment.objects.get(lead=lead)
    assert (assignment.how, assignment.accepted_at is not None) == ("claimed", True)
    assert lead.timeline.last().text == "Ada took the next one from Emea."
    assert lead.clocks.get().state == "running"


def test_only_queues_of_ones_own_team_are_pulled_from(ada, emea):
    other = make_queue(slug="other", team=make_team(slug="apac"))
    wait(other, "theirs")
    wait(make_queue(slug="triage"), "nobodys")

    with pytest.raises(NothingToPull, match=r"^Nothing waits in your team's queues\.$"):
        pull(by=ada.user, now=timezone.now())
    with pytest.raises(NotPossible, match="Only reps"):
        pull(by=ada.user, now=timezone.now(), queue=other)


def test_one_queue_can_be_named(ada, emea, team):
    second = make_queue(slug="second", team=team)
    wait(emea, "a")
    wait(second, "b", minutes=1)

    assert name(pull(by=ada.user, now=timezone.now(), queue=second)) == "b"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"capacity": 0}, "2 wait, but you are at capacity."),
        ({"daily_cap": 0}, "2 wait, but you have reached your daily cap."),
        ({"paused": True}, "2 wait, but you are away by your own switch, or parked."),
        ({"active": False}, "2 wait, but you are not active."),
        ({"starts_on": "2090-01-01"}, "2 wait, but you have not started yet."),
    ],
)
def test_whoever_could_not_be_given_a_lead_is_told_why_he_cannot_pull(ada, emea, values, words):
    wait(emea, "a")
    wait(emea, "b")
    change(ada, **values)

    with pytest.raises(NothingToPull) as refused:
        pull(by=ada.user, now=timezone.now())

    assert str(refused.value) == words
    assert not Assignment.objects.exists()


def test_whoever_is_away_does_not_pull(ada, emea):
    wait(emea, "a")
    now = timezone.now()
    ada.time_off.create(start=now - timedelta(hours=1), end=now + timedelta(hours=1))
    bump()

    with pytest.raises(NothingToPull, match="1 waits, but you are away"):
        pull(by=ada.user, now=now)


def test_whoever_asks_for_work_is_there_whatever_his_hours(ada, emea):
    wait(emea, "a")
    in_three_days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[(timezone.now().weekday() + 3) % 7]
    change(ada, hours={in_three_days: ["09:00-17:00"]})

    assert name(pull(by=ada.user, now=timezone.now())) == "a"


def test_a_lead_that_asks_for_a_skill_goes_to_who_has_it(ada, ben, emea):
    german = Skill.objects.create(slug="german", name="German")
    ben.skill_levels.create(skill=german, level=2)
    make_pool(slug="dach", members=[ben])
    target = {"kind": "pool", "pool": "dach", "require_skills": {"german": 1}, "if_nobody": TO_EMEA}
    when = {"field": "country", "op": "is", "value": "DE"}
    rules = [{"id": "dach", "name": "DACH", "why": "They speak German.", "when": when, "target": target}]
    publish_tree(document={"rules": rules, "otherwise": TO_EMEA})
    wait(emea, "german", country="DE")

    with pytest.raises(NothingToPull, match="1 waits, but none for you: 1 asks for a skill you do not have"):
        pull(by=ada.user, now=timezone.now())
    wait(emea, "other", minutes=5)
    assert name(pull(by=ada.user, now=timezone.now())) == "other"
    assert name(pull(by=ben.user, now=timezone.now())) == "german"


def test_nobody_pulls_what_he_has_declined(ada, emea):
    wait(emea, "a")
    lead = pull(by=ada.user, now=timezone.now())
    handover.decline(lead, by=ada.user, reason="not mine", now=timezone.now())

    with pytest.raises(NothingToPull, match="1 waits, but none for you: 1 was declined by you"):
        pull(by=ada.user, now=timezone.now())


def test_who_is_quicker_is_named(ada, ben, emea):
    lead = wait(emea, "a")
    services.accept(lead, by=ben.user, now=timezone.now(), epoch=0)

    for epoch in (0, None):
        with pytest.raises(AlreadyTaken, match=r"^Ben was quicker\.$"):
            services.accept(lead, by=ada.user, now=timezone.now(), epoch=epoch)
    assert quicker(ada.user, lead.pk, now=timezone.now()) == "Ben was quicker."
    assert quicker(ada.user, lead.pk, now=timezone.now() + timedelta(hours=1)) == ""
    stranger = make_rep(email="zoe@example.com", team=make_team(slug="apac"))
    assert quicker(stranger.user, lead.pk, now=timezone.now()) == ""


def at_once(*acts):
    """Each in a thread of its own with a connection of its own; what came of them."""
    results, start = [None] * len(acts), threading.Barrier(len(acts))

    def run(number, act):
        start.wait()
        try:
            results[number] = act()
        except NotPossible as refused:
            results[number] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    return results


@pytest.mark.django_db(transaction=True)
def test_two_who_click_in_the_same_instant_are_not_both_served(ada, ben, emea):
    for number in range(8):
        lead = wait(emea, f"l{number}")

        results = at_once(
            *(
                lambda rep=rep: services.accept(lead, by=rep.user, now=timezone.now(), epoch=0)  # noqa: B023
                for rep in (ada, ben)
            )
        )

        (refused,) = [one for one in results if isinstance(one, NotPossible)]
        (taken,) = [one for one in results if isinstance(one, Lead)]
        assert str(refused) == f"{taken.rep} was quicker."


@pytest.mark.django_db(transaction=True)
def test_many_who_pull_at_once_get_different_leads(ada, ben, emea, team):
    reps = [ada, ben, *(make_rep(email=f"r{number}@example.com", team=team) for number in range(4))]
    for number in range(20):
        wait(emea, f"l{number}", minutes=number)

    results = [
        one
        for _ in range(3)
        for one in at_once(*(lambda rep=rep: pull(by=rep.user, now=timezone.now()) for rep in reps))
    ]

    pulled = [name(one) for one in results if isinstance(one, Lead)]
    assert len(pulled) == len(set(pulled)) >= 16
    assert Assignment.objects.count() == len(pulled)
    assert {f"l{number}" for number in range(10)} <= set(pulled)


@pytest.mark.django_db(transaction=True)
def test_whoever_pulls_twice_at_once_stays_within_his_capacity(ada, emea):
    change(ada, capacity=1)
    for number in range(6):
        wait(emea, f"l{number}")

    at_once(*(lambda: pull(by=ada.user, now=timezone.now()) for _ in range(4)))

    assert Assignment.objects.filter(rep=ada).count() == 1
