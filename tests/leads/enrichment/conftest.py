"""A vendor on this machine, and a company that asks it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from leads import pipeline
from leads.models import InboundEvent, Lead, Provider, Source
from tests.organisation import bump
from tests.vendor import Vendor, vendor

MAPPING = {"industry": "company.industry", "employees": "company.metrics.employees", "country": "company.geo.country"}


@pytest.fixture
def clearview(settings: Any) -> Iterator[Vendor]:
    """A vendor that the operator allows."""
    with vendor() as one:
        settings.OUTGOING_ALLOW = (one.origin,)
        yield one


@pytest.fixture
def provider(company: None, clearview: Vendor) -> Callable[..., Provider]:
    """Set up a provider that asks the vendor."""

    def _provider(slug: str = "clearview", **values: object) -> Provider:
        row = Provider.objects.create(
            **{
                "slug": slug,
                "name": slug.title(),
                "url": clearview.origin + "/v1/companies?domain={domain}",
                "mapping": MAPPING,
                "timeout_ms": 5000,
                **values,
            }
        )
        bump()
        return row

    return _provider


@pytest.fixture
def send(company: None) -> Callable[..., InboundEvent]:
    """Post a lead to the website's webhook, and nothing more."""

    def _send(**values: object) -> InboundEvent:
        body = {"email": f"{uuid.uuid4().hex[:8]}@acme.example", **values}
        answer = Client().post("/in/web/", json.dumps(body), content_type="application/json")
        assert answer.status_code == 202, answer.content
        return InboundEvent.objects.get(pk=answer.json()["event"])

    return _send


def route() -> None:
    while pipeline.route_waiting():
        pass


def lead_of(event: InboundEvent) -> Lead:
    return Lead.objects.get(touches__event=event)


def patience(milliseconds: int | None, *, reroute: bool = False) -> None:
    """How long leads of the website may wait."""
    Source.objects.filter(slug="web").update(enrich_within_ms=milliseconds, reroute_late=reroute)
    bump()
