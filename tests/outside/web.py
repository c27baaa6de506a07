"""A stand-in for Slack, Teams and webhooks. How it behaves is set by path, while it runs: `ok` if nothing is said.

ok, fail (500), limited (429 with Retry-After), gone (410), slow (answers after `seconds`), hang (never answers), reset
(cuts the line), drip (a byte at a time). Each of them writes down what came, and only then does as it is told.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from tests.outside.journal import Journal, Received

SETTING = "/_behave"  # POST here tells a sink in another process how to behave
LONGEST_HANG_S = 60.0
STATUS = {"fail": 500, "limited": 429, "gone": 410}


@dataclass(frozen=True, slots=True)
class Behaviour:
    """`seconds`: how slow, or the Retry-After. `status`, `body`: what is answered instead of the mode's own."""

    mode: str = "ok"
    seconds: float = 1.0
    status: int = 0
    body: str = '{"ok": true}'


class Sink:
    """The stand-in at `origin`. It is told how to behave over the line, so it may live in another process."""

    def __init__(self, origin: str, journal: Journal) -> None:
        self.origin = origin
        self.journal = journal

    def url(self, path: str) -> str:
        return f"{self.origin}{path}"

    def behave(self, mode: str = "ok", *, path: str = "", **more: Any) -> None:
        """How paths that begin with `path` are answered from now on; the longest that fits counts."""
        said = {"path": path, **asdict(Behaviour(mode, **more))}
        with urlopen(Request(self.url(SETTING), json.dumps(said).encode(), method="POST"), timeout=10):
            return

    def received(self, path: str = "") -> list[Received]:
        return self.journal.read(path)

    def keys(self, path: str = "") -> list[str]:
        return self.journal.keys(path)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, port: int, journal: Journal) -> None:
        self.journal = journal
        self.behaviours: dict[str, Behaviour] = {}
        self.closing = threading.Event()
        super().__init__(("127.0.0.1", port), _Handler)

    def behaviour(self, path: str) -> Behaviour:
        fitting = [one for one in self.behaviours if path.startswith(one)]
        return self.behaviours[max(fitting, key=len)] if fitting else Behaviour()

    def handle_error(self, *args: Any) -> None:
        """A line that was cut is what is being played here."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
        path = urlsplit(self.path).path
        if path == SETTING:
            said = json.loads(body)
            fits = said.pop("path")
            self.server.behaviours[fits] = Behaviour(**said)
            self._answer(200, "")
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.journal.write(path, headers.get("webhook-id") or _key_within(body), headers, body)
        with suppress(OSError):
            self._play(self.server.behaviour(path))

    do_GET = do_PUT = do_POST

    def _play(self, how: Behaviour) -> None:
        if how.mode in ("slow", "hang"):
            self.server.closing.wait(how.seconds if how.mode == "slow" else LONGEST_HANG_S)
        if how.mode == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
        elif how.mode == "drip":
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b" " * 1000:
                self.wfile.write(bytes([byte]))
                time.sleep(0.05)
        else:
            retry = {"Retry-After": f"{how.seconds:g}"} if how.mode == "limited" else {}
            self._answer(how.status or STATUS.get(how.mode, 200), how.body, retry)

    def _answer(self, status: int, body: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: Any) -> None:
        """The journal has it."""


def _key_within(body: str) -> str:
    """Where a message carries its key in the body, as Slack's `client_msg_id`."""
    with suppress(ValueError, AttributeError):
        return str(json.loads(body).get("client_msg_id", ""))
    return ""


@contextmanager
def sink(log: Path, port: int = 0) -> Iterator[Sink]:
    """A stand-in in threads of this process, for as long as the test needs it."""
    server = _Server(port, Journal(log))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield Sink(f"http://127.0.0.1:{server.server_address[1]}", server.journal)
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
