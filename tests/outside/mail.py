"""A real SMTP server that keeps what it gets. How it behaves is set by recipient, while it runs.

ok, refuse (550 to the recipient), temporary (451 to the recipient), reject (554 to the letter), slow (takes the letter,
answers after `seconds`), and as a whole: `down`.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.outside.journal import Journal, Received


@dataclass
class Mailbox:
    """The stand-in at `host` and `port`. `modes`: by recipient, "" for everybody."""

    journal: Journal
    host: str = "127.0.0.1"
    port: int = 0
    seconds: float = 1.0
    modes: dict[str, str] = field(default_factory=dict)
    _controller: Controller | None = None

    def behave(self, mode: str = "ok", *, to: str = "", seconds: float = 1.0) -> None:
        self.modes[to], self.seconds = mode, seconds

    def letters(self, to: str = "") -> list[EmailMessage]:
        return [parsed(one) for one in self.received(to)]

    def received(self, to: str = "") -> list[Received]:
        """What came for this address; its key is the Message-ID."""
        return self.journal.read(f"smtp:{to}")

    def keys(self, to: str = "") -> list[str]:
        return [one.key for one in self.received(to)]

    def start(self) -> None:
        self._controller = _Controller(self, hostname=self.host, port=self.port, ready_timeout=20)
        self._controller.start()
        self.port = self._controller.port

    def stop(self) -> None:
        """Nobody answers at its port until it is started again."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def mode(self, to: str) -> str:
        return self.modes.get(to) or self.modes.get("", "ok")

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: Any) -> str:
        if self.mode(to) == "refuse":
            return "550 5.1.1 No such user here"
        if self.mode(to) == "temporary":
            return "451 4.3.0 Try again later"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        text = cast(bytes, envelope.content).decode("utf-8", "replace")
        to = envelope.rcpt_tos[0]
        if self.mode(to) == "reject":
            return "554 5.7.1 Not wanted"
        letter = email.message_from_string(text, policy=email.policy.default)
        self.journal.write(f"smtp:{to}", str(letter["Message-ID"]), {"from": str(envelope.mail_from)}, text)
        if self.mode(to) == "slow":
            await asyncio.sleep(self.seconds)
        return "250 OK"


class _Controller(Controller):
    def _trigger_server(self) -> None:
        """The port may be any free one, which is known only now."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def parsed(one: Received) -> EmailMessage:
    return email.message_from_string(one.body, policy=email.policy.default)


@contextmanager
def mailbox(log: Path, port: int = 0) -> Iterator[Mailbox]:
    """A mail server in a thread of this process, for as long as the test needs it."""
    one = Mailbox(Journal(log), port=port)
    one.start()
    try:
        yield one
    finally:
        one.stop()
