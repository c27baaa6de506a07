"""The edge answers exactly as the contract says, stores before it acknowledges, and stores nothing it refuses."""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from leads import intake, webhook
from leads.limits import Limits
from leads.models import Alarm, InboundEvent, Source
from reps import services as people

pytestmark = pytest.mark.django_db

JSON = "application/json"
LEAD = {"email": "pat@corp.com", "employees": 500}


@pytest.fixture(autouse=True)
def _company(company):
    pass


def post(slug="web", body=LEAD, content_type=JSON, slash="/", **headers):
    raw = body if isinstance(body, bytes | str) else json.dumps(body)
    return Client().post(f"/in/{slug}{slash}", raw, content_type=content_type, headers=headers)


def signed(body: bytes, key: bytes = b"k" * 24, message_id: str = "msg_1", at: float | None = None) -> dict[str, str]:
    timestamp = str(int(at or time.time()))
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


@pytest.mark.parametrize("slash", ["/", ""])
def test_a_delivery_is_stored_as_it_came_and_accepted(slash):
    answer = post(body='{"email":  "pat@corp.com"}', slash=slash)

    event = InboundEvent.objects.get()
    assert answer.status_code == 202
    assert answer.json() == {"event": str(event.pk), "status": "accepted"}
    assert bytes(event.body) == b'{"email":  "pat@corp.com"}'
    assert (event.status, event.source.slug, event.content_type) == ("waiting", "web", JSON)


@pytest.mark.parametrize("header", ["webhook-id", "idempotency-key"])
def test_the_same_id_is_the_same_delivery(header):
    first = post(**{header: "a1"})
    again = post(**{header: "a1"})

    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json() == {"event": first.json()["event"], "status": "duplicate"}
    assert InboundEvent.objects.get().copies == 1


def test_a_mapped_id_is_the_same_delivery_too():
    first = post("batch", {"batch_id": "b1", "leads": []})
    again = post("batch", {"batch_id": "b1", "leads": []})

    assert (first.status_code, again.status_code) == (202, 200)


def test_the_same_id_with_another_body_is_refused_and_alarms_revops():
    post(**{"webhook-id": "a1"})
    answer = post(body={"email": "eve@corp.com"}, **{"webhook-id": "a1"})
    post(body={"email": "eve@corp.com"}, **{"webhook-id": "a1"})

    assert answer.status_code == 422
    assert InboundEvent.objects.count() == 1
    assert Alarm.objects.get(kind="same_id_other_body").count == 2


def test_without_an_id_the_same_body_within_a_day_is_the_same_delivery():
    first, again = post(), post()
    InboundEvent.objects.update(received_at=timezone.now() - timedelta(hours=24))
    next_day = post()

    assert (first.status_code, again.status_code, next_day.status_code) == (202, 200, 202)
    assert InboundEvent.objects.count() == 2


def test_the_same_id_at_another_source_is_another_delivery():
    assert post("web", **{"webhook-id": "a1"}).status_code == 202
    assert post("typeform", **{"webhook-id": "a1"}).status_code == 202


def test_forms_are_taken_as_well():
    answer = post(body="email=pat%40corp.com&name=Pat", content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 202


@pytest.mark.parametrize(
    ("request_of", "status"),
    [
        (lambda: Client().get("/in/web/"), 405),
        (lambda: Client().put("/in/web/", "{}", content_type=JSON), 405),
        (lambda: post("nobody"), 404),
        (lambda: post(body="{"), 400),
        (lambda: post(body="[]"), 400),
        (lambda: post(body='{"a": NaN}'), 400),
        (lambda: post(body=b'{"a": "\xff"}'), 400),
        (lambda: post(content_type="text/plain"), 415),
        (lambda: post(content_type="application/json; charset=utf-16"), 415),
        (lambda: post(**{"Content-Encoding": "gzip"}), 415),
        (lambda: post(body=b" " * (1024 * 1024 + 1)), 413),
        (lambda: post(**{"Transfer-Encoding": "chunked"}), 411),
        (lambda: post(**{"Idempotency-Key": "x" * 256}), 400),
        (lambda: post("signed"), 401),
        (lambda: post("token"), 401),
    ],
)
def test_what_is_refused_is_a_problem_and_stores_nothing(request_of, status):
    answer = request_of()

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert {"title", "status", "detail", "request_id"} <= set(answer.json())
    assert not InboundEvent.objects.exists()


def test_a_signed_delivery_is_taken_with_either_secret_of_a_rotation(monkeypatch):
    old, new = b"o" * 24, b"n" * 24
    keys = " ".join("whsec_" + base64.b64encode(key).decode() for key in (new, old))
    monkeypatch.setenv("TEST_WEBHOOK_SECRET", keys)
    body = json.dumps(LEAD).encode()

    assert post("signed", body, **signed(body, old, "m1")).status_code == 202
    assert post("signed", body, **signed(body, new, "m2")).status_code == 202
    assert post("signed", body, **signed(body, b"x" * 24, "m3")).status_code == 401
    assert post("signed", body + b" ", **signed(body, new, "m4")).status_code == 401
    assert post("signed", body, **signed(body, new, "m5", time.time() - 301)).status_code == 401


def test_a_retry_with_a_fresh_timestamp_is_the_same_delivery(monkeypatch):
    monkeypatch.setenv("TEST_WEBHOOK_SECRET", "whsec_" + base64.b64encode(b"k" * 24).decode())
    body = json.dumps(LEAD).encode()

    assert post("signed", body, **signed(body, at=time.time() - 100)).status_code == 202
    assert post("signed", body, **signed(body)).status_code == 200


def test_a_token_opens_its_source_and_no_other_does(monkeypatch):
    monkeypatch.setenv("TEST_WEBHOOK_TOKEN", "s3cret")

    assert post("token", Authorization="Bearer s3cret").status_code == 202
    assert post("token", Authorization="Bearer other").status_code == 401
    assert post("token", Authorization="Bearer ").status_code == 401


def test_a_source_that_was_switched_off_is_gone_at_the_next_delivery():
    assert post(body={"email": "a@x.com"}).status_code == 202
    Source.objects.filter(slug="web").update(active=False)
    people.bump()

    assert post(body={"email": "b@x.com"}).status_code == 404
    assert InboundEvent.objects.count() == 1


def test_a_flood_is_told_when_to_come_back(monkeypatch):
    monkeypatch.setattr(webhook, "LIMITS", Limits(rate=0.5, burst=2))

    answers = [post(body={"email": f"{number}@x.com"}) for number in range(3)]

    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert int(answers[2]["Retry-After"]) >= 1
    assert InboundEvent.objects.count() == 2


def test_what_cannot_be_stored_is_never_acknowledged(monkeypatch):
    def full(*_args, **_kwargs):
        raise DatabaseError("disk full")

    monkeypatch.setattr(intake, "_insert", full)
    answer = post()

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_no_session_and_no_secret_leaves_the_edge(monkeypatch):
    monkeypatch.setenv("TEST_WEBHOOK_TOKEN", "s3cret")

    answer = post("token", Authorization="Bearer s3cret")

    assert not answer.cookies
    assert "s3cret" not in json.dumps(InboundEvent.objects.get().headers)
