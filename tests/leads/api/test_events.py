"""Deliveries by the API: what came as it came, and reading it again."""

from __future__ import annotations

import base64

import pytest

from leads.models import InboundEvent, Lead
from leads.pipeline import route_waiting
from tests.organisation import NOON, make_event


def test_a_delivery_is_shown_as_it_arrived(company, programs) -> None:
    shown = programs["olivia"].get(f"events/{company.event.pk}/").json()

    assert shown["body"] == '{"email": "ada@customer.example"}'
    assert shown["body_encoding"] == "text"
    assert shown["size"] == 33
    assert shown["headers"] == {"user-agent": "test"}
    assert shown["status"] == "routed"
    assert shown["leads"] == [company.adas.pk]


@pytest.mark.parametrize("body", [b"\xff\xfe", b'{"a": "\x00"}'])
def test_a_body_that_is_no_text_is_shown_whole_all_the_same(company, programs, body) -> None:
    event = make_event(body=body)

    shown = programs["olivia"].get(f"events/{event.pk}/").json()

    assert shown["body_encoding"] == "base64"
    assert base64.b64decode(shown["body"]) == body


def test_events_are_listed_without_their_bodies(company, programs) -> None:
    make_event(problem="No e-mail.")

    rows = programs["olivia"].get("events/", status="quarantined").json()["results"]

    assert [row["problem"] for row in rows] == ["No e-mail."]
    assert "body" not in rows[0]
    assert len(programs["olivia"].get("events/").json()["results"]) == 2
    assert programs["olivia"].get("events/", received_before=NOON.isoformat()).json()["results"] == []
    assert programs["olivia"].get("events/", source="elsewhere").json()["results"] == []


def test_replaying_reads_a_delivery_again_and_brings_nothing_in_twice(company, programs) -> None:
    event = make_event(body=b'{"email": "grace@customer.example", "name": "Grace"}', problem="No e-mail.")
    before = Lead.objects.count()

    for _ in range(2):
        answer = programs["olivia"].post(f"events/{event.pk}/replay/")
        assert (answer.status_code, answer.json()["status"], answer.json()["problem"]) == (200, "waiting", "")
        route_waiting()

    assert InboundEvent.objects.get(pk=event.pk).status == "routed"
    assert Lead.objects.count() == before + 1
    assert len(programs["olivia"].get(f"events/{event.pk}/").json()["leads"]) == 1


@pytest.mark.parametrize("address", ["events/00000000-0000-0000-0000-000000000000/", "events/1/", "events/x/replay/"])
def test_an_event_that_is_not_there_is_not_found(company, programs, address) -> None:
    assert programs["olivia"].get(address).status_code in (404, 405)
    assert programs["olivia"].post(address).status_code in (404, 405)
