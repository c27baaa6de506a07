"""One row that always fails must not hold up the others, nor go round for ever."""

from __future__ import annotations

import json
from collections.abc import Callable

import psycopg
import pytest

from config.embedded import processes
from leads.pipeline import MOST_ATTEMPTS
from tests.faults.conftest import judged
from tests.faults.hand import Hand
from tests.faults.machine import Machine
from tests.faults.sender import History

pytestmark = pytest.mark.usefixtures("fresh")
Hands = Callable[..., Hand]
POISON = "poison@example.net"
# A row that the database refuses whatever is tried stands for whatever bug of ours fails on one lead alone.
REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'poison'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse();
"""


def bodies(*emails: str, campaign: str = "steady") -> list[str]:
    return [json.dumps({"email": email, "campaign": campaign}) for email in emails]


def test_an_event_that_always_fails_is_set_apart_and_can_be_replayed(
    rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    rows.execute(REFUSE.format(table="leads_lead", when=f"NEW.email = '{POISON}'"))
    worker = hand()
    _, event, *_ = worker.do("receive", source="open", bodies=bodies("a@example.net", POISON, "b@example.net"))

    worker.do("route")

    assert rows.execute("SELECT email FROM leads_lead ORDER BY 1").fetchall() == [
        ("a@example.net",),
        ("b@example.net",),
    ]
    assert state(rows, event) == ("waiting", 1)
    for attempt in range(2, MOST_ATTEMPTS + 1):
        rows.execute("UPDATE leads_inboundevent SET due_at = clock_timestamp() WHERE uuid = %s", [event])
        worker.do("route")
        assert state(rows, event) == ("quarantined" if attempt == MOST_ATTEMPTS else "waiting", attempt)

    rows.execute("DROP TRIGGER refuse ON leads_lead")
    worker.do("replay", event=event)
    worker.do("route")
    assert state(rows, event)[0] == "routed"
    assert judged(rows, history) == {}


def test_a_step_that_always_fails_holds_up_neither_other_steps_nor_events(
    machine: Machine, database: str, rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    worker = hand()
    worker.do("receive", source="open", bodies=bodies(POISON, "a@example.net", "b@example.net", campaign="hasty"))
    worker.do("route")
    (poisoned,) = rows.execute("SELECT id FROM leads_lead WHERE email = %s", [POISON]).fetchone() or (0,)
    when = f"NEW.step IS NOT NULL AND NEW.lead_id = {poisoned}"
    rows.execute(REFUSE.format(table="leads_timelineentry", when=when))
    sweeper = machine.start("sweeper", database)
    try:
        taken = "SELECT count(DISTINCT lead_id) FROM leads_assignment WHERE ended_as = 'sla'"
        assert processes.wait_until(lambda: rows.execute(taken).fetchone() == (2,), 30)
        worker.do("receive", source="open", bodies=bodies("c@example.net"))
        assert processes.wait_until(
            lambda: rows.execute("SELECT 1 FROM leads_lead WHERE email = 'c@example.net'").fetchone() is not None, 30
        )
        assert sweeper.exit_code() is None

        put_off = "leads_slaclock WHERE next_at > clock_timestamp() + interval '5 s'"
        assert rows.execute(f"SELECT lead_id FROM {put_off}").fetchall() == [(poisoned,)]

        rows.execute("DROP TRIGGER refuse ON leads_timelineentry")
        rows.execute("UPDATE leads_slaclock SET next_at = clock_timestamp() WHERE lead_id = %s", [poisoned])
        assert processes.wait_until(lambda: rows.execute(taken).fetchone() == (3,), 30)
    finally:
        sweeper.kill()
    assert judged(rows, history) == {}


def state(rows: psycopg.Connection, event: str) -> tuple[str, int]:
    found = rows.execute("SELECT status, attempts FROM leads_inboundevent WHERE uuid = %s", [event]).fetchone()
    assert found
    return found[0], found[1]
