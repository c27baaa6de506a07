"""Die at each named point as kill -9 does it, start again, and find every promise kept.

The points of one group run in forked processes, which call what the programs call; some run the programs themselves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

import psycopg
import pytest

from config import application
from config.embedded import processes
from config.parts import Running
from tests.faults.conftest import judged, settle
from tests.faults.hand import Hand
from tests.faults.machine import HOST, Machine, children
from tests.faults.organisation import CAPACITY, HASTY, MANAGER, SMALL
from tests.faults.sender import Act, Delivery, History, Sender, delivery, received

Hands = Callable[..., Hand]
KILLED = 137
ROUTING = (
    "after_claim",
    "after_reading",
    "after_people_locked",
    "after_activities",
    "after_locks",
    "after_levels",
    "after_decisions",
    "after_leads",
    "after_assignments",
    "after_clocks",
    "after_story",
    "after_write",
    "after_finish",
    "before_route_commit",
    "after_route_commit",
)
DRAINING = (
    "after_lines_locked",
    "after_locks",
    "after_levels",
    "after_decisions",
    "after_assignments",
    "after_story",
    "after_drained",
    "before_drain_commit",
    "after_drain",
)
# And of one that counts activities, and looks again at the waiting leads that they concern.
COUNTING = ("after_activities", "after_write", "before_route_commit", "after_route_commit")
LOOKING = ("after_look_locked", "after_reconsidered", "before_look_commit", "after_look_commit")
REMINDER, TAKEOVER = 0, 1
STEPS = (
    *((REMINDER, point) for point in ("after_step", "before_step_commit", "after_step_commit")),
    *((TAKEOVER, point) for point in ("after_decisions", "after_assignments", "after_clocks")),
    *((TAKEOVER, point) for point in ("after_step", "before_step_commit", "after_step_commit")),
)
HELD = """
SELECT lead.id, epoch, holder.email FROM leads_lead AS lead
JOIN reps_rep AS rep ON rep.id = lead.rep_id JOIN reps_user AS holder ON holder.id = rep.user_id ORDER BY lead.id
"""
# What may be open between a death and the next start: the work that is still to be done.
STILL_TO_DO = {"unended", "lost", "overdue"}


def bring(worker: Hand, history: History, deliveries: Sequence[Delivery]) -> None:
    bodies = [one.body.decode() for one in deliveries]
    events = worker.do("receive", source="signed", bodies=bodies, keys=[one.id for one in deliveries])
    received(history, deliveries, events)


def everything_at_once() -> list[Delivery]:
    """New people, one twice, one who is known, one for the queue, one for nobody, one without a name."""
    nobody = Delivery("nobody", json.dumps({"campaign": "steady"}).encode(), ())
    return [
        *(delivery(f"new{each}", f"new{each}@example.net") for each in range(3)),
        delivery("twice1", "twice@example.net"),
        delivery("twice2", "twice@example.net", "hasty"),
        delivery("known", "known@example.net", "small"),
        delivery("queue", "queue@example.net", "floor"),
        delivery("spam", "spam@example.net", "spam"),
        nobody,
    ]


@pytest.mark.parametrize("point", ROUTING)
def test_a_router_that_dies_leaves_nothing_half_done(
    point: str, rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    worker = hand()
    bring(worker, history, [delivery("known0", "known@example.net", "hasty")])
    worker.do("route")
    bring(worker, history, everything_at_once())

    dying = hand("dying", CRASH_AT=point)
    dying.tell("sweep", seconds=30)
    assert dying.dies() == KILLED
    assert judged(rows, history).keys() <= STILL_TO_DO

    hand("again").do("route")
    assert judged(rows, history) == {}
    assert ended(rows) == {"routed": 8, "discarded": 1, "quarantined": 1}
    assert count(rows, "leads_lead") == 7
    assert count(rows, "leads_touch") == 9


def raised_hand(name: str, email: str) -> Delivery:
    return Delivery(name, json.dumps({"type": "activity", "email": email, "key": "demo_request"}).encode(), ())


@pytest.mark.parametrize("point", [*COUNTING, *LOOKING])
def test_who_dies_over_an_activity_counts_it_once_and_moves_its_lead_once(
    point: str, rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    worker = hand()
    bring(worker, history, [delivery(f"later{each}", f"later{each}@example.net", "later") for each in range(2)])
    worker.do("route")
    bring(worker, history, [*(raised_hand(f"raised{each}", "later0@example.net") for each in range(3))])

    dying = hand("dying", CRASH_AT=point)
    dying.tell("sweep", seconds=30)
    assert dying.dies() == KILLED
    assert judged(rows, history).keys() <= STILL_TO_DO

    hand("again").do("route")
    assert judged(rows, history) == {}
    assert ended(rows) == {"routed": 2, "counted": 3}
    assert count(rows, "leads_activity") == 3
    assert count(rows, "leads_lead WHERE status = 'assigned'") == 1
    assert count(rows, "routing_decision") == 3
    assert count(rows, "leads_lookagain WHERE due_at IS NOT NULL") == 0


@pytest.mark.parametrize("point", ["before_route_commit", "after_route_commit"])
def test_the_sweeper_that_dies_is_started_again_and_ends_what_it_began(
    point: str, machine: Machine, database: str, rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    bring(hand(), history, everything_at_once())
    dying = machine.start("sweeper", database, CRASH_AT=point)
    assert processes.wait_until(lambda: dying.exit_code() is not None, 60)
    assert dying.exit_code() == KILLED

    again = machine.start("sweeper", database)
    settle(rows)
    again.kill()
    assert judged(rows, history) == {}
    assert ended(rows) == {"routed": 7, "discarded": 1, "quarantined": 1}


def test_the_worker_that_dies_over_a_task_loses_nothing(
    machine: Machine, database: str, rows: psycopg.Connection, web: Running, history: History
) -> None:
    worker = machine.start("worker", database, CRASH_AT="after_claim")
    sender = Sender(machine.port, history)
    numbers = iter(range(1000))

    def dead() -> bool:
        """A nudge that came before the worker listened is lost, so ring again."""
        sender.deliver(delivery(f"n{next(numbers)}", f"n{next(numbers)}@example.net"))
        return worker.exit_code() is not None

    assert processes.wait_until(dead, 60, 0.2)
    assert worker.exit_code() == KILLED

    sweeper = machine.start("sweeper", database)
    settle(rows)
    sweeper.kill()
    assert judged(rows, history) == {}


@pytest.fixture
def web(machine: Machine, database: str) -> Iterator[Running]:
    running = machine.start("web", database)
    yield running
    running.kill()


@pytest.mark.parametrize("point", ["after_event_commit", "before_nudge", "after_nudge"])
def test_a_web_process_that_dies_after_storing_is_asked_again_and_knows_it(
    point: str,
    machine: Machine,
    database: str,
    rows: psycopg.Connection,
    web: Running,
    hand: Hands,
    history: History,
) -> None:
    port = application.free_port(HOST, machine.port + 1)
    dying = machine.start("web", database, "dying", port=port, CRASH_AT=point)
    crew = set(children(dying.pid))
    one = delivery("m1", "ada@example.net")

    assert Sender(port, history).post(one).status == 0
    assert processes.wait_until(lambda: not crew <= set(children(dying.pid)), 20)
    dying.kill()
    answer = Sender(machine.port, history).deliver(one)

    assert answer.status == 200
    assert count(rows, "leads_inboundevent") == 1
    hand().do("route")
    assert judged(rows, history) == {}


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("what", ["accept", "contact", "decline", "close", "reassign"])
def test_an_act_that_dies_at_its_commit_is_done_or_not_done(
    what: str, side: str, rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    worker = hand()
    bring(worker, history, [delivery("m1", "ada@example.net", "hasty")])
    worker.do("route")
    ((lead, epoch, email),) = rows.execute(HELD).fetchall()
    order = {"lead": lead, "by": email, "epoch": epoch}
    if what == "reassign":
        order |= {"by": MANAGER, "to": next(each for each in HASTY if each != email)}
    before = story(rows)

    dying = hand("dying", CRASH_AT=f"{side}_{what}_commit")
    dying.tell(what, **order)
    assert dying.dies() == KILLED
    assert (story(rows) == before) == (side == "before")
    assert judged(rows, history) == {}

    worker.tell(what, **order)  # Whoever saw no answer does it again.
    answer = worker.hear()
    once = what in ("accept", "contact")
    assert answer["ok"] == (side == "before" or once), answer
    history.note_act(Act(what, lead, epoch, True, ""))
    assert len(story(rows)) > len(before)
    assert judged(rows, history) == {}


@pytest.mark.parametrize(("step", "point"), STEPS)
def test_a_step_of_the_ladder_that_dies_is_taken_once(
    step: int, point: str, rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    worker = hand()
    bring(worker, history, [delivery(f"m{each}", f"p{each}@example.net", "hasty") for each in range(3)])
    worker.do("route")
    due(rows)
    if step == TAKEOVER:
        worker.do("enforce_once")

    dying = hand("dying", CRASH_AT=point)
    dying.tell("sweep", seconds=30)
    assert dying.dies() == KILLED
    assert judged(rows, history).keys() <= STILL_TO_DO

    again = hand("again")
    again.do("enforce_once")
    again.do("enforce_once")
    assert judged(rows, history) == {}
    assert count(rows, "leads_timelineentry WHERE epoch = 1 AND step = 0") == 3
    assert count(rows, "leads_timelineentry WHERE epoch = 1 AND step = 1") == 3
    assert count(rows, "leads_assignment") == 6


@pytest.mark.parametrize("point", DRAINING)
def test_a_drain_that_dies_gives_each_waiting_lead_out_once(
    point: str, rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    worker = hand()
    places = CAPACITY * len(SMALL)
    bring(worker, history, [delivery(f"m{each}", f"p{each}@example.net", "small") for each in range(places + 8)])
    worker.do("route")
    assert count(rows, "leads_lead WHERE waits_for <> ''") == 8
    for lead, epoch, email in rows.execute(f"{HELD} LIMIT 5").fetchall():
        worker.do("close", lead=lead, by=email, epoch=epoch)

    dying = hand("dying", CRASH_AT=point)
    dying.tell("sweep", seconds=30)
    assert dying.dies() == KILLED
    assert judged(rows, history) == {}
    assert count(rows, "leads_assignment WHERE ended_at IS NULL") == (places if point == "after_drain" else places - 5)

    hand("again").do("drain")
    assert judged(rows, history) == {}
    assert count(rows, "leads_lead WHERE waits_for <> ''") == 3
    assert count(rows, "leads_assignment") == places + 5
    assert count(rows, "routing_decision WHERE cause = 'drained'") == 5


def due(rows: psycopg.Connection) -> None:
    """Wait until both steps of every ladder are due."""
    early = "leads_slaclock WHERE (steps -> 1 ->> 'at')::timestamptz > clock_timestamp()"
    assert processes.wait_until(lambda: count(rows, early) == 0, 20)


def count(rows: psycopg.Connection, where: str) -> int:
    found = rows.execute(f"SELECT count(*) FROM {where}").fetchone()
    assert found
    return int(found[0])


def ended(rows: psycopg.Connection) -> dict[str, int]:
    return dict(rows.execute("SELECT status, count(*) FROM leads_inboundevent GROUP BY 1").fetchall())


def story(rows: psycopg.Connection) -> list[tuple[int, str]]:
    return rows.execute("SELECT id, kind FROM leads_timelineentry ORDER BY id").fetchall()
