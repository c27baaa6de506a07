"""How enriching does: each provider with its calls, time and cost; each field with how many have it, and whence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import connection

from leads.enrichment import book
from leads.enrichment.providers import BadProvider, secrets_in
from leads.models import Lead, Provider
from leads.provenance import BY_PROVIDER
from routing.engine.facts import Vocabulary

DAYS = 30
LOOKED_BACK = timedelta(days=DAYS)
MOST_LEADS = 2_000
# The fields that are looked at, in the order of the page.
SHOWN = (
    *("company", "website", "industry", "employees", "revenue", "title", "seniority", "function"),
    *("country", "state", "county", "timezone", "phone"),
)
CALLS = """
SELECT provider_id, count(*), count(*) FILTER (WHERE result = 'ok'), count(*) FILTER (WHERE result = 'empty'),
    count(*) FILTER (WHERE result IN ('failed', 'refused')), count(*) FILTER (WHERE result = 'timeout'),
    count(*) FILTER (WHERE late), sum(cost),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY took_ms), percentile_cont(0.9) WITHIN GROUP (ORDER BY took_ms)
FROM leads_answer WHERE at >= %s GROUP BY provider_id
"""
ENQUIRIES = """
SELECT count(*), count(*) FILTER (WHERE held), count(*) FILTER (WHERE done_at <= due_at),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM done_at - begun_at) * 1000),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM done_at - begun_at) * 1000)
FROM leads_enquiry WHERE begun_at >= %s AND done_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls of a provider; `median_ms` and `p90_ms` are None where there was none."""

    all: int = 0
    ok: int = 0
    empty: int = 0
    failed: int = 0
    slow: int = 0
    late: int = 0
    cost: Decimal = Decimal(0)
    median_ms: float | None = None
    p90_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A provider. `trouble` says why it cannot be asked although it is on; `resting_until`: its breaker is open."""

    provider: Provider
    calls: Calls
    fields: Sequence[str]
    secrets: Sequence[str]
    trouble: str
    resting_until: datetime | None
    failures: int
    problem: str


@dataclass(frozen=True, slots=True)
class Fill:
    """How many of the leads have a field, and from whom: parts of a hundred."""

    label: str
    of_sender: float
    worked_out: float
    of_providers: float

    @property
    def before_bought(self) -> float:
        return self.of_sender + self.worked_out

    @property
    def share(self) -> float:
        return self.before_bought + self.of_providers


@dataclass(frozen=True, slots=True)
class Time:
    """How long looking leads up took, and how many had it in time."""

    leads: int = 0
    held: int = 0
    in_time: int = 0
    median_ms: float | None = None
    p90_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    rows: Sequence[Row]
    time: Time
    fills: Sequence[Fill]
    leads: int
    cost: Decimal
    patience_s: float


def figures(vocabulary: Vocabulary, *, now: datetime) -> Figures:
    since = now - LOOKED_BACK
    with connection.cursor() as cursor:
        cursor.execute(CALLS, [since])
        calls = {row[0]: Calls(*row[1:]) for row in cursor.fetchall()}
        cursor.execute(ENQUIRIES, [since])
        time = Time(*cursor.fetchone())
    providers = Provider.objects.select_related("health").order_by("order", "slug")
    rows = [_row(one, calls.get(one.pk, Calls()), vocabulary, now) for one in providers]
    recent = list(Lead.objects.order_by("-received_at").values_list("facts", "provenance")[:MOST_LEADS])
    return Figures(
        rows=rows,
        time=time,
        fills=fills(recent, vocabulary),
        leads=len(recent),
        cost=sum((row.calls.cost for row in rows), Decimal(0)),
        patience_s=settings.ENRICH_WITHIN_MS / 1000,
    )


def fills(
    leads: Sequence[tuple[Mapping[str, object], Mapping[str, Mapping[str, str]]]], vocabulary: Vocabulary
) -> list[Fill]:
    """Pure: what these leads have, field by field."""
    found: dict[str, Counter[str]] = {name: Counter() for name in SHOWN}
    for facts, provenance in leads:
        for name in SHOWN:
            if name in facts:
                by = provenance.get(name, {}).get("by", "")
                found[name]["provider" if by.startswith(BY_PROVIDER) else "worked out" if by else "sender"] += 1
    whole = max(len(leads), 1)
    return [
        Fill(
            label=field.label if (field := vocabulary.get(name)) else name,
            of_sender=100 * count["sender"] / whole,
            worked_out=100 * count["worked out"] / whole,
            of_providers=100 * count["provider"] / whole,
        )
        for name, count in found.items()
    ]


def _row(provider: Provider, calls: Calls, vocabulary: Vocabulary, now: datetime) -> Row:
    health = getattr(provider, "health", None)
    try:
        book.card_of(provider)
        trouble = ""
    except BadProvider as bad:
        trouble = bad.problems[0][1]
    resting = health.open_until if health and health.open_until and health.open_until > now else None
    fields = [known.label if (known := vocabulary.get(name)) else name for name in provider.mapping]
    return Row(
        provider=provider,
        calls=calls,
        fields=fields,
        secrets=secrets_in(provider.headers),
        trouble=trouble,
        resting_until=resting,
        failures=health.failures if health else 0,
        problem=health.problem if health else "",
    )
