import signal
import smtplib
import subprocess
import sys
import time

import pytest

from config.application import free_port
from config.embedded.processes import wait_until
from config.places import PROJECT
from outgoing.calls import TookTooLong, Unreachable, call
from tests.outside.journal import Journal
from tests.outside.web import Sink


def post(one, path="/hook", seconds=2.0, **headers):
    return call("POST", one.url(path), headers=headers, body=b'{"a": 1}', allowed=[one.origin], seconds=seconds)


def test_what_came_is_written_down_with_its_key(outside):
    assert post(outside, **{"webhook-id": "m1"}).status == 200

    [one] = outside.received("/hook")
    assert (one.key, one.json, one.headers["webhook-id"]) == ("m1", {"a": 1}, "m1")


@pytest.mark.parametrize(("mode", "status"), [("ok", 200), ("fail", 500), ("limited", 429), ("gone", 410)])
def test_it_answers_as_it_is_told_by_path(outside, mode, status):
    outside.behave(mode, path="/teams")

    assert post(outside, "/teams/x").status == status
    assert post(outside, "/slack").status == 200
    assert len(outside.received()) == 2


def test_it_is_slow_hangs_drips_and_cuts_the_line_but_has_written_it_down(outside):
    outside.behave("slow", path="/slow", seconds=0.3)
    for mode in ("hang", "drip", "reset"):
        outside.behave(mode, path=f"/{mode}")
    started = time.monotonic()
    assert post(outside, "/slow").status == 200
    assert time.monotonic() - started >= 0.3
    for path in ("/hang", "/drip"):
        with pytest.raises(TookTooLong):
            post(outside, path, seconds=0.4)
    with pytest.raises(Unreachable):
        post(outside, "/reset")

    assert [one.path for one in outside.received()] == ["/slow", "/hang", "/drip", "/reset"]


def test_both_run_in_a_process_of_their_own(tmp_path):
    port = free_port("127.0.0.1", 21_000)
    smtp_port = free_port("127.0.0.1", port + 1)
    words = [sys.executable, "-m", "tests.outside", str(tmp_path), str(port), str(smtp_port)]
    process = subprocess.Popen(words, cwd=PROJECT)
    try:
        one = Sink(f"http://127.0.0.1:{port}", Journal(tmp_path / "web.jsonl"))
        assert wait_until(lambda: answers(one), 20)
        one.behave("fail")
        assert post(one).status == 500
        with smtplib.SMTP("127.0.0.1", smtp_port, timeout=10) as smtp:
            smtp.sendmail("a@example.com", ["b@example.com"], b"Message-ID: <1@example.com>\r\n\r\nHello\r\n")
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0

    assert "/hook" in [one.path for one in one.received()]
    assert Journal(tmp_path / "mail.jsonl").keys("smtp:b@") == ["<1@example.com>"]


def answers(one):
    try:
        one.behave("ok")
    except OSError:
        return False
    return True
