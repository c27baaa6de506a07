"""A small HTTP client for loopback: requests made beforehand, one in flight per connection, answers timed.

It keeps out of the way: all bytes are ready before the clock starts, and one answer costs it a few microseconds.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import selectors
import socket
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from rig.stack import SECRET

FIRST = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hal", "Ivy", "Joy")
LAST = ("Adams", "Brown", "Clark", "Davis", "Evans", "Ford", "Gray", "Hill", "Irwin", "Jones")
COUNTRIES = ("DE", "US", "GB", "FR", "NL", "SE")
INTENTS = ("demo", "pricing", "trial", "content", "general")
TITLES = ("Head of Sales", "CTO", "Buyer", "Operations Manager", "Owner")


class LoadFailed(Exception):
    """A server closed a connection or answered something else than it should."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one round of requests gave."""

    per_second: float
    p50_ms: float
    p99_ms: float
    seconds: float


def lead(number: int) -> dict[str, Any]:
    """A lead as a form sends it: flat JSON, about 400 bytes, no two alike."""
    dice = random.Random(number)
    mark = uuid.UUID(int=dice.getrandbits(128)).hex[:10]
    first, last = dice.choice(FIRST), dice.choice(LAST)
    return {
        "id": f"{number}-{mark}",
        "email": f"{first}.{last}.{mark}@company-{dice.randrange(5000)}.example".lower(),
        "name": f"{first} {last}",
        "company": f"Company {dice.randrange(5000)} Ltd",
        "title": dice.choice(TITLES),
        "country": dice.choice(COUNTRIES),
        "phone": f"+49 30 {dice.randrange(10**6, 10**7)}",
        "employees": str(dice.randrange(1, 5000)),
        "intent": dice.choice(INTENTS),
        "message": "We are looking at several offers and would like to see yours before the end of the month.",
        "campaign": f"spring-{dice.randrange(20)}",
    }


def post(path: str, body: object, **headers: str) -> bytes:
    """One request as bytes; `header_name` is sent as `header-name`."""
    content = json.dumps(body).encode()
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(content)}", "", ""]).encode() + content


def signed(path: str, body: object) -> bytes:
    """The same, signed as Standard Webhooks wants it."""
    content, number, at = json.dumps(body).encode(), f"msg_{uuid.uuid4().hex}", str(int(time.time()))
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    mac = hmac.new(key, f"{number}.{at}.".encode() + content, hashlib.sha256).digest()
    signature = "v1," + base64.b64encode(mac).decode()
    return post(path, body, webhook_id=number, webhook_timestamp=at, webhook_signature=signature)


def send(port: int, requests: Sequence[bytes], *, connections: int = 8, status: int = 202) -> Load:
    """Send all of them over a few connections that stay open; every answer must have this status."""
    selector = selectors.DefaultSelector()
    waiting = iter(requests)
    took: list[float] = []
    answers: Counter[int] = Counter()
    lines = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(min(connections, len(requests)))]
    begun = time.perf_counter()
    for line in lines:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.sendall(next(waiting))
        selector.register(line, selectors.EVENT_READ, time.perf_counter())
    while selector.get_map():
        ready = selector.select(10)
        if not ready:
            raise LoadFailed("no answer within ten seconds")
        for key, _ in ready:
            line: Any = key.fileobj
            answers[_status(line)] += 1
            now = time.perf_counter()
            took.append(now - key.data)
            if following := next(waiting, None):
                line.sendall(following)
                selector.modify(line, selectors.EVENT_READ, now)
            else:
                selector.unregister(line)
    seconds = time.perf_counter() - begun
    for line in lines:
        line.close()
    if set(answers) != {status}:
        raise LoadFailed(f"answers other than {status}: {dict(answers)}")
    return Load(len(took) / seconds, *(value * 1000 for value in _p50_p99(took)), seconds)


def _status(line: socket.socket) -> int:
    """Read one whole answer."""
    got = line.recv(65536)
    while b"\r\n\r\n" not in got:
        got += _more(line)
    head, _, body = got.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += _more(line)
    return int(head[9:12])


def _more(line: socket.socket) -> bytes:
    got = line.recv(65536)
    if not got:
        raise LoadFailed("the server closed the connection in the middle of an answer")
    return got


def _p50_p99(values: Sequence[float]) -> tuple[float, float]:
    if len(values) < 2:
        return values[0], values[0]
    cuts = quantiles(values, n=100)
    return cuts[49], cuts[98]
