"""What every channel agrees on: a worded message goes in, and either it was taken or there is a reason why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One message, worded. `key` is the delivery's own and the same in every repeat, so that receivers can drop those.

    `to` is the person's address on the channel, `text` is plain, `link` and `accept` are whole URLs ("": none).
    """

    key: str
    kind: str
    to: str
    person: str
    subject: str
    text: str
    link: str
    accept: str
    context: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """The receiver took it. `own`: it was the person's own, so that it says nothing about that of the others."""

    status: int | None = None
    own: bool = False


class NotSent(Exception):
    """It was not taken. `problem` is kept and shown: it never holds an address or a secret.

    `permanent`: no repeat of this message can help. `gone`: nothing will ever be taken there again, so the channel is
    switched off. `retry_after_s`: how long the receiver asked to be left alone. `own`: as of what was sent.
    """

    def __init__(
        self,
        problem: str,
        *,
        status: int | None = None,
        permanent: bool = False,
        retry_after_s: float | None = None,
        gone: bool = False,
        own: bool = False,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.status = status
        self.permanent = permanent
        self.retry_after_s = retry_after_s
        self.gone = gone
        self.own = own


Send = Callable[[Message, Settings], Sent]
Problems = Callable[[Settings], list[tuple[str, str]]]
