"""A batch shares a commit among many leads, and is never larger than its locks can bear."""

import json

import pytest
from django.test import Client

from leads import pipeline
from leads.models import InboundEvent


@pytest.fixture
def waiting(company):
    for number in range(5):
        body = json.dumps([{"email": f"pat{number}-{item}@corp.com"} for item in range(3)])
        assert Client().post("/in/web/", body, content_type="application/json").status_code == 202


def statuses():
    return list(InboundEvent.objects.order_by("received_at").values_list("status", flat=True))


def test_events_are_taken_in_their_order_as_many_as_fit(waiting, monkeypatch):
    size = len(bytes(InboundEvent.objects.first().body))
    monkeypatch.setattr(pipeline, "MOST_BYTES", 2 * size)

    assert pipeline.route_waiting() == 2
    assert statuses() == ["routed", "routed", "waiting", "waiting", "waiting"]


def test_one_that_is_larger_than_a_batch_is_taken_alone(waiting, monkeypatch):
    monkeypatch.setattr(pipeline, "MOST_BYTES", 1)

    assert [pipeline.route_waiting() for _ in range(6)] == [1, 1, 1, 1, 1, 0]
    assert set(statuses()) == {"routed"}
