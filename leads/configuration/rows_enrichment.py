"""Providers into the database."""

from __future__ import annotations

from leads.configuration import rows
from leads.configuration.differences import Differences
from leads.configuration.parts import Enrichment
from leads.configuration.read_enrichment import plan_of
from leads.models import Provider

COLUMNS = (
    *("name", "method", "url", "headers", "body", "mapping", "ask_if_blank", "timeout_ms", "cost", "keep_s", "order"),
    "off",
)


def put(differences: Differences) -> None:
    rows.put(Provider, [_row(one) for _, one in differences.put("enrichment")], key="slug", columns=COLUMNS)


def drop(differences: Differences) -> None:
    rows.drop(Provider, "slug", (provider.slug for provider in differences.gone("enrichment")))


def _row(part: Enrichment) -> Provider:
    plan = plan_of(part)
    return Provider(
        slug=plan.slug,
        name=plan.name,
        method=plan.method,
        url=plan.url,
        headers=dict(plan.headers or {}),
        body=dict(plan.body or {}),
        mapping=dict(plan.mapping or {}),
        ask_if_blank=list(plan.ask_if_blank),
        timeout_ms=plan.timeout_ms,
        cost=plan.cost,
        keep_s=plan.keep_s,
        order=plan.order,
        off=part.off,
    )
