"""Leads that nobody could take are given out by themselves when somebody can: oldest first, before new ones."""

import json
import random
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from leads import by_hand, draining, handover, pipeline, services
from leads.models import Assignment, InboundEvent, Lead, TimelineEntry
from leads.reconsider import reconsider
from reps import services as people
from reps.models import Rep, Skill
from routing.models import Decision, LedgerLine, Member
from tests.organisation import (
    TO_TRIAGE,
    bump,
    make_pool,
    make_queue,
    make_rep,
    make_revops,
    make_source,
    publish_tree,
)

pytestmark = pytest.mark.django_db

TO_SALES = {"kind": "pool", "pool": "sales", "if_nobody": TO_TRIAGE}
BIG = {"field": "employees", "op": "gte", "value": 100}


def rule(target, when=BIG, name="big"):
    return {"id": name, "name": name.title(), "why": "They buy.", "when": when, "target": target}


@pytest.fixture
def ada():
    return make_rep(capacity=1)


@pytest.fixture
def floor(ada):
    """Ada alone, who can hold one lead; who asks for a demo waits for anybody who asks for him."""
    make_source()
    make_queue()
    make_pool(members=[ada])
    publish_tree(document={"rules": [rule(TO_SALES)], "otherwise": TO_TRIAGE})


def send(*names, **facts):
    bodies = [{"email": f"{name}@corp.example", "employees": 500, **facts} for name in names]
    answer = Client().post("/in/web/", json.dumps(bodies), content_type="application/json")
    return InboundEvent.objects.get(pk=answer.json()["event"])


def arrive(*names, **facts):
    """All of them in one delivery, and so in one batch."""
    send(*names, **facts)
    pipeline.route_waiting()


def lead(name):
    return Lead.objects.get(email=f"{name}@corp.example")


def holders():
    return {one.email.partition("@")[0]: str(one.rep or "-") for one in Lead.objects.order_by("pk")}


def close(name, status="won"):
    one = lead(name)
    services.close(one, by=one.rep.user, status=status, now=timezone.now())


def change(one, **values):
    Rep.objects.filter(pk=one.pk).update(**values)
    bump()


def drain(**given):
    while draining.drain(**given):
        pass


def test_a_lead_for_which_nobody_is_free_waits_for_people(floor):
    arrive("a", "b")

    assert lead("a").waits_for == ""
    assert lead("b").waits_for
    assert (lead("b").status, lead("b").queue.slug) == ("queued", "triage")


def test_closing_a_lead_frees_a_place_for_the_one_that_waits_longest(floor):
    arrive("a", "b", "c")
    close("a")

    drain()

    assert holders() == {"a": "Ada", "b": "Ada", "c": "-"}
    drained = lead("b")
    assert (drained.status, drained.queue, drained.waits_for, drained.epoch) == ("assigned", None, "", 1)
    assert drained.decision.cause == "drained"
    assert drained.clocks.get(assignment__isnull=False).state == "running"
    told = list(drained.timeline.order_by("pk").values_list("text", flat=True))
    assert told[-2:] == ["Somebody can take it now.", drained.decision.reason]


def test_who_waits_goes_before_who_has_just_come(floor):
    arrive("a", "b", "c")
    close("a")

    arrive("new")

    assert holders() == {"a": "Ada", "b": "Ada", "c": "-", "new": "-"}
    assert LedgerLine.objects.filter(kind="assigned").count() == 2


def test_who_comes_back_while_he_waits_is_one_lead_still(floor):
    arrive("a", "b")
    close("a")

    arrive("b", message="still there?")

    assert holders() == {"a": "Ada", "b": "Ada"}
    assert Assignment.objects.filter(lead=lead("b")).count() == 1


def test_a_lead_that_finds_nobody_again_is_left_alone(floor):
    arrive("a", "b")
    before = (Decision.objects.count(), TimelineEntry.objects.count(), lead("b").changed_at)

    drain()
    arrive("new")

    assert (Decision.objects.count() - 1, lead("b").changed_at) == (before[0], before[2])
    assert TimelineEntry.objects.filter(lead=lead("b")).count() == before[1] - 2


def test_a_lead_that_the_rules_send_to_a_queue_stays_there(floor, ada):
    arrive("small", employees=5)
    assert lead("small").waits_for == ""

    drain()

    assert lead("small").status == "queued"


def test_a_lead_that_a_manager_takes_away_makes_room(floor, ada):
    bob = make_rep(email="bob@example.com")
    arrive("a", "b")

    by_hand.reassign(lead("a"), to=bob, by=make_revops(), reason="knows them", now=timezone.now())
    drain()

    assert holders() == {"a": "Bob", "b": "Ada"}


@pytest.mark.parametrize(
    ("gone", "back"),
    [({"paused": True}, {"paused": False}), ({"active": False}, {"active": True}), ({"capacity": 0}, {"capacity": 1})],
    ids=["paused", "inactive", "no place"],
)
def test_somebody_who_is_back_gets_who_waited(floor, ada, gone, back):
    change(ada, **gone)
    arrive("a")
    drain()
    assert holders() == {"a": "-"}

    change(ada, **back)
    drain()

    assert holders() == {"a": "Ada"}


def test_somebody_whose_pause_is_over_gets_who_waited(floor, ada):
    now = timezone.now()
    people.pause(ada, until=now + timedelta(hours=1), as_=Rep.Paused.BY_HAND, by=ada.user, now=now)
    arrive("a")
    drain()
    assert holders() == {"a": "-"}

    people.resume_due(now + timedelta(hours=1))
    drain()

    assert holders() == {"a": "Ada"}


def test_somebody_who_joins_the_pool_gets_who_waited(floor):
    arrive("a", "b")

    bob = make_rep(email="bob@example.com")
    Member.objects.create(pool_id=Member.objects.first().pool_id, rep=bob, position=1)
    bump()
    drain()

    assert holders() == {"a": "Ada", "b": "Bob"}


def test_the_end_of_time_off_brings_who_waited(floor, ada):
    now = timezone.now()
    ada.time_off.create(start=now - timedelta(hours=1), end=now + timedelta(hours=1))
    bump()
    arrive("a")
    drain()
    assert holders() == {"a": "-"}

    drain(now=now + timedelta(hours=1))

    assert holders() == {"a": "Ada"}


def test_the_beginning_of_a_shift_brings_who_waited(floor, ada):
    """Only where the rules insist on working hours; otherwise the lead has its rep already."""
    publish_tree(document={"rules": [rule({**TO_SALES, "hours": "require"})], "otherwise": TO_TRIAGE})
    now = timezone.now()
    opens = (now + timedelta(hours=2)).replace(minute=0)
    day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[opens.weekday()]
    change(ada, hours={day: [f"{opens:%H}:00-{opens:%H}:30"]})
    arrive("a")
    drain(now=opens - timedelta(minutes=1))
    assert holders() == {"a": "-"}

    drain(now=opens)

    assert holders() == {"a": "Ada"}


def test_who_declined_a_lead_does_not_get_it_back(floor, ada):
    arrive("a")
    handover.decline(lead("a"), by=ada.user, reason="no", now=timezone.now())
    assert lead("a").waits_for

    drain()
    assert holders() == {"a": "-"}
    make_pool_member("bob@example.com")
    drain()

    assert holders() == {"a": "Bob"}


def make_pool_member(email, **values):
    bob = make_rep(email=email, **values)
    Member.objects.create(pool_id=Member.objects.first().pool_id, rep=bob, position=Member.objects.count())
    bump()
    return bob


def test_those_who_wait_for_others_are_not_held_up_by_the_first_of_all(floor, ada):
    bob = make_rep(email="bob@example.com", capacity=1)
    make_pool(slug="smb", members=[bob])
    smb = rule({"kind": "pool", "pool": "smb"}, {"field": "employees", "op": "lt", "value": 100}, "smb")
    publish_tree(document={"rules": [rule(TO_SALES), smb], "otherwise": TO_TRIAGE})
    arrive("a", "b")
    arrive("s", "t", employees=5)

    close("s")
    drain()

    assert holders() == {"a": "Ada", "b": "-", "s": "Bob", "t": "Bob"}


def test_new_rules_are_asked_for_everybody_who_waits(floor):
    """The first of the line is Ada's as before; who stands behind him is Bob's by the new rules."""
    arrive("a", "b")
    arrive("c", country="DE")
    make_pool(slug="dach", members=[make_rep(email="bob@example.com")])
    german = {"field": "country", "op": "is", "value": "DE"}
    rules = [rule({"kind": "pool", "pool": "dach"}, german, "dach"), rule(TO_SALES)]
    publish_tree(document={"rules": rules, "otherwise": TO_TRIAGE})

    drain()

    assert holders() == {"a": "Ada", "b": "-", "c": "Bob"}
    assert lead("b").waits_for


def test_who_asks_for_something_else_since_more_is_known_is_not_held_up_by_the_first_of_his_old_line(floor, ada):
    """The rule is the same, but the skill that is asked for has become another one."""
    german, dutch = (Skill.objects.create(slug=slug, name=slug.title()) for slug in ("german", "dutch"))
    ada.skill_levels.create(skill=german, level=3)
    bob = make_pool_member("bob@example.com", capacity=1, paused=True)
    bob.skill_levels.create(skill=dutch, level=3)
    target = {**TO_SALES, "skills_from": ["language"]}
    publish_tree(document={"rules": [rule(target)], "otherwise": TO_TRIAGE})
    arrive("a", "b", "c", language="German")
    change(bob, paused=False)
    drain()
    assert holders() == {"a": "Ada", "b": "-", "c": "-"}

    c = lead("c")
    c.facts["language"] = "Dutch"
    c.save(update_fields=["facts"])
    with transaction.atomic():
        reconsider([c.pk], now=timezone.now())
    drain()

    assert holders() == {"a": "Ada", "b": "-", "c": "Bob"}


def test_who_the_new_rules_want_to_wait_no_longer_waits_for_people(floor):
    arrive("a", "b")
    publish_tree(document={"rules": [rule(TO_TRIAGE)], "otherwise": TO_TRIAGE})

    drain()

    assert (lead("b").status, lead("b").waits_for) == ("queued", "")


def test_the_daily_cap_holds_for_who_waited_too(floor, ada):
    change(ada, capacity=None, daily_cap=2)
    arrive("a", "b", "c")
    drain()

    assert holders() == {"a": "Ada", "b": "Ada", "c": "-"}


@pytest.mark.parametrize("seed", range(6))
def test_nobody_is_over_capacity_and_the_oldest_goes_first_whatever_happens(floor, seed):
    chance = random.Random(seed)
    make_pool_member("bob@example.com", capacity=2)
    sent, closed = [], set()

    for number in range(30):
        deed = chance.choice(["arrive", "arrive", "close", "drain"])
        held = [one.email.partition("@")[0] for one in Lead.objects.open()]
        if deed == "arrive":
            names = [f"l{number}x{each}" for each in range(chance.randint(1, 3))]
            arrive(*names)
            sent += names
        elif deed == "close" and held:
            closed.add(name := chance.choice(held))
            close(name)
        elif deed == "drain":
            drain()
        _check(sent)

    drain()
    assert len(Lead.objects.open()) == min(3, len(sent) - len(closed))


def _check(sent):
    """Whoever has been given out came before all who still wait."""
    for one in Rep.objects.all():
        assert Lead.objects.open().of(one).count() <= one.capacity
    open_leads = Assignment.objects.filter(ended_at=None)
    assert open_leads.count() == Lead.objects.open().count()
    given = [bool(Assignment.objects.filter(lead=lead(name)).count()) for name in sent]
    assert given == sorted(given, reverse=True)
    assert not Assignment.objects.filter(epoch__gt=1).exists()


def test_a_lead_that_waits_and_cannot_be_read_keeps_no_new_one_from_being_routed(floor):
    arrive("a", "b")
    Lead.objects.filter(pk=lead("b").pk).update(facts=["nobody writes this"])
    close("a")

    event = send("new")
    pipeline.route_waiting()

    event.refresh_from_db()
    assert (event.status, str(lead("new").rep)) == ("routed", "Ada")
