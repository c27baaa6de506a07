"""Many at once on a real PostgreSQL: copies of one delivery, one person twice, eight routers on one pool, and races
of people with the promise's ladder."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

import psycopg
import pytest

from config.embedded import processes
from config.parts import Running
from tests.faults.conftest import judged, settle
from tests.faults.hand import Hand
from tests.faults.machine import Machine
from tests.faults.organisation import CAPACITY, HASTY, MANAGER, SMALL, STEADY, configuration, people
from tests.faults.sender import Act, History, Sender, at_the_same_time, delivery

Hands = Callable[..., Hand]
OPEN = """
SELECT lead.id, epoch, holder.email FROM leads_lead AS lead
JOIN reps_rep AS rep ON rep.id = lead.rep_id JOIN reps_user AS holder ON holder.id = rep.user_id ORDER BY lead.id
"""
ROUTERS = 8


@pytest.fixture
def web(machine: Machine, database: str) -> Iterator[Running]:
    running = machine.start("web", database)
    yield running
    running.kill()


def bodies(count: int, campaign: str = "steady", start: int = 0) -> list[str]:
    return [
        json.dumps({"email": f"p{number}@example.net", "company": "Acme", "campaign": campaign})
        for number in range(start, start + count)
    ]


def number(rows: psycopg.Connection, query: str, *values: object) -> int:
    found = rows.execute(query, values).fetchone()
    assert found
    return int(found[0])


def given(rows: psycopg.Connection, pool: str) -> Counter[str]:
    """How many leads each rep of a pool was given."""
    return Counter(
        email
        for (email,) in rows.execute(
            "SELECT email FROM leads_assignment a JOIN routing_pool p ON p.id = pool_id AND p.slug = %s"
            " JOIN reps_rep r ON r.id = rep_id JOIN reps_user u ON u.id = r.user_id",
            [pool],
        )
    )


@pytest.mark.usefixtures("web")
def test_twenty_copies_at_once_are_one_event_and_one_lead(
    machine: Machine, rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    one = delivery("m1", "ada@example.net")

    answers = at_the_same_time(Sender(machine.port, history), [one] * 20)

    assert Counter(answer.status for answer in answers) == {202: 1, 200: 19}
    assert len({answer.event for answer in answers}) == 1
    assert number(rows, "SELECT count(*) FROM leads_inboundevent") == 1
    assert number(rows, "SELECT copies FROM leads_inboundevent") == 19
    hand().do("route")
    assert number(rows, "SELECT count(*) FROM leads_assignment") == 1
    assert judged(rows, history) == {}


@pytest.mark.usefixtures("web")
def test_another_body_under_a_known_id_is_refused_and_alarms(
    machine: Machine, rows: psycopg.Connection, history: History
) -> None:
    sender = Sender(machine.port, history)
    sender.post(delivery("m1", "ada@example.net"))

    answers = at_the_same_time(sender, [delivery("m1", f"eve{each}@example.net") for each in range(5)])

    assert [answer.status for answer in answers] == [422] * 5
    assert number(rows, "SELECT count(*) FROM leads_inboundevent") == 1
    assert rows.execute("SELECT kind, count FROM leads_alarm").fetchall() == [("same_id_other_body", 5)]


def test_one_person_in_two_workers_is_one_lead_with_one_rep(
    rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    hands = [hand(f"worker{each}") for each in range(2)]
    for number_of_round in range(15):
        (body,) = bodies(1, start=number_of_round)
        hands[0].do("receive", source="open", bodies=[body, body])

        for each in hands:
            each.tell("route_beside_others", limit=1, seconds=10)
        for each in hands:
            assert each.hear()["ok"]

    assert number(rows, "SELECT count(*) FROM leads_lead") == 15
    assert number(rows, "SELECT count(*) FROM leads_assignment") == 15
    assert number(rows, "SELECT count(*) FROM leads_touch") == 30
    assert judged(rows, history) == {}


@pytest.mark.parametrize("first_known", [False, True], ids=["nobody knows them", "known by the phone"])
def test_a_copy_with_email_and_phone_and_one_with_the_phone_alone_are_one_lead_in_two_workers(
    rows: psycopg.Connection, hand: Hands, history: History, *, first_known: bool
) -> None:
    """Whichever worker is first: the phone alone finds the e-mail's lead, or the e-mail takes over the phone's."""
    hands = [hand(f"worker{each}") for each in range(2)]
    for number_of_round in range(15):
        phone = f"+4930901{820 + number_of_round}"
        copies: list[dict[str, object]] = [
            {"email": f"p{number_of_round}@example.net", "phone": phone, "campaign": "steady"},
            {"phone": phone, "campaign": "steady"},
        ]
        if first_known:
            hands[0].do("receive", source="open", bodies=[json.dumps({**copies[1], "message": "before"})])
            hands[0].do("route")
        hands[0].do("receive", source="open", bodies=[json.dumps(each) for each in copies])

        for each in hands:
            each.tell("route_beside_others", limit=1, seconds=10)
        for each in hands:
            assert each.hear()["ok"]

    assert number(rows, "SELECT count(*) FROM leads_lead") == 15
    assert number(rows, "SELECT count(*) FROM leads_lead WHERE person_key LIKE 'mail:%%'") == 15
    assert number(rows, "SELECT count(*) FROM leads_assignment") == 15
    assert judged(rows, history) == {}


def test_one_lead_of_the_sender_under_two_names_in_two_workers_is_one_lead(
    rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    """The sender's own id says that it is the same one; each worker has hold of another e-mail of it."""
    hands = [hand(f"worker{each}") for each in range(2)]
    for number_of_round in range(15):
        told = [
            {"external_id": f"x{number_of_round}", "email": f"{name}{number_of_round}@example.net"} for name in "ab"
        ]
        hands[0].do("receive", source="signed", bodies=[json.dumps(each) for each in told])

        for each in hands:
            each.tell("route_beside_others", limit=1, seconds=10)
        for each in hands:
            assert each.hear()["ok"]

    assert number(rows, "SELECT count(*) FROM leads_lead") == 15
    assert rows.execute("SELECT status, count(*) FROM leads_inboundevent GROUP BY 1 ORDER BY 1").fetchall() == [
        ("duplicate", 15),
        ("routed", 15),
    ]
    assert judged(rows, history) == {}


def test_what_one_person_does_in_two_workers_moves_his_lead_once(
    rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    """And is not missed while another worker makes him a lead."""
    hands = [hand(f"worker{each}") for each in range(2)]
    for number_of_round in range(15):
        (body,) = bodies(1, "later", start=number_of_round)
        done = [
            json.dumps({"type": "activity", "email": f"p{number_of_round}@example.net", "key": key})
            for key in ("demo_request", "demo_request", "webinar")
        ]
        hands[0].do("receive", source="signed", bodies=[body, *done])

        for each in hands:
            each.tell("route_beside_others", limit=1, seconds=10)
        for each in hands:
            assert each.hear()["ok"]

    assert number(rows, "SELECT count(*) FROM leads_activity") == 45
    assert number(rows, "SELECT count(*) FROM leads_lead WHERE status = 'assigned'") == 15
    assert number(rows, "SELECT count(*) FROM leads_assignment") == 15
    assert number(rows, "SELECT max(count) FROM (SELECT count(*) FROM routing_decision GROUP BY lead_id) AS c") <= 2
    assert judged(rows, history) == {}


def test_eight_routers_share_a_pool_fairly_though_one_is_killed(
    rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    hands = [hand(f"router{each}") for each in range(ROUTERS)]
    hands[0].do("receive", source="open", bodies=bodies(500))

    for each in hands:
        each.tell("route_beside_others", limit=7, seconds=60)
    assert processes.wait_until(lambda: number(rows, "SELECT count(*) FROM leads_lead") > 100, 60, 0.01)
    hands[3].kill()
    answers = [each.hear() for each in hands if each is not hands[3]]

    assert all(answer["ok"] for answer in answers)
    settle(rows)
    assert sorted(given(rows, "steady").values()) == [125] * 4
    assert judged(rows, history) == {}


def test_nobody_holds_more_than_his_capacity_under_eight_routers(
    rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    hands = [hand(f"router{each}") for each in range(ROUTERS)]
    hands[0].do("receive", source="open", bodies=bodies(120, "small"))

    for each in hands:
        each.tell("route_beside_others", limit=7, seconds=60)
    assert all(each.hear()["ok"] for each in hands)

    assert given(rows, "small") == dict.fromkeys(SMALL, CAPACITY)
    assert number(rows, "SELECT count(*) FROM leads_lead WHERE status = 'queued'") == 120 - 4 * CAPACITY
    assert judged(rows, history) == {}


@pytest.mark.usefixtures("fresh")
def test_who_becomes_inactive_gets_no_lead_after_the_change_is_committed(
    rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    """And the change has its turn, though eight routers never leave a gap between them."""
    routers = [hand(f"router{each}") for each in range(ROUTERS)]
    office = hand("office")
    office.do("receive", source="open", bodies=bodies(600))
    for each in routers:
        each.tell("route_beside_others", limit=5, seconds=60, patience=40)
    assert processes.wait_until(lambda: number(rows, "SELECT count(*) FROM leads_lead") > 50, 60, 0.01)

    office.do("load", text=configuration(reps=people(leaver=STEADY[0])))
    (committed,) = rows.execute("SELECT clock_timestamp()").fetchone() or (None,)
    office.do("receive", source="open", bodies=bodies(100, start=1000))
    for each in routers:
        assert each.hear()["ok"]
    settle(rows)

    assert isinstance(committed, datetime)
    late = "SELECT count(*) FROM leads_assignment a JOIN reps_rep r ON r.id = rep_id JOIN reps_user u ON u.id = user_id"
    assert number(rows, f"{late} WHERE email = %s", STEADY[0]) > 0
    assert number(rows, f"{late} WHERE email = %s AND assigned_at > %s", STEADY[0], committed) == 0
    assert number(rows, f"{late} WHERE email = %s AND assigned_at > %s", STEADY[1], committed) > 0
    broken = judged(rows, history)
    assert broken.keys() <= {"not_repeatable"}  # half of the decisions were made with the organisation as it was before


def hasty_leads(hand: Hand, rows: psycopg.Connection, count: int) -> list[tuple[int, int, str]]:
    """Leads whose promise is broken: both steps of the ladder are due."""
    hand.do("receive", source="open", bodies=bodies(count, "hasty"))
    hand.do("route")
    due = "SELECT count(*) FROM leads_slaclock WHERE (steps -> 1 ->> 'at')::timestamptz > clock_timestamp()"
    assert processes.wait_until(lambda: number(rows, due) == 0, 20)
    return rows.execute(OPEN).fetchall()


def test_acceptances_race_with_the_ladder_and_none_is_overruled(
    rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    reps, sweepers = [hand(f"rep{each}") for each in range(2)], [hand(f"sweeper{each}") for each in range(2)]
    leads = hasty_leads(reps[0], rows, 60)

    for each in sweepers:
        each.tell("enforce")
    # From the other end of the list, so that they meet in the middle.
    for lead, epoch, email in reversed(leads):
        for rep in reps:
            rep.tell("accept", lead=lead, by=email, epoch=epoch)
        for rep in reps:
            answer = rep.hear()
            history.note_act(Act("accept", lead, epoch, answer["ok"], str(answer)))
    for each in sweepers:
        assert each.hear()["ok"]
    reps[0].do("enforce")

    settle(rows)
    kept = sum(act.kept for act in history.acts)
    assert number(rows, "SELECT count(*) FROM leads_assignment WHERE accepted_at IS NOT NULL") == kept / 2
    assert judged(rows, history) == {}


def test_an_acceptance_that_is_being_written_is_waited_for(
    machine: Machine, database: str, rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    sweeper, rep = hand("sweeper"), hand("rep")
    ((lead, epoch, email),) = hasty_leads(sweeper, rows, 1)

    with machine.connect(database) as other:
        other.autocommit = False
        other.execute("SELECT FROM leads_assignment WHERE lead_id = %s FOR UPDATE", [lead])
        rep.tell("accept", lead=lead, by=email, epoch=epoch)  # has the lead, waits for its assignment
        assert processes.wait_until(lambda: waits(rows, "rep"), 10)
        sweeper.do("enforce")
        other.rollback()
    assert rep.hear()["ok"]
    sweeper.do("enforce")

    history.note_act(Act("accept", lead, epoch, True, ""))
    assert rows.execute("SELECT epoch, status FROM leads_lead").fetchall() == [(1, "accepted")]
    assert judged(rows, history) == {}


def test_an_acceptance_that_comes_during_the_takeover_is_refused(
    machine: Machine, database: str, rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    sweeper, rep = hand("sweeper"), hand("rep")
    ((lead, epoch, email),) = hasty_leads(sweeper, rows, 1)
    with machine.connect(database) as other:
        other.autocommit = False
        other.execute("SELECT FROM routing_pool FOR UPDATE")
        sweeper.tell("enforce")  # has the lead, waits for the pool
        assert processes.wait_until(lambda: waits(rows, "sweeper"), 10)
        rep.tell("accept", lead=lead, by=email, epoch=epoch)
        assert processes.wait_until(lambda: waits(rows, "rep"), 10)
        other.rollback()

    assert sweeper.hear()["ok"]
    refused = rep.hear()["refused"]
    assert refused.startswith("The lead has moved on: Hasty"), refused
    assert rows.execute("SELECT epoch, status FROM leads_lead").fetchall() == [(2, "assigned")]
    assert judged(rows, history) == {}


def waits(rows: psycopg.Connection, name: str) -> bool:
    """Is this process waiting for somebody's lock?"""
    return (
        number(
            rows,
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND wait_event_type = 'Lock'",
            name,
        )
        > 0
    )


def test_two_reps_who_take_the_same_waiting_lead_are_not_both_served(
    rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    reps = [hand(f"rep{each}") for each in range(2)]
    reps[0].do("receive", source="open", bodies=bodies(20, "floor"))
    reps[0].do("route")

    for (lead,) in rows.execute("SELECT id FROM leads_lead").fetchall():
        for rep, email in zip(reps, STEADY, strict=False):
            rep.tell("accept", lead=lead, by=email, epoch=0)
        assert sorted(rep.hear()["ok"] for rep in reps) == [False, True]

    assert judged(rows, history) == {}


def test_all_ways_of_handing_over_at_once_end_without_a_deadlock_left_or_a_lead_held_twice(
    rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    """Arrivals, returns, declines, moves by hand and the ladder take their locks in different places."""
    crew = {name: hand(name) for name in ("router", "rep", "manager", "sweeper", "other_router")}
    leads = hasty_leads(crew["router"], rows, 40)
    crew["router"].do("receive", source="open", bodies=bodies(40, "hasty") + bodies(60, "hasty", start=100))

    for name in ("router", "other_router"):
        crew[name].tell("route_beside_others", limit=9, seconds=30)
    crew["sweeper"].tell("enforce")
    troubles = []
    for lead, epoch, email in leads:
        crew["rep"].tell("decline", lead=lead, by=email, epoch=epoch)
        crew["manager"].tell("reassign", lead=lead, by=MANAGER, to=HASTY[lead % 4])
        troubles += [answer for answer in (crew["rep"].hear(), crew["manager"].hear()) if "trouble" in answer]
    for name in ("router", "other_router", "sweeper"):
        troubles += [answer for answer in [crew[name].hear()] if "trouble" in answer]
    crew["sweeper"].do("enforce")
    crew["router"].do("route")

    assert troubles == []
    assert judged(rows, history) == {}


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("how", ["reassign", "accept"])
def test_nobody_is_given_a_lead_by_hand_while_he_becomes_inactive(
    machine: Machine, database: str, rows: psycopg.Connection, hand: Hands, history: History, how: str
) -> None:
    actor, office = hand("actor"), hand("office")
    actor.do("receive", source="open", bodies=bodies(1, "floor"))
    actor.do("route")
    ((lead,),) = rows.execute("SELECT id FROM leads_lead").fetchall()
    orders = {"reassign": {"by": MANAGER, "to": STEADY[0]}, "accept": {"by": STEADY[0]}}

    with machine.connect(database) as other:
        other.autocommit = False
        other.execute("LOCK TABLE reps_change IN EXCLUSIVE MODE")
        office.tell("load", text=configuration(reps=people(leaver=STEADY[0])))  # has everything, waits for its history
        assert processes.wait_until(lambda: waits(rows, "office"), 10)
        actor.tell(how, lead=lead, **orders[how])
        assert processes.wait_until(lambda: waits(rows, "actor"), 10)
        other.rollback()

    assert office.hear()["ok"]
    assert actor.hear().get("refused")
    assert number(rows, "SELECT count(*) FROM leads_assignment") == 0
    assert judged(rows, history) == {}


def test_drains_claims_closings_and_arrivals_at_once_give_each_waiting_lead_out_once(
    rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    crew = {name: hand(name) for name in ("router", "drainer", "other_drainer", "rep", "closer")}
    places = CAPACITY * len(SMALL)
    crew["router"].do("receive", source="open", bodies=bodies(places + 60, "small"))
    crew["router"].do("route")
    held = rows.execute(OPEN).fetchall()
    waiting = rows.execute("SELECT id FROM leads_lead WHERE waits_for <> '' ORDER BY received_at, id").fetchall()
    assert (len(held), len(waiting)) == (places, 60)
    crew["router"].do("receive", source="open", bodies=bodies(30, "small", start=1000))

    crew["router"].tell("route_beside_others", limit=3, seconds=60, patience=40)
    troubles, claimed = [], 0
    for number_of_round, (lead, epoch, email) in enumerate(held[:15]):
        crew["closer"].tell("close", lead=lead, by=email, epoch=epoch)
        crew["drainer"].tell("drain")
        crew["other_drainer"].tell("drain")
        crew["rep"].tell("accept", lead=waiting[number_of_round * 2][0], by=STEADY[0], epoch=0)
        answers = {name: crew[name].hear() for name in ("closer", "drainer", "other_drainer", "rep")}
        troubles += [answer for answer in answers.values() if "trouble" in answer]
        claimed += answers["rep"]["ok"]
    assert crew["router"].hear()["ok"]
    crew["drainer"].do("drain")

    assert troubles == []
    drained = number(rows, "SELECT count(*) FROM routing_decision WHERE cause = 'drained'")
    assert drained == 15
    assert number(rows, "SELECT count(*) FROM leads_assignment") == places + drained + claimed
    assert number(rows, "SELECT count(*) FROM leads_assignment WHERE epoch > 1") == 0
    assert number(rows, "SELECT count(*) FROM leads_lead WHERE waits_for <> ''") == 60 + 30 - drained - claimed
    assert judged(rows, history) == {}
