"""The sender's side: signed deliveries, repeated until they are acknowledged, and the history by which we judge.

The history is the truth: whatever was answered 2xx must be there afterwards, whatever the system says of itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.faults.machine import HOST
from tests.faults.organisation import KEY

PATIENCE = 12.0  # seconds a sender waits for an answer
TRIES = 60


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery. Its id never changes between tries; `people` are the e-mails it brings."""

    id: str
    body: bytes
    people: tuple[str, ...]
    path: str = "/in/signed/"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a try brought: status 0 is no answer at all, so nobody knows whether it was stored."""

    delivery: Delivery
    status: int
    event: str
    took: float
    at: float
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Act:
    """What a rep did and was told: `kept` if it was done."""

    what: str
    lead: int
    epoch: int
    kept: bool
    said: str


@dataclass(slots=True)
class History:
    """Everything that senders and reps were told, as they were told it."""

    answers: list[Answer] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    sent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        with self._lock:
            self.sent += 1

    def note(self, answer: Answer) -> None:
        with self._lock:
            self.answers.append(answer)

    def note_act(self, act: Act) -> None:
        with self._lock:
            self.acts.append(act)

    @property
    def waiting(self) -> int:
        """Tries that have had no answer yet."""
        return self.sent - len(self.answers)

    def acknowledged(self) -> list[Answer]:
        return [answer for answer in self.answers if 200 <= answer.status < 300]


class Sender:
    """Sends to one web server; each thread has a random of its own, so a run can be told again."""

    def __init__(self, port: int, history: History, seed: int = 7) -> None:
        self._port = port
        self._history = history
        self._seed = seed

    def post(self, delivery: Delivery) -> Answer:
        """One try, freshly signed."""
        self._history.begin()
        started = time.monotonic()
        status, content, headers = self._exchange(delivery)
        took = time.monotonic() - started
        event = json.loads(content).get("event", "") if 200 <= status < 300 else ""
        answer = Answer(delivery, status, event, took, started, headers)
        self._history.note(answer)
        return answer

    def deliver(self, delivery: Delivery, tries: int = TRIES) -> Answer:
        """Repeat with growing pauses until it is acknowledged, as a good sender does."""
        rnd = random.Random(f"{self._seed}:{delivery.id}")
        for attempt in range(tries):
            answer = self.post(delivery)
            if 200 <= answer.status < 300:
                return answer
            time.sleep(min(3.0, 0.2 * 2**attempt) * rnd.uniform(0.5, 1))
        return answer

    def deliver_all(self, deliveries: Sequence[Delivery], threads: int) -> None:
        """Everything, each thread its share."""
        crew = [
            threading.Thread(
                target=lambda share: [self.deliver(one) for one in share], args=[deliveries[start::threads]]
            )
            for start in range(threads)
        ]
        for one in crew:
            one.start()
        for one in crew:
            one.join()

    def _exchange(self, delivery: Delivery) -> tuple[int, bytes, dict[str, str]]:
        line = http.client.HTTPConnection(HOST, self._port, timeout=PATIENCE)
        try:
            line.request("POST", delivery.path, delivery.body, signed(delivery.id, delivery.body))
            response = line.getresponse()
            return response.status, response.read(), {k.lower(): v for k, v in response.getheaders()}
        except (OSError, http.client.HTTPException):
            return 0, b"", {}
        finally:
            line.close()


def at_the_same_time(sender: Sender, deliveries: Sequence[Delivery]) -> list[Answer]:
    """Each in a thread of its own, all behind one gate."""
    gate = threading.Barrier(len(deliveries))
    answers: list[Answer] = []

    def send(one: Delivery) -> None:
        gate.wait(10)
        answers.append(sender.post(one))

    crew = [threading.Thread(target=send, args=[one]) for one in deliveries]
    for each in crew:
        each.start()
    for each in crew:
        each.join()
    return answers


def signed(name: str, body: bytes, *, key: bytes = KEY) -> dict[str, str]:
    stamp = str(int(time.time()))
    mac = hmac.new(key, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def delivery(name: str, email: str, campaign: str = "steady", **more: str) -> Delivery:
    body = {"email": email, "company": "Acme", "campaign": campaign, **more}
    return Delivery(name, json.dumps(body).encode(), (email,))


def received(history: History, deliveries: Sequence[Delivery], events: Sequence[str]) -> None:
    """What a `Hand` took in counts as acknowledged."""
    for one, event in zip(deliveries, events, strict=True):
        history.begin()
        history.note(Answer(one, 202, event, 0.0, 0.0, {}))
