"""Activities sent to the company's website, and counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count

import pytest
from django.test import Client

from leads import pipeline
from leads.models import InboundEvent


@pytest.fixture
def post(company: None) -> Callable[..., InboundEvent]:
    """Post one body to a source and let it be read: the event, as it ended."""

    def _post(body: object, *, to: str = "web", **headers: str) -> InboundEvent:
        answer = Client().post(f"/in/{to}/", json.dumps(body), content_type="application/json", headers=headers)
        assert answer.status_code == 202, answer.content
        while pipeline.route_waiting():
            pass
        return InboundEvent.objects.get(pk=answer.json()["event"])

    return _post


@pytest.fixture
def act(post: Callable[..., InboundEvent]) -> Callable[..., InboundEvent]:
    """Somebody did something."""

    numbers = count(1)

    def _act(key: str = "pricing_views", email: str = "pat@corp.com", **said: object) -> InboundEvent:
        return post({"type": "activity", "key": key, "email": email, "id": f"a{next(numbers)}", **said})

    return _act
