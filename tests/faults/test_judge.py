"""The judge is worth nothing if it cannot find anything: each of its checks must speak up over a database or a history
in which its promise was broken by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg
import pytest

from config.embedded import processes
from tests.faults.hand import Hand
from tests.faults.judge import broken_promises, only_broken
from tests.faults.machine import Machine
from tests.faults.organisation import AWAY, GONE, SMALL, STEADY, configuration
from tests.faults.sender import Act, Delivery, History, delivery, received

Doctor = str | Callable[[History], None]

COPY = """
CREATE TEMP TABLE again ON COMMIT DROP AS SELECT * FROM {table} WHERE {where} LIMIT 1;
UPDATE again SET {change}; INSERT INTO {table} SELECT * FROM again
"""
REP = "(SELECT rep.id FROM reps_rep rep JOIN reps_user u ON u.id = rep.user_id WHERE u.email = '{}')"
FIRST = "(SELECT min(id) FROM {})"
HELD = """
SELECT lead.id, epoch, holder.email FROM leads_lead AS lead JOIN reps_rep AS rep ON rep.id = lead.rep_id
JOIN reps_user AS holder ON holder.id = rep.user_id WHERE lead.email = %s
"""


def told_again(status: int, event: str = "") -> Callable[[History], None]:
    def doctor(history: History) -> None:
        first = history.answers[0]
        history.answers.append(replace(first, status=status, event=event or first.event))

    return doctor


BROKEN: dict[str, Doctor] = {
    "dup_event": "ALTER TABLE leads_inboundevent DROP CONSTRAINT delivery_stored_once;"
    + COPY.format(table="leads_inboundevent", where="true", change="uuid = gen_random_uuid()"),
    "dup_lead": f"UPDATE leads_lead SET email = (SELECT email FROM leads_lead WHERE id = {FIRST.format('leads_lead')})",
    "dup_touch": "ALTER TABLE leads_touch DROP CONSTRAINT item_touches_once;"
    + COPY.format(table="leads_touch", where="true", change="id = id + 1000"),
    "unended": "UPDATE leads_inboundevent SET status = 'waiting' WHERE key = 'id:m0'",
    "routed_without_lead": "DELETE FROM leads_touch",
    "quarantined_with_lead": "UPDATE leads_inboundevent SET status = 'quarantined'",
    "undecided": "UPDATE leads_lead SET decision_id = NULL",
    "double_open": "DROP INDEX one_open_assignment; UPDATE leads_assignment SET ended_at = NULL",
    "no_owner": "UPDATE leads_assignment SET ended_at = now()",
    "epoch_gap": "UPDATE leads_assignment SET epoch = 7 WHERE epoch = 2",
    "orphan_no_clock": "DELETE FROM leads_slaclock",
    "orphan_no_message": "DELETE FROM notifications_notification WHERE kind = 'assigned'",
    "orphan_no_story": "DELETE FROM leads_timelineentry",
    "orphan_no_decision": f"UPDATE routing_decision SET rep_id = {REP.format(AWAY)}",
    "clock_adrift": "UPDATE leads_slaclock SET state = 'stopped'",
    "overdue": "UPDATE leads_slaclock SET next_at = now() - interval '1 minute'",
    "early": "UPDATE leads_timelineentry SET at = at - interval '1 hour'",
    "acted_twice": "DROP INDEX sla_step_acted_once;"
    + COPY.format(table="leads_timelineentry", where="step IS NOT NULL", change="id = id + 1000"),
    "accepted_and_taken": "UPDATE leads_assignment SET accepted_at = now() WHERE ended_as = 'sla'",
    "ledger": "UPDATE routing_member SET level = level + 0.5",
    "to_the_absent": f"UPDATE leads_assignment SET rep_id = {REP.format(AWAY)}",
    "to_the_inactive": f"UPDATE leads_assignment SET assigned_at = now() + interval '1 h', rep_id = {REP.format(GONE)}",
    "over_capacity": f"UPDATE reps_rep SET capacity = 0 WHERE id = {REP.format(SMALL[0])}",
    "unfair": f"UPDATE leads_assignment SET rep_id = {REP.format(STEADY[0])}",
    "unexplained": "UPDATE routing_decision SET reason = ''",
    "not_repeatable": """UPDATE routing_decision SET facts = jsonb_set(facts, '{campaign}', '"spam"')""",
    "false_2xx": "DELETE FROM leads_inboundevent",
    "lost": "DELETE FROM leads_lead",
    "two_events": told_again(200, "another"),
    "accepted_twice": told_again(202),
    "server_error": told_again(500),
    "unavailable_without_hint": told_again(503),
    "overruled": "UPDATE leads_assignment SET ended_as = 'sla'",
    "forgotten": "UPDATE leads_assignment SET accepted_at = NULL",
}
ALSO_NOT_REPEATABLE = (
    f"UPDATE routing_decision SET rep_id = {REP.format(STEADY[3])} WHERE rep_id = {REP.format(STEADY[1])}"
)


@pytest.fixture(scope="module")
def told() -> History:
    return History()


@pytest.fixture(scope="module")
def sound(machine: Machine, told: History) -> Iterator[psycopg.Connection]:
    """A few leads of every kind, all of them as they should be."""
    database = machine.create("sound")
    worker = Hand(machine.environ(database))
    campaigns = ["steady"] * 5 + ["hasty"] * 2 + ["small", "floor", "later", "spam"]
    deliveries = [delivery(f"m{each}", f"p{each}@example.net", name) for each, name in enumerate(campaigns)]
    deliveries.append(Delivery("nobody", json.dumps({"campaign": "steady"}).encode(), ()))
    bodies, keys = [one.body.decode() for one in deliveries], [one.id for one in deliveries]
    received(told, deliveries, worker.do("receive", source="signed", bodies=bodies, keys=keys))
    worker.do("route")
    with machine.connect(database) as rows:
        due = "SELECT count(*) FROM leads_slaclock WHERE next_at <= clock_timestamp()"
        assert processes.wait_until(lambda: rows.execute(due).fetchone() == (2,), 20)
        worker.do("enforce_once")
        worker.do("enforce_once")
        # Both hasty leads come to rest: nobody is there to act on another step while the judge looks.
        for what, name in (("accept", "p0"), ("contact", "p5"), ("close", "p6")):
            lead, epoch, email = rows.execute(HELD, [f"{name}@example.net"]).fetchone() or (0, 0, "")
            worker.do(what, lead=lead, by=email, epoch=epoch)
            told.note_act(Act(what, lead, epoch, True, ""))
    worker.kill()
    with machine.connect(database) as rows:
        rows.autocommit = False
        yield rows
        rows.rollback()


def found(rows: psycopg.Connection, history: History) -> dict[str, list[object]]:
    return broken_promises(rows, history, configuration())


def test_a_sound_database_breaks_no_promise(sound: psycopg.Connection, told: History) -> None:
    assert only_broken(found(sound, told)) == {}


def test_every_check_has_its_proof(sound: psycopg.Connection, told: History) -> None:
    assert found(sound, told).keys() == BROKEN.keys()


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_promise_is_found(name: str, sound: psycopg.Connection, told: History) -> None:
    sound.rollback()
    doctor, history = BROKEN[name], copy_of(told)
    if callable(doctor):
        doctor(history)
    else:
        sound.execute(doctor)

    assert found(sound, history)[name]

    sound.rollback()


def test_another_choice_than_the_candidates_give_is_found(sound: psycopg.Connection, told: History) -> None:
    sound.execute(ALSO_NOT_REPEATABLE)

    assert found(sound, told)["not_repeatable"]

    sound.rollback()


def copy_of(history: History) -> History:
    return History(answers=list(history.answers), acts=list(history.acts), sent=history.sent)
