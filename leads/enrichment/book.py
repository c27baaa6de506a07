"""The providers that are on, as rows of the database know them, ready to be asked."""

from __future__ import annotations

import logging

from django.conf import settings

from leads.enrichment.providers import BadProvider, Card, Plan, compile_provider
from leads.models import Provider

log = logging.getLogger(__name__)


def cards() -> tuple[Card, ...]:
    """All that are on and can be asked. One that no longer can, because an allowance was taken away, is passed over."""
    found = []
    for row in Provider.objects.filter(off=False).order_by("order", "slug"):
        try:
            found.append(card_of(row))
        except BadProvider as bad:
            log.warning("provider %s is not asked: %s", row.slug, bad.problems[0][0])
    return tuple(found)


def card_of(row: Provider) -> Card:
    """Raises `BadProvider`."""
    return compile_provider(plan_of(row), pk=row.pk, allowed=settings.OUTGOING_ALLOW)


def plan_of(row: Provider) -> Plan:
    return Plan(
        slug=row.slug,
        name=row.name,
        url=row.url,
        method=row.method,
        headers=row.headers,
        body=row.body,
        mapping=row.mapping,
        ask_if_blank=tuple(row.ask_if_blank),
        timeout_ms=row.timeout_ms,
        cost=row.cost,
        keep_s=row.keep_s,
        order=row.order,
    )
