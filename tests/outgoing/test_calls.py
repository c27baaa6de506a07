import socket
import threading

import pytest

from outgoing import calls
from outgoing.addresses import Refused
from outgoing.calls import TookTooLong, TooLarge, Unreachable, call
from tests.vendor import vendor


def ask(one, **values):
    return call("GET", f"{one.origin}/v1", headers={}, allowed=[one.origin], **values)


def test_an_answer_comes_with_its_status():
    with vendor() as one:
        one.status, one.answer = 404, {"a": 1}

        assert ask(one) == calls.Reply(404, b'{"a": 1}')


def test_the_name_is_sent_and_no_compression_is_asked_for():
    with vendor() as one:
        call("POST", f"{one.origin}/v1", headers={"X-Key": "k"}, body=b"{}", allowed=[one.origin])

        method, path, headers, body = one.asked[0]
        assert (method, path, body) == ("POST", "/v1", b"{}")
        assert headers["Host"] == one.origin.removeprefix("http://")
        assert headers["Accept-Encoding"] == "identity"
        assert headers["X-Key"] == "k"


def test_no_redirect_is_followed():
    with vendor() as one:
        one.mode = "redirect"

        assert ask(one).status == 302
        assert len(one.asked) == 1


@pytest.mark.parametrize(("mode", "delay"), [("trickle", 0.0), ("", 2.0)])
def test_whoever_is_slow_is_cut_off_in_the_middle_of_a_byte_a_second_too(mode, delay):
    with vendor() as one:
        one.mode, one.delay = mode, delay

        with pytest.raises(TookTooLong):
            ask(one, seconds=0.4)


def test_more_than_64_kilobytes_are_not_read():
    with vendor() as one:
        one.answer = b"x" * 65_537
        with pytest.raises(TooLarge):
            ask(one)

        one.answer = b"x" * 65_536
        assert len(ask(one).body) == 65_536


def test_nobody_there_and_no_http_are_failures_of_the_vendor():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(Unreachable):
            call("GET", origin, headers={}, allowed=[origin])


def inside(seen):
    """A server on this machine that must never be reached."""
    server = socket.create_server(("127.0.0.1", 0))

    def listen():
        try:
            connection, _ = server.accept()
        except OSError:
            return
        seen.append(connection.recv(10))
        connection.close()

    threading.Thread(target=listen, daemon=True).start()
    return server


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["::ffff:127.0.0.1"], ["93.184.216.34", "127.0.0.1"], []])
def test_a_name_that_leads_inside_is_not_connected_to(answers, monkeypatch):
    seen: list[bytes] = []
    server = inside(seen)
    monkeypatch.setattr("outgoing.addresses.PORTS", (443, server.getsockname()[1]))
    try:
        with pytest.raises(Refused):
            call(
                "GET",
                f"https://api.example.com:{server.getsockname()[1]}/",
                headers={},
                resolver=lambda host, port: answers,
                seconds=2,
            )
    finally:
        server.close()

    assert seen == []


def test_the_guard_guards_without_it_the_inside_is_reached(monkeypatch):
    seen: list[bytes] = []
    server = inside(seen)
    monkeypatch.setattr("outgoing.addresses.PORTS", (443, server.getsockname()[1]))
    monkeypatch.setattr("outgoing.addresses.is_public", lambda address: True)
    try:
        with pytest.raises(Unreachable):  # it speaks no TLS
            call(
                "GET",
                f"https://api.example.com:{server.getsockname()[1]}/",
                headers={},
                resolver=lambda host, port: ["127.0.0.1"],
                seconds=2,
            )
    finally:
        server.close()

    assert seen


def test_the_name_is_looked_up_once_so_that_its_second_answer_is_never_used():
    asked: list[str] = []

    def resolver(host, port):
        asked.append(host)
        return ["10.0.0.1"]

    with pytest.raises(Refused):
        call("GET", "https://api.example.com/", headers={}, resolver=resolver, seconds=2)
    assert asked == ["api.example.com"]


def test_a_socket_that_reached_somebody_else_is_closed(monkeypatch):
    with vendor() as one:
        monkeypatch.setattr("outgoing.calls.ip_address", lambda text: object())

        with pytest.raises(Refused):
            ask(one)
        assert one.asked == []


def test_a_resolver_that_hangs_does_not_hold_the_call():
    freed = threading.Event()

    def resolver(host, port):
        freed.wait(9)
        return []

    try:
        with pytest.raises(TookTooLong):
            call(
                "GET",
                "https://api.example.com/",
                headers={},
                resolver=resolver,
                seconds=0.3,
            )
    finally:
        freed.set()


def test_how_long_to_wait_is_kept_of_the_headers():
    with vendor() as one:
        one.status, one.headers = 429, {"Retry-After": "7"}

        assert ask(one).retry_after == "7"
