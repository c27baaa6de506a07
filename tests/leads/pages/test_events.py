"""Events: what was sent, what became of it, and reading it again."""

import pytest
from django.test import Client
from django.utils import timezone

from leads import pipeline
from leads.models import Alarm, InboundEvent, Lead
from leads.pages.events import body_as_text, masked
from tests.office import HEALTH, MAYA, arrive, send, signed_in

pytestmark = pytest.mark.usefixtures("office")


def listed(query: str = "") -> str:
    return signed_in(MAYA).get(f"/events/{query}").content.decode()


def quarantined() -> InboundEvent:
    answer = Client().post("/in/website/", {"score": 7}, content_type="application/json")
    while pipeline.route_waiting():
        pass
    return InboundEvent.objects.get(pk=answer.json()["event"])


def test_a_delivery_is_listed_with_what_it_became() -> None:
    arrive("Priya Raman", **HEALTH)
    event = quarantined()

    shown = listed()

    assert "Routed" in shown
    assert "Priya Raman" in shown
    assert "Quarantined" in shown
    assert event.problem[:40] in shown


def test_a_delivery_that_came_twice_says_so() -> None:
    send("Priya Raman", **HEALTH)
    assert Client().post("/in/website/", bytes(InboundEvent.objects.get().body), "application/json").status_code == 200

    assert "+1" in listed()
    assert "Website form" in listed("?status=copies")


@pytest.mark.parametrize(
    ("query", "count"), [("?status=quarantined", 1), ("?status=routed", 1), ("?status=waiting", 0)]
)
def test_deliveries_are_found_by_status(query: str, count: int) -> None:
    arrive("Priya Raman", **HEALTH)
    quarantined()

    assert listed(query).count("Open<span") == count


def test_an_event_shows_its_body_and_its_headers() -> None:
    event = quarantined()

    shown = signed_in(MAYA).get(f"/events/{event.pk}/").content.decode()

    assert "&quot;score&quot;: 7" in shown
    assert "application/json" in shown
    assert event.problem[:40] in shown


def test_a_mended_event_is_read_again_and_becomes_a_lead() -> None:
    event = quarantined()
    event.source.mapping = {"company": "'Score ' && to_string(score)"}
    InboundEvent.objects.filter(pk=event.pk).update(body=b'{"email": "ada@northwind.example"}')

    answer = signed_in(MAYA).post(f"/events/{event.pk}/replay/", follow=True)
    while pipeline.route_waiting():
        pass

    assert "The delivery is read again" in answer.content.decode()
    assert Lead.objects.get().email == "ada@northwind.example"
    assert InboundEvent.objects.get().status == InboundEvent.Status.ROUTED


def test_reading_an_event_again_brings_nobody_in_twice() -> None:
    lead = arrive("Priya Raman", **HEALTH)
    event = InboundEvent.objects.get()

    signed_in(MAYA).post(f"/events/{event.pk}/replay/")
    while pipeline.route_waiting():
        pass

    assert Lead.objects.get() == lead
    assert lead.assignments.count() == 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("authorization", "•••• (9 characters)"),
        ("X-Api-Key", "•••• (9 characters)"),
        ("webhook-signature", "•••• (9 characters)"),
        ("cookie", "•••• (9 characters)"),
        ("x-hook-token", "•••• (9 characters)"),
        ("content-type", "abcdefghi"),
        ("webhook-id", "abcdefghi"),
        ("idempotency-key", "abcdefghi"),
    ],
)
def test_what_could_open_a_door_is_masked(name: str, shown: str) -> None:
    assert masked(name, "abcdefghi") == shown


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b'{"a":1}', '{\n  "a": 1\n}'),
        ('{"n":"Łukasz"}'.encode(), '{\n  "n": "Łukasz"\n}'),
        (b"a=1&b=2", "a=1&b=2"),
        (b"\xff\xfe", "��"),
        (b"", ""),
        (b"[" * 100_000, "[" * 100_000),
    ],
)
def test_a_body_is_shown_as_text_whatever_it_is(raw: bytes, text: str) -> None:
    assert body_as_text(raw) == text


def test_an_alarm_stands_above_the_list() -> None:
    now = timezone.now()
    text = "Another body under an id."
    Alarm.objects.create(kind="same_id_other_body", text=text, count=3, first_at=now, last_at=now)

    shown = listed()

    assert "Another body under an id." in shown
    assert "3 times" in shown
