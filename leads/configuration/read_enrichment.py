"""Providers of the file."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from leads.configuration.entries import Entry
from leads.configuration.parts import Enrichment
from leads.enrichment.providers import BadProvider, Plan, compile_provider
from leads.enrichment.spans import read_span, write_span
from routing.engine.reader import shown

DEFAULT_TIMEOUT, DEFAULT_KEEP = "2s", "30d"
LONGEST_URL, LONGEST_VALUE = 1000, 1000
LONGEST_TIMEOUT_MS, LONGEST_KEEP_MS = 10_000, 365 * 86_400_000
LARGEST_COST, LARGEST_ORDER = 10_000, 10_000


def provider(entry: Entry) -> Enrichment:
    order = entry.data.get("order", 0)
    found = Enrichment(
        slug=entry.slug(),
        name=entry.text("name"),
        url=entry.text("url", longest=LONGEST_URL),
        method=entry.choice("method", ("GET", "POST"), "GET"),
        headers=_texts(entry, "headers"),
        body=_sorted(entry.mapping("body")),
        mapping=_texts(entry, "mapping"),
        ask_if_blank=entry.texts("ask_if_blank", longest=70),
        timeout=span(entry, "timeout", DEFAULT_TIMEOUT, LONGEST_TIMEOUT_MS),
        cost=_cost(entry),
        keep=span(entry, "keep", DEFAULT_KEEP, LONGEST_KEEP_MS),
        order=entry.reader.whole(order, entry.at("order"), 0, LARGEST_ORDER),
        off=entry.flag("off", False),
    )
    if found.url:
        _check(entry, found)
    return found


def plan_of(part: Enrichment) -> Plan:
    return Plan(
        slug=part.slug,
        name=part.name,
        url=part.url,
        method=part.method,
        headers=part.headers,
        body=part.body,
        mapping=part.mapping,
        ask_if_blank=part.ask_if_blank,
        timeout_ms=read_span(part.timeout),
        cost=Decimal(str(part.cost)),
        keep_s=read_span(part.keep) // 1000,
        order=part.order,
    )


def span(entry: Entry, key: str, default: str, longest_ms: int) -> str:
    """A span of time in its shortest writing."""
    written = entry.text(key, default, longest=40)
    try:
        found = read_span(written) if written else 0
    except ValueError as bad:
        entry.refuse(key, f"{bad}, not {shown(written)}")
        return default
    if found > longest_ms:
        entry.refuse(key, f"may be at most {write_span(longest_ms)}, not {shown(written)}")
        return default
    return write_span(found) if written else ""


def _check(entry: Entry, found: Enrichment) -> None:
    """Whether its host may be asked is judged when it is asked: that is the installation's business, not the file's."""
    origin = re.match(r"[^:]*://[^/?#]*", found.url)
    try:
        compile_provider(plan_of(found), allowed=(origin[0],) if origin else ())
    except BadProvider as bad:
        for key, problem in bad.problems:
            entry.refuse(key, problem)


def _texts(entry: Entry, key: str) -> dict[str, str]:
    values = entry.mapping(key)
    return {
        str(name): entry.reader.text(values[name], f"{entry.at(key)}.{name}", longest=LONGEST_VALUE)
        for name in sorted(values, key=str)
    }


def _cost(entry: Entry) -> float:
    value = entry.data.get("cost", 0)
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LARGEST_COST:
        return round(float(value), 4)
    entry.refuse("cost", f"must be what one call costs, such as 0.05, not {shown(value)}")
    return 0.0


def _sorted(body: Any) -> Any:
    """The database keeps keys in no order, so the file has them in the order of the alphabet."""
    return json.loads(json.dumps(body, sort_keys=True, default=str))
