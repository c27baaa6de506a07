"""The web server with the product's door before a small WSGI program: what slow, cut-off and odd senders get."""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import application
from config.embedded import processes

PROGRAM = """
import json, time
from config import door

door.SECONDS_FOR_A_BODY = 1.0
door.MOST_AT_ONCE = 30

def echo(environ, start_response):
    body = environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/sleep":
        time.sleep(0.5)
    told = {key: value for key, value in environ.items() if isinstance(value, str)}
    answer = json.dumps({**told, "body": len(body)}).encode()
    start_response("200 OK", [("content-type", "application/json"), ("content-length", str(len(answer)))])
    return [answer]

application = door.Door(echo)
"""
POST = b"POST /in/web/ HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "program.py").write_text(PROGRAM)
        free = application.free_port("127.0.0.1", 18100 + os.getpid() % 1000)
        command = [word.replace("config.door", "program") for word in application.web_server("127.0.0.1", free)]
        with subprocess.Popen(
            [sys.executable, *command],
            env={**os.environ, "PYTHONPATH": folder, "DJANGO_SETTINGS_MODULE": "config.settings"},
        ) as server:
            assert processes.wait_until(lambda: _listens(free), 30)
            yield free
            server.terminate()


def _listens(port: int) -> bool:
    try:
        return json.loads(get(port, "/"))["PATH_INFO"] == "/"
    except OSError:
        return False


def get(port: int, path: str, headers: dict[str, str] | None = None) -> bytes:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    line.request("GET", path, headers=headers or {})
    return line.getresponse().read()


def send(port: int, raw: bytes) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), 5)
    line.sendall(raw)
    return line


def answer(line: socket.socket) -> tuple[int, dict[str, object]]:
    line.settimeout(10)
    response = http.client.HTTPResponse(line)
    response.begin()
    return response.status, json.loads(response.read())


def test_senders_that_stop_half_way_hold_up_nobody_and_are_told_so(port: int) -> None:
    slow = [send(port, POST + b"Content-Length: 10\r\n\r\nab") for _ in range(20)]

    begun = time.monotonic()
    assert json.loads(get(port, "/"))["REQUEST_METHOD"] == "GET"
    assert time.monotonic() - begun < 0.9

    assert {answer(line)[0] for line in slow} == {408}


def test_a_body_that_was_cut_off_never_passes_for_the_whole(port: int) -> None:
    line = send(port, POST + b"Content-Length: 10\r\n\r\nab")
    line.shutdown(socket.SHUT_WR)
    line.settimeout(5)

    assert b"200 OK" not in line.recv(1000)


@pytest.mark.parametrize(
    "announced", [b"Content-Length: 1048577\r\n", b"Content-Length: 1073741824\r\nExpect: 100-continue\r\n"]
)
def test_a_hook_that_is_too_long_is_not_read_and_keeps_its_announced_length(port: int, announced: bytes) -> None:
    status, seen = answer(send(port, POST + announced + b"\r\n" + b"x" * 1000))

    assert status == 200
    assert seen["body"] == 0
    assert int(str(seen["CONTENT_LENGTH"])) > 1048576


def test_whoever_sends_a_hook_that_is_too_long_whole_is_not_cut_off_before_he_hears_why(port: int) -> None:
    """Closed with a part of the body unread, the connection takes the answer with it."""
    line = send(port, POST + b"Content-Length: 1048577\r\n\r\n")
    for size in (500_000, 500_000, 48_577):
        time.sleep(0.05)
        line.sendall(b"x" * size)

    assert answer(line)[1]["CONTENT_LENGTH"] == "1048577"


def test_a_chunked_body_is_left_for_the_view_to_refuse(port: int) -> None:
    status, seen = answer(send(port, POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))

    assert (status, seen["body"], seen["HTTP_TRANSFER_ENCODING"]) == (200, 0, "chunked")
    assert "CONTENT_LENGTH" not in seen


def test_a_whole_body_arrives_also_in_pieces(port: int) -> None:
    line = send(port, POST + b"Content-Length: 300000\r\n\r\n")
    for _ in range(3):
        line.sendall(b"x" * 100_000)
        time.sleep(0.05)

    assert answer(line)[1]["body"] == 300_000


def test_headers_arrive_as_wsgi_has_them_and_none_passes_for_another(port: int) -> None:
    raw = (
        b"GET /in/a%C3%A4%2Fb?q=%41&x HTTP/1.1\r\nHost: shop.example\r\nCookie: a=1\r\nCookie: b=2\r\n"
        b"X-Forwarded-For: 1.2.3.4\r\nX_Forwarded_For: 6.6.6.6\r\nAccept: a\r\nAccept: b\r\n\r\n"
    )

    _, seen = answer(send(port, raw))

    assert seen["PATH_INFO"] == "/in/aä/b".encode().decode("latin-1")
    assert seen["QUERY_STRING"] == "q=%41&x"
    assert seen["HTTP_HOST"] == "shop.example"
    assert seen["HTTP_COOKIE"] == "a=1; b=2"
    assert seen["HTTP_ACCEPT"] == "a,b"
    assert seen["HTTP_X_FORWARDED_FOR"] == "1.2.3.4"
    assert seen["REMOTE_ADDR"] == "127.0.0.1"


def test_whoever_comes_when_all_places_are_taken_is_sent_away_at_once(port: int) -> None:
    lines = [send(port, b"GET /sleep HTTP/1.1\r\nHost: localhost\r\n\r\n") for _ in range(120)]

    begun = time.monotonic()
    statuses = []
    for line in reversed(lines):
        line.settimeout(0.01)
        try:
            statuses.append(line.recv(12))
        except TimeoutError:
            continue
    for line in lines:
        line.close()

    assert statuses.count(b"HTTP/1.1 503") >= 30
    assert time.monotonic() - begun < 5
    assert processes.wait_until(lambda: b"REQUEST_METHOD" in get(port, "/"), 40)


def test_a_request_that_was_begun_is_finished_when_the_server_stops(port: int) -> None:
    free = application.free_port("127.0.0.1", port + 1)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "program.py").write_text(PROGRAM)
        command = [word.replace("config.door", "program") for word in application.web_server("127.0.0.1", free)]
        with subprocess.Popen(
            [sys.executable, *command],
            env={**os.environ, "PYTHONPATH": folder, "DJANGO_SETTINGS_MODULE": "config.settings"},
        ) as server:
            assert processes.wait_until(lambda: _listens(free), 30)
            line = send(free, b"GET /sleep HTTP/1.1\r\nHost: localhost\r\n\r\n")
            time.sleep(0.2)

            server.terminate()

            assert answer(line)[0] == 200
            assert server.wait(10) == 0


def test_what_is_only_announced_keeps_nobody_out(port: int) -> None:
    """Twenty-four idle senders once held 8 MiB each of the room for bodies, with a hundred bytes."""
    head = b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8388608\r\n\r\n{"
    idle = [send(port, head) for _ in range(24)]

    status, _ = answer(send(port, POST + b"Content-Length: 2\r\n\r\n{}"))

    assert status == 200
    for line in idle:
        line.close()


@pytest.mark.parametrize("kind", [b"application/json; charset*0=a; charset*=b", b"multipart/form-data; boundary*0*=x"])
def test_a_content_type_in_numbered_parts_is_refused_and_breaks_nothing(port: int, kind: bytes) -> None:
    status, problem = answer(send(port, POST + b"Content-Type: " + kind + b"\r\nContent-Length: 2\r\n\r\n{}"))

    assert (status, problem["status"]) == (415, 415)
