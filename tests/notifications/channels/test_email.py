import threading
import time
from datetime import UTC, datetime

import pytest

from notifications.channels import Message, NotSent, check
from notifications.channels import email as by_email

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
KEY = "6d0a4c50-8f2e-4f4b-9d3c-000000000001"


def message(**values):
    said = {
        "key": KEY,
        "kind": "assigned",
        "to": "ada@example.com",
        "person": "Ada",
        "subject": "New lead: Grace Hopper, Navy",
        "text": "Grace Hopper asks for a demo.\nBecause she is in your territory.",
        "link": "https://leads.example.com/leads/1/",
        "accept": "https://leads.example.com/act/t0ken/",
        "context": {},
        "at": NOON,
    }
    return Message(**{**said, **values})


def test_a_letter_arrives_as_text_and_as_html_with_the_key_as_its_id(post_office):
    by_email.send(message(), {})

    [letter] = post_office.letters("ada@example.com")
    assert letter["Subject"] == "New lead: Grace Hopper, Navy"
    assert letter["To"] == "ada@example.com"
    assert letter["From"] == "Switchyard <leads@switchyard.example>"
    assert letter["Message-ID"] == f"<{KEY}@switchyard.example>"
    text = letter.get_body(("plain",)).get_content()
    assert "Grace Hopper asks for a demo." in text
    assert "https://leads.example.com/act/t0ken/" in text
    assert '<a href="https://leads.example.com/leads/1/">' in letter.get_body(("html",)).get_content()


def test_every_repeat_has_the_same_id(post_office):
    by_email.send(message(), {})
    by_email.send(message(), {})

    assert len(post_office.keys()) == 2
    assert len(set(post_office.keys())) == 1


def test_what_a_lead_calls_himself_is_text_and_nothing_else(post_office):
    name = "Eve\r\nBcc: everybody@example.com\r\n\r\n<script>alert(1)</script>{{ 7|add:7 }}"
    by_email.send(message(subject=name, text=name), {})

    [letter] = post_office.letters()
    assert letter["Bcc"] is None
    assert letter["Subject"].startswith("Eve Bcc: everybody@example.com <script>")
    html = letter.get_body(("html",)).get_content()
    assert "<script>" not in html
    assert "{{ 7|add:7 }}" in html


@pytest.mark.parametrize(
    "to", ["", "ada", "ada@example.com\r\nRCPT TO:<eve@example.com>", "a@example.com, b@example.com"]
)
def test_an_address_that_is_none_is_written_to_no_second_time(post_office, to):
    with pytest.raises(NotSent) as told:
        by_email.send(message(to=to), {})

    assert told.value.permanent
    assert post_office.received() == []


@pytest.mark.parametrize(
    ("mode", "permanent", "status"), [("refuse", True, 550), ("temporary", False, 451), ("reject", True, 554)]
)
def test_what_the_server_says_decides_whether_it_is_tried_again(post_office, mode, permanent, status):
    post_office.behave(mode)

    with pytest.raises(NotSent) as told:
        by_email.send(message(), {})

    assert (told.value.permanent, told.value.status) == (permanent, status)
    assert "ada" not in told.value.problem


def test_a_server_that_is_down_is_tried_again(post_office):
    post_office.stop()

    with pytest.raises(NotSent) as told:
        by_email.send(message(), {})

    assert not told.value.permanent
    assert "could not be reached" in told.value.problem


def test_a_server_that_does_not_answer_is_cut_off(post_office, monkeypatch):
    monkeypatch.setattr(by_email, "LONGEST_S", 0.5)
    post_office.behave("slow", seconds=5)
    started = time.monotonic()

    with pytest.raises(NotSent) as told:
        by_email.send(message(), {})

    assert time.monotonic() - started < 3
    assert not told.value.permanent
    assert len(post_office.received()) == 1  # it had it, and may get it again: with the same id


def test_two_letters_at_once_do_not_wait_for_each_other(post_office):
    post_office.behave("slow", to="slow@example.com", seconds=3)
    slow = threading.Thread(target=by_email.send, args=(message(to="slow@example.com"), {}))
    slow.start()
    started = time.monotonic()

    by_email.send(message(), {})

    assert time.monotonic() - started < 2
    slow.join()


def test_without_a_server_the_kind_cannot_be_set_up(settings):
    settings.EMAIL_HOST = ""

    assert check("email", {}) == [("kind", "E-mail needs a server: the operator names it in EMAIL_HOST.")]
    with pytest.raises(NotSent):
        by_email.send(message(), {})


def test_with_one_it_needs_nothing_more(post_office):
    assert check("email", {}) == []
    assert check("email", {"host": "x"}) == [("settings", "E-mail has no settings of its own.")]
    assert check("pigeon", {}) == [("kind", "There is no such kind of channel.")]
