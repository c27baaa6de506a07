"""A vendor of company data on this machine: quick, slow, broken or hostile, as the test asks; it counts its callers."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ACME = {"company": {"industry": "Aerospace", "metrics": {"employees": "51-200"}, "geo": {"country": "Germany"}}}


@dataclass
class Vendor:
    """`answer` is sent as JSON with `status` after `delay` seconds; `mode` is what else it does."""

    origin: str = ""
    answer: Any = field(default_factory=lambda: ACME)
    status: int = 200
    delay: float = 0.0
    mode: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def vendor() -> Iterator[Vendor]:
    """The vendor at an address of this machine, for as long as the test needs it."""
    one = Vendor()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            one.asked.append((self.command, self.path, dict(self.headers.items()), body))
            with suppress(BrokenPipeError, ConnectionResetError):
                _answer(self, one)

        do_POST = do_GET

        def log_message(self, *args: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    one.origin = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()


def _answer(handler: BaseHTTPRequestHandler, one: Vendor) -> None:
    time.sleep(one.delay)
    if one.mode == "trickle":
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b" " * 1000:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.05)
        return
    if one.mode == "redirect":
        handler.send_response(302)
        handler.send_header("Location", f"{one.origin}/elsewhere")
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    body = one.answer if isinstance(one.answer, bytes) else json.dumps(one.answer).encode()
    handler.send_response(one.status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    for name, value in one.headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
