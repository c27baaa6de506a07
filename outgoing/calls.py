"""One call out: to the address that was checked and no other, within its time, and no redirect is followed.

The name is resolved once. What is connected to is one of the checked addresses, and the socket is asked whom it
reached; certificate, SNI and Host are those of the name. The time is that of the whole call, so that somebody who sends
a byte a second is cut off too.
"""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from typing import Any

import httpcore

from outgoing.addresses import Refused, Target, checked, target_of

LONGEST_S = 10.0
LARGEST_ANSWER = 64 * 1024  # bytes

Resolve = Callable[[str, int], Collection[str]]


class TookTooLong(Exception):
    """The answer had not come, or not wholly, when its time was over."""


class Unreachable(Exception):
    """No connection, no valid certificate, or no HTTP; the kind of failure, without what was said."""


class TooLarge(Exception):
    """The answer is larger than anybody reads."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. Of its headers only what says how long to wait is kept."""

    status: int
    body: bytes
    retry_after: str = ""


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, by the system's resolver."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes = b"",
    seconds: float = LONGEST_S,
    allowed: Collection[str] = (),
    resolver: Resolve = resolve,
) -> Reply:
    """Ask, and give back the status and the answer. Raises `Refused`, `TookTooLong`, `Unreachable` or `TooLarge`."""
    target = target_of(url, allowed)
    deadline = time.monotonic() + min(seconds, LONGEST_S)
    sent = [("Accept-Encoding", "identity"), ("Connection", "close"), *headers.items()]
    gate = _Gate(target, deadline, resolver)
    try:
        with (
            httpcore.ConnectionPool(ssl_context=_trusted(), network_backend=gate, max_keepalive_connections=0) as pool,
            pool.stream(method, target.url, headers=sent, content=body or None) as response,
        ):
            return Reply(response.status, _whole(response.iter_stream()), _header(response, b"retry-after"))
    except (httpcore.TimeoutException, TimeoutError) as late:
        raise TookTooLong from late
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as failure:
        raise Unreachable(type(failure).__name__) from failure


def _header(response: httpcore.Response, name: bytes) -> str:
    found = (value for sent, value in response.headers if sent.lower() == name)
    return next(found, b"").decode("latin-1")


def _whole(chunks: Iterable[bytes]) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise TooLarge
    return bytes(body)


@cache
def _trusted() -> ssl.SSLContext:
    """Whom the machine trusts: an operator adds his own authority there."""
    return ssl.create_default_context()


class _Gate(httpcore.NetworkBackend):
    """Opens connections for one call: only to checked addresses of its target, and only until its deadline."""

    def __init__(self, target: Target, deadline: float, resolver: Resolve) -> None:
        self._target, self._deadline, self._resolver = target, deadline, resolver
        self._system = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        if (host, port) != (self._target.host, self._target.port):
            raise Refused("Another host than the one that was checked.")
        failure: Exception | None = None
        for address in self._addresses():
            try:
                stream = self._system.connect_tcp(address, port, timeout=_left(self._deadline))
            except httpcore.ConnectError as refused:
                failure = refused
                continue
            reached = stream.get_extra_info("server_addr")[0]
            if ip_address(reached) != ip_address(address):
                stream.close()
                raise Refused("The connection led to another address than the one that was checked.")
            return _Stream(stream, self._deadline)
        raise failure or httpcore.ConnectError("no address")

    def _addresses(self) -> Collection[str]:
        found = _resolved(self._resolver, self._target, self._deadline)
        return found if self._target.believed else checked(found)


def _resolved(resolver: Resolve, target: Target, deadline: float) -> Collection[str]:
    """The resolver has no time limit of its own, so it is asked aside, and left behind if it does not answer."""
    answers: queue.Queue[Collection[str] | OSError] = queue.Queue()

    def ask() -> None:
        try:
            answers.put(resolver(target.host, target.port))
        except (OSError, UnicodeError) as failure:
            answers.put(OSError(type(failure).__name__))

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    try:
        found = answers.get(timeout=_left(deadline))
    except queue.Empty as late:
        raise TimeoutError from late
    if isinstance(found, OSError):
        raise found
    return found


class _Stream(httpcore.NetworkStream):
    """A connection on which every read and write ends with the call."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, timeout=_left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout=_left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, timeout=_left(self._deadline))
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left
