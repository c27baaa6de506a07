"""The web server's door: granian reads a request whole, then Django answers it in one of a few threads.

Under granian's WSGI a thread itself waits for the rest of a body, without any limit of time: eight senders that stop
half-way would stop the whole site. Here a loop waits for bodies, as long and as much as is reasonable, and a thread is
taken only for work. It costs a tenth of a millisecond. Under any other server use `config.wsgi`.
"""

import signal

# granian's worker inherits its parent's handlers, which only make a note: a stop that comes while everything below is
# loaded would go unheard. Until granian sets the worker's own, the signals end the process.
for _each in (signal.SIGTERM, signal.SIGINT):
    signal.signal(_each, signal.SIG_DFL)

import asyncio
import os
import re
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from typing import Any, Protocol

from django.core.wsgi import get_wsgi_application
from granian.rsgi import HTTPProtocol, ProtocolClosed, Scope

from config import edge
from config.embedded import processes
from leads import garbage

Headers = list[tuple[str, str]]
Answer = tuple[int, Headers, bytes]

THREADS = 4
# What is read before Django sees it. A longer body is not kept: the view answers 413 to its Content-Length.
LONGEST_HOOK, LONGEST_BODY = 1024 * 1024, 8 * 1024 * 1024
# So much of a body that nobody will read is let in and thrown away: whoever is cut off while he still sends never sees
# the answer that says why (the kernel throws it away with the connection).
MOST_THROWN_AWAY, SECONDS_FOR_THROWING_AWAY = 2 * LONGEST_BODY, 2.0
SECONDS_FOR_A_BODY = 15.0
# A frozen database closes no connection. A sender who was told nothing would wait, and so would all who come after.
SECONDS_FOR_A_HOOK = 5.0
# Beyond these a request is turned away at once, to be sent again, instead of waiting its turn for ever. Bytes count
# when they have arrived: what somebody only announces keeps nobody else out.
MOST_AT_ONCE, MOST_BYTES_AT_ONCE = 256, 64 * 1024 * 1024
BUSY = "There is more to do than can be done: send it again."
# RFC 2231 splits a parameter into numbered parts; the standard library's reader of them, which Django calls for every
# request, raises on some. No browser or sender writes a Content-Type so.
PARAMETER_IN_PARTS = re.compile(r";[^;=]*\*[^;=]*=")
FIXED = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "granian",
    "wsgi.errors": sys.stderr,
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}


class Wsgi(Protocol):
    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]: ...


class Door:
    """Counts who is inside; one per process."""

    def __init__(self, answer: Wsgi, threads: int = THREADS) -> None:
        self._answer = answer
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="web")
        self._requests = 0
        self._bytes = 0

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        if self._requests >= MOST_AT_ONCE:
            _send(protocol, _problem(503, "Too busy", BUSY, "1"))
            return
        self._requests += 1
        body = bytearray()
        try:
            _send(protocol, await self._answered(scope, protocol, body))
        finally:
            self._requests -= 1
            self._bytes -= len(body)

    async def _read(self, protocol: HTTPProtocol, body: bytearray) -> bool:
        """Fill the body as it arrives; False if there is no room for it."""
        async for chunk in protocol:
            self._bytes += len(chunk)
            body += chunk
            if self._bytes > MOST_BYTES_AT_ONCE:
                return False
        return True

    async def _answered(self, scope: Scope, protocol: HTTPProtocol, body: bytearray) -> Answer:
        if PARAMETER_IN_PARTS.search(scope.headers.get("content-type") or ""):
            return _problem(415, "Unsupported media type", "Write the Content-Type's parameters without an asterisk.")
        if length := _bytes_to_read(scope):
            try:
                async with asyncio.timeout(SECONDS_FOR_A_BODY):
                    if not await self._read(protocol, body):
                        return _problem(503, "Too busy", BUSY, "1")
            except TimeoutError:
                return _problem(408, "Too slow", f"The body did not arrive within {SECONDS_FOR_A_BODY:.0f} s.")
            if len(body) != length:
                # The sender was cut off. What did arrive must not pass for the whole.
                return _problem(400, "Incomplete", f"{length} bytes were announced and {len(body)} arrived.")
        elif _sends_a_body(scope):
            await _throw_away(protocol)
        environ = _environ(scope, body)
        work = asyncio.get_running_loop().run_in_executor(self._threads, _call, self._answer, environ)
        try:
            async with asyncio.timeout(SECONDS_FOR_A_HOOK if scope.path.startswith(edge.HOOKS) else None):
                return await work
        except TimeoutError:
            # It may still be stored: the same delivery again is then recognised.
            return _problem(503, "Cannot store now", "The delivery may not be stored. Send it again.", "5")


def _sends_a_body(scope: Scope) -> bool:
    """Whoever asks first whether he may (`Expect`) is answered before he sends."""
    return not scope.headers.get("expect") and any(
        scope.headers.get(name) not in (None, "0") for name in ("content-length", "transfer-encoding")
    )


async def _throw_away(protocol: HTTPProtocol) -> None:
    """Read on without keeping anything, for a moment."""
    seen = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(SECONDS_FOR_THROWING_AWAY):
            async for chunk in protocol:
                seen += len(chunk)
                if seen > MOST_THROWN_AWAY:
                    return


def _bytes_to_read(scope: Scope) -> int:
    """0 for a body of unknown length or beyond the limit: it stays unread, and the view refuses it by its headers."""
    announced = scope.headers.get("content-length") or ""
    if not (announced.isascii() and announced.isdigit()):
        return 0
    limit = LONGEST_HOOK if scope.path.startswith(edge.HOOKS) else LONGEST_BODY
    return int(announced) if len(announced) < 12 and int(announced) <= limit else 0


def _environ(scope: Scope, body: bytearray) -> dict[str, Any]:
    environ: dict[str, Any] = dict(FIXED)
    environ["REQUEST_METHOD"] = scope.method
    # WSGI's strings are bytes in disguise.
    environ["PATH_INFO"] = scope.path.encode().decode("latin-1")
    environ["QUERY_STRING"] = scope.query_string
    environ["SERVER_NAME"], _, environ["SERVER_PORT"] = scope.server.rpartition(":")
    environ["REMOTE_ADDR"] = scope.client.rpartition(":")[0].strip("[]")
    environ["SERVER_PROTOCOL"] = f"HTTP/{scope.http_version}"
    environ["wsgi.url_scheme"] = scope.scheme
    environ["wsgi.input"] = BytesIO(body)
    for name, value in scope.headers.items():
        if "_" in name:
            continue  # x_forwarded_for would pass for x-forwarded-for.
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        if key in environ:
            value = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
        environ[key] = value
    return environ


def _call(answer: Wsgi, environ: dict[str, Any]) -> Answer:
    """One WSGI call with all that belongs to it, in this thread."""
    begun: list[tuple[int, Headers]] = []

    def start_response(status: str, headers: Headers, exc_info: object = None) -> None:
        begun.append((int(status[:3]), headers))

    result = answer(environ, start_response)
    try:
        content = b"".join(result)
    finally:
        close = getattr(result, "close", None)
        if close:
            close()
    status, headers = begun[-1]
    return status, headers, content


def _send(protocol: HTTPProtocol, answer: Answer) -> None:
    try:
        protocol.response_bytes(*answer)
    except ProtocolClosed:
        return  # Whoever asked has gone.


def _problem(status: int, title: str, detail: str, retry_after: str = "") -> Answer:
    response = edge.problem(status, title, detail)
    if retry_after:
        response.headers["Retry-After"] = retry_after
    return status, [(name.lower(), value) for name, value in response.items()], response.content


if "SWITCHYARD_SUPERVISED" in os.environ:
    # This file is loaded by granian's workers; one whose granian was killed must not go on with the port.
    processes.tie_to_parent(signal.SIGTERM)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django: Any = get_wsgi_application()
# A drawn tree of a thousand rules makes a million objects and hardly a cycle: looking for some took 40 % of an edit.
garbage.leave_what_is_loaded()
application = Door(_django)
