"""Sends the cases of `cases.json` as they are written: placeholders, generated bodies, signatures of every kind."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import http.client
import json
import random
import re
import socket
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.faults.organisation import EXPIRED_KEY, KEY, OLD_KEY, OTHER_KEY

Json = dict[str, Any]
Headers = list[tuple[str, str]]
PATIENCE = 15.0
UNTOUCHED = "/?&=%:+-._~!$'()*,;@[]"
ROUTES = {
    "{webhook}": "/in/signed/",
    "{webhook_dblslash}": "/in//signed/",
    "{webhook_unknown}": "/in/nosuch/",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; status 0: the connection was closed without a word."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    took: float

    @property
    def json(self) -> Json:
        found: Json = json.loads(self.content)
        return found


@dataclass(slots=True)
class Names:
    """The placeholders of one case: `$UNIQ` is new each time, `$CONST…` the same for the whole case."""

    constants: dict[str, str] = field(default_factory=dict)

    def fill(self, value: Any) -> Any:
        if isinstance(value, dict):
            if value.get("gen") == "repeat":
                middle = value["unit"] * value["n"] + value.get("mid", "") + value.get("unit2", "") * value["n"]
                return self.fill(value["prefix"]) + middle + value["suffix"]
            return {self.fill(key): self.fill(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.fill(each) for each in value]
        if not isinstance(value, str) or "$" not in value:
            return value
        value = value.replace("$UNIQ", "u" + uuid.uuid4().hex[:16])
        return re.sub(r"\$CONST\d", lambda found: self.constants.setdefault(found[0], uuid.uuid4().hex[:12]), value)


def body_of(case: Json, names: Names) -> bytes:
    kind, body = case["body_kind"], case["body"]
    match kind:
        case "none" | "socket" | "socket_slow":
            return b""
        case "raw":
            return str(names.fill(body)).encode("utf-8", "surrogatepass")
        case "base64":
            return base64.b64decode(body)
        case "gen":
            return str(names.fill(body)).encode()
        case "keys":
            return json.dumps({f"k{number}": number for number in range(body)}).encode()
        case "utf16":
            return json.dumps(names.fill(body)).encode("utf-16")
        case "gzip":
            return gzip.compress(json.dumps(names.fill(body)).encode())
        case "json":
            return json.dumps(names.fill(body)).encode()
    raise AssertionError(f"{case['id']}: nobody knows how to make a body of the kind {kind}")


def signature(mode: str, body: bytes, message: str) -> Headers:
    """The three headers of Standard Webhooks, right or wrong in the way the case asks for."""
    mode, _, argument = mode.partition(":")
    if mode == "none":
        return []
    now = int(time.time())
    stamp = str(now)
    if mode == "ts_raw":
        stamp = str(now + int(argument)) if re.fullmatch(r"[+-]\d{2,}", argument) else argument
    if mode == "id_raw":
        message = "a" * int(argument[2:]) if argument.startswith("@a") else argument
    keys = {"wrong_key": b"w" * 32, "other": OTHER_KEY, "old_key_in_window": OLD_KEY, "old_key_expired": EXPIRED_KEY}
    mac = hmac.new(keys.get(mode, KEY), f"{message}.{stamp}.".encode() + body, hashlib.sha256)
    right = "v1," + base64.b64encode(mac.digest()).decode()
    wrong = f"v1,{'A' * 43}="
    found = {
        "truncated": [right[:11]],
        "sig_raw": [argument],
        "many_1000": [" ".join([wrong] * 1000)],
        "timing": [f"v1,{random.choice('A/')}{'A' * 42}="],
        "dup_header": [wrong, right],
    }.get(mode, [right])
    headers = [("webhook-id", message)]
    if mode != "missing_ts":
        headers.append(("webhook-timestamp", stamp))
    return headers + [("webhook-signature", each) for each in found]


def run(case: Json, host: str, port: int, *, limit: int) -> list[Answer]:
    """Send the case as often and as much at once as it says, but at most `limit` times."""
    names = Names()
    again = case["sign"] in ("replay", "retry_fresh_ts")
    message, first = f"msg_{uuid.uuid4().hex}", body_of(case, names)
    replayed = signature(case["sign"], first, message)

    def once(number: int) -> Answer:
        if case["body_kind"].startswith("socket"):
            return _through_a_socket(case, host, port)
        body = first if again or number == 0 else body_of(case, names)
        if case["sign"] == "replay":
            signed = replayed
        else:
            signed = signature(case["sign"], body, message if again else f"msg_{uuid.uuid4().hex}")
        return post(case, host, port, body, signed)

    times = case["parallel"] if case["body_kind"] == "socket_slow" else min(case["repeat"], limit)
    with ThreadPoolExecutor(max(1, min(case["parallel"], times))) as crew:
        return list(crew.map(once, range(times)))


def path_of(case: Json) -> str:
    path: str = case["path"]
    for name, route in ROUTES.items():
        path = path.replace(name, route)
    return path


def post(case: Json, host: str, port: int, body: bytes, signed: Headers, *, path: str = "") -> Answer:
    headers = [(name, str(value)) for name, value in case["headers"].items() if not name.startswith("@")]
    headers += [(f"X-{number}", "a") for number in range(case["headers"].get("@many", 0))]
    chunked = ("Transfer-Encoding", "chunked") in headers
    line = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    started = time.monotonic()
    try:
        line.putrequest(
            case["method"], quote(path or path_of(case), safe=UNTOUCHED), skip_host="Host" in case["headers"]
        )
        for name, value in headers + signed:
            line.putheader(name, value.encode())
        if not chunked:
            line.putheader("Content-Length", str(len(body)))
        line.endheaders(message_body=iter([body]) if chunked else body, encode_chunked=chunked)
        response = line.getresponse()
        content = response.read()
        headers_back = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers_back, content, time.monotonic() - started)
    except (OSError, http.client.HTTPException):
        return Answer(0, {}, b"", time.monotonic() - started)
    finally:
        line.close()


def _through_a_socket(case: Json, host: str, port: int) -> Answer:
    """What no client would send, byte for byte; `socket_slow` goes on with a byte a second until it is stopped."""
    started = time.monotonic()
    text = case["body"].replace("{path}", path_of(case)).replace("{host}", host)
    with socket.create_connection((host, port), 5) as line:
        line.settimeout(5)
        line.sendall(text.encode("latin-1"))
        if case["body_kind"] == "socket_slow":
            _drip(line)
        try:
            found = line.recv(65536)
        except OSError:
            found = b""
    head, _, content = found.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (each.partition(":") for each in rest)}
    status = int(first.split()[1]) if first.startswith("HTTP") else 0
    return Answer(status, headers, content, time.monotonic() - started)


def _drip(line: socket.socket) -> None:
    """A byte a second, until the other side has had enough or a minute is over."""
    line.settimeout(1)
    for _ in range(60):
        try:
            line.sendall(b"a")
            line.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            continue
        except OSError:
            return
        return
