"""Whoever delivers dies, stops or meets the dead: what was to be told arrives, and repeats bear the same id.

The truth about delivery is what the receivers wrote down, not what our own rows say.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import psycopg
import pytest

from config.embedded import processes
from config.parts import Running
from tests.faults.conftest import judged, settle
from tests.faults.hand import Hand
from tests.faults.machine import Machine
from tests.faults.organisation import HASTY, STEADY
from tests.faults.sender import History, delivery
from tests.faults.test_crash_points import KILLED, bring, count
from tests.outside.mail import Mailbox
from tests.outside.web import Sink

Hands = Callable[..., Hand]
Start = Callable[..., Running]
PLANNING = ("after_deliveries", "before_plan_commit")
SENDING = ("before_lease_commit", "after_lease", "after_send", "after_mark")
CHANNEL = """
INSERT INTO notifications_channel (slug, name, kind, settings, enabled, off_reason, secret_number, changed_at)
VALUES (%(slug)s, %(slug)s, %(kind)s, jsonb_build_object('url', %(url)s::text), true, '', 1, now()) RETURNING id
"""
PREFER = """
INSERT INTO notifications_preference (user_id, kind, first_id, second_id)
SELECT id, 'assigned', %s, %s FROM reps_user WHERE email = ANY(%s)
"""
TELL = """
INSERT INTO notifications_notification (user_id, kind, text, link, context, dedupe_key, created_at)
SELECT person.id, 'assigned', 'New lead ' || n, '', '{}', 'assigned:' || person.id || ':' || n, now()
FROM reps_user AS person CROSS JOIN generate_series(1, %s) AS n WHERE email = ANY(%s)
"""
LEASES_ARE_OVER = """
UPDATE notifications_delivery SET due_at = now(), lease_until = now()
WHERE lease_token IS NOT NULL AND state = 'waiting'
"""
LATEST_STEP = """
SELECT max(line.at - (clock.steps -> line.step ->> 'at')::timestamptz) < '5 s' FROM leads_timelineentry AS line
JOIN leads_assignment AS held ON held.lead_id = line.lead_id AND held.epoch = line.epoch
JOIN leads_slaclock AS clock ON clock.assignment_id = held.id WHERE line.step IS NOT NULL
"""
ABOUT_TIME = {"lost", "unended", "overdue", "early", "acted_twice"}
UNSENT = "notifications_notification WHERE due_at IS NOT NULL"
WAITING = "notifications_delivery WHERE state = 'waiting'"


@pytest.fixture
def start(machine: Machine, database: str, outside: Sink, post_office: Mailbox) -> Iterator[Start]:
    """Start a deliverer that reaches the receivers of this test."""
    running: list[Running] = []

    def _start(name: str = "deliverer", **environ: str) -> Running:
        mail = {"EMAIL_HOST": post_office.host, "EMAIL_PORT": str(post_office.port), "EMAIL_TLS": "none"}
        one = machine.start("deliverer", database, name, OUTGOING_ALLOW=outside.origin, **mail, **environ)
        running.append(one)
        return one

    yield _start
    for one in running:
        one.kill()


def channel(rows: psycopg.Connection, slug: str, url: str, kind: str = "webhook") -> int:
    found = rows.execute(CHANNEL, {"slug": slug, "kind": kind, "url": url}).fetchone()
    assert found
    return int(found[0])


def prefer(rows: psycopg.Connection, first: int, second: int | None, *emails: str) -> None:
    rows.execute(PREFER, [first, second, list(emails)])


def is_quiet(rows: psycopg.Connection) -> bool:
    return count(rows, UNSENT) == 0 and count(rows, WAITING) == 0


def keys_of(rows: psycopg.Connection) -> set[str]:
    return {str(key) for (key,) in rows.execute("SELECT key FROM notifications_delivery").fetchall()}


def have_come(many: int, outside: Sink, post_office: Mailbox) -> bool:
    return len(outside.received()) + len(post_office.received()) > many


@pytest.mark.parametrize("point", [*PLANNING, *SENDING])
def test_a_deliverer_that_dies_leaves_nothing_untold_and_repeats_with_the_same_id(
    point: str, rows: psycopg.Connection, start: Start, outside: Sink
) -> None:
    prefer(rows, channel(rows, "chat", outside.url("/chat")), None, *STEADY)
    rows.execute(TELL, [3, list(STEADY)])

    dying = start("dying", CRASH_AT=point)
    assert processes.wait_until(lambda: dying.exit_code() is not None, 60)
    assert dying.exit_code() == KILLED
    if point in PLANNING:
        assert count(rows, "notifications_delivery") == 0  # all of a batch or nothing

    rows.execute(LEASES_ARE_OVER)
    start("again")
    assert processes.wait_until(lambda: is_quiet(rows), 60, 0.1)
    seen = Counter(outside.keys("/chat"))
    assert set(seen) == keys_of(rows)
    assert len(seen) == 12
    assert sum(seen.values()) - 12 <= 2  # what was under way, and no more
    assert count(rows, "notifications_delivery WHERE state = 'sent'") == 12


def test_killed_again_and_again_it_still_tells_everybody(
    rows: psycopg.Connection, start: Start, outside: Sink, post_office: Mailbox
) -> None:
    prefer(rows, channel(rows, "chat", outside.url("/chat")), None, *STEADY[:2])
    prefer(rows, channel(rows, "mail", "", "email"), None, *STEADY[2:])
    rows.execute("UPDATE notifications_channel SET settings = '{}' WHERE kind = 'email'")
    rows.execute(TELL, [150, list(STEADY)])

    for kill in range(3):
        one = start(f"deliverer{kill}")
        enough = len(outside.received()) + len(post_office.received()) + 60
        assert processes.wait_until(partial(have_come, enough, outside, post_office), 60, 0.01)
        os.kill(one.pid, signal.SIGKILL)
        one.kill()
        rows.execute(LEASES_ARE_OVER)
    start("last")
    assert processes.wait_until(lambda: is_quiet(rows), 60, 0.1)

    mails = [one.key.strip("<>").partition("@")[0] for one in post_office.received()]
    seen = Counter(outside.keys() + mails)
    assert set(seen) == keys_of(rows)
    assert len(seen) == 600
    assert sum(seen.values()) - 600 <= 3 * 4  # two calls in each of two lanes, at each kill


def test_one_that_is_stopped_past_its_lease_overwrites_nothing_when_it_wakes(
    rows: psycopg.Connection, start: Start, outside: Sink
) -> None:
    prefer(rows, channel(rows, "chat", outside.url("/chat")), None, STEADY[0])
    outside.behave("slow", seconds=2)
    rows.execute(TELL, [1, [STEADY[0]]])
    stopped = start("stopped")
    assert processes.wait_until(lambda: len(outside.received()) == 1, 60, 0.02)
    os.kill(stopped.pid, signal.SIGSTOP)
    outside.behave("ok")
    rows.execute(LEASES_ARE_OVER)

    start("other")
    assert processes.wait_until(lambda: is_quiet(rows), 60, 0.1)
    sent_at = rows.execute("SELECT sent_at FROM notifications_delivery").fetchone()
    os.kill(stopped.pid, signal.SIGCONT)

    assert processes.wait_until(lambda: count(rows, "notifications_attempt") == 2, 20, 0.1)
    assert rows.execute("SELECT state, sent_at FROM notifications_delivery").fetchone() == ("sent", *(sent_at or ()))
    assert len(outside.keys()) == 2
    assert len(set(outside.keys())) == 1


def test_a_channel_that_is_dead_all_the_time_delays_neither_the_others_nor_routing_nor_timers(
    machine: Machine,
    database: str,
    rows: psycopg.Connection,
    start: Start,
    hand: Hands,
    history: History,
    outside: Sink,
    post_office: Mailbox,
) -> None:
    outside.behave("hang", path="/dead")
    dead, chat = channel(rows, "dead", outside.url("/dead")), channel(rows, "chat", outside.url("/chat"))
    mail = channel(rows, "mail", "", "email")
    rows.execute("UPDATE notifications_channel SET settings = '{}' WHERE kind = 'email'")
    prefer(rows, dead, chat, *HASTY, STEADY[0])
    prefer(rows, mail, None, *STEADY[1:])
    start()
    machine.start("sweeper", database)
    assert processes.wait_until(
        lambda: count(rows, "leads_heartbeat WHERE name IN ('sweeper', 'deliverer')") == 2, 60, 0.1
    )
    worker = hand()

    for batch in range(6):
        numbers = range(batch * 10, batch * 10 + 10)
        bring(worker, history, [delivery(f"s{n}", f"s{n}@example.net") for n in numbers])
        bring(worker, history, [delivery(f"h{n}", f"h{n}@example.net", "hasty") for n in numbers])
        time.sleep(0.5)  # a steady flow, not a burst
    settle(rows)

    assert judged(rows, history).keys().isdisjoint(ABOUT_TIME)
    assert rows.execute(LATEST_STEP).fetchone() == (True,)
    told = "notifications_delivery AS delivery JOIN notifications_notification AS notice ON notice.id = notification_id"
    mails = f"{told} WHERE channel_id = {mail} AND kind = 'assigned'"
    assert processes.wait_until(lambda: count(rows, f"{mails} AND state = 'sent'") == 45, 20, 0.1)
    late = rows.execute(f"SELECT max(sent_at - notice.created_at) < '10 s' FROM {mails}").fetchone()
    assert late == (True,)
    assert len({one.key for one in post_office.received("steady")}) >= 45

    def all_are_told_otherwise() -> bool:
        """Nothing arrives there; who is told by it is told by his second channel, once the minute is over. Some are
        planned only now, as reminders are."""
        rows.execute("UPDATE notifications_delivery SET second_at = now() WHERE second_at > now()")
        unreached = count(rows, f"notifications_delivery WHERE channel_id = {dead}")
        return len(set(outside.keys("/chat"))) == unreached

    assert processes.wait_until(all_are_told_otherwise, 30, 0.1)
