"""The receivers of messages while everything breaks, in a process of their own; and whether they got what they should.

What they wrote down is the truth about delivery, whatever our own rows say.
"""

from __future__ import annotations

import os
import socket
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from config.embedded import processes
from config.parts import Part, Running
from config.places import PROJECT
from tests.faults.judge import Broken
from tests.faults.organisation import HASTY
from tests.outside.__main__ import MAIL_LOG, WEB_LOG
from tests.outside.journal import Journal
from tests.outside.web import Sink

CHAT, MAIL = "chat", "mail"
CHANNELS = """
INSERT INTO notifications_channel (slug, name, kind, settings, enabled, off_reason, secret_number, changed_at)
VALUES ('mail', 'Mail', 'email', '{}', true, '', 1, now()),
       ('chat', 'Chat', 'webhook', jsonb_build_object('url', %s::text), true, '', 1, now())
"""
# The hasty hear by chat, and by mail if that fails; all others as it is shipped: by mail.
PREFER = """
INSERT INTO notifications_preference (user_id, kind, first_id, second_id)
SELECT person.id, wanted, chat.id, mail.id FROM reps_user AS person
CROSS JOIN unnest(ARRAY['assigned', 'reminder', 'taken']) AS wanted
JOIN notifications_channel AS chat ON chat.slug = 'chat' JOIN notifications_channel AS mail ON mail.slug = 'mail'
WHERE person.email = ANY(%s)
"""
# After the last fault nobody waits for minutes of back-off: what is still on its way is tried now.
HURRY = """
UPDATE notifications_delivery SET due_at = least(due_at, now()) WHERE state = 'waiting';
UPDATE notifications_lane SET open_until = NULL WHERE open_until > now();
"""
QUIET = """
SELECT NOT EXISTS (SELECT FROM notifications_notification WHERE due_at <= clock_timestamp())
   AND NOT EXISTS (SELECT FROM notifications_delivery WHERE state = 'waiting')
"""
UNTOLD = """
SELECT notice.id, notice.kind FROM notifications_notification AS notice
JOIN reps_user AS person ON person.id = notice.user_id AND person.is_active
WHERE notice.kind IN ('assigned', 'reminder', 'taken', 'back_in_queue') AND notice.due_at IS NULL
  AND notice.folded_into_id IS NULL AND NOT EXISTS (
    SELECT FROM notifications_delivery AS delivery WHERE delivery.notification_id = notice.id)
"""
DELIVERIES = "SELECT key::text, state, problem FROM notifications_delivery"


@dataclass(frozen=True, slots=True)
class Receivers:
    """Chat and mail, and where they are."""

    sink: Sink
    mail: Journal
    environ: dict[str, str]

    def subscribe(self, rows: psycopg.Connection) -> None:
        rows.execute(CHANNELS, [self.sink.url("/chat")])
        rows.execute(PREFER, [list(HASTY)])

    def keys(self) -> Counter[str]:
        """How often each delivery has come."""
        letters = [one.key.strip("<>").partition("@")[0] for one in self.mail.read()]
        return Counter([*self.sink.keys(), *letters])


@contextmanager
def receivers(folder: Path) -> Iterator[Receivers]:
    """They answer until the test is over."""
    port, smtp = _free_port(), _free_port()
    command = (sys.executable, "-m", "tests.outside", str(folder), str(port), str(smtp))
    running = Running(Part("receivers", command, PROJECT, {**os.environ}, log=folder / "receivers.log"))
    try:
        assert processes.wait_until(lambda: _answers(port) and _answers(smtp), 30, 0.05)
        origin = f"http://127.0.0.1:{port}"
        mail = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(smtp), "EMAIL_TLS": "none"}
        sink = Sink(origin, Journal(folder / WEB_LOG))
        yield Receivers(sink, Journal(folder / MAIL_LOG), {"OUTGOING_ALLOW": origin, **mail})
    finally:
        running.kill()


def is_quiet(rows: psycopg.Connection) -> bool:
    found = rows.execute(QUIET).fetchone()
    return bool(found and found[0])


def not_told(rows: psycopg.Connection, got: Counter[str]) -> Broken:
    """8: each notice is on its way, and what is said to be sent has come; what is dead says why."""
    deliveries = rows.execute(DELIVERIES).fetchall()
    return {
        "msg_untold": rows.execute(UNTOLD).fetchall(),
        "msg_missing": [key for key, state, _ in deliveries if state != "dead" and key not in got],
        "msg_dead_without_reason": [key for key, state, problem in deliveries if state == "dead" and not problem],
        "msg_unknown": [key for key in got if key not in {name for name, _, _ in deliveries}],
    }


def figures(rows: psycopg.Connection, got: Counter[str]) -> dict[str, Any]:
    """How many messages there were, and how many were seen twice."""
    states = Counter(state for _, state, _ in rows.execute(DELIVERIES))
    twice = sum(times > 1 for times in got.values())
    return {"messages": len(got), "seen_twice": twice, "seen_twice_share": round(twice / max(1, len(got)), 4), **states}


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as line:
        line.settimeout(1)
        return line.connect_ex(("127.0.0.1", port)) == 0
