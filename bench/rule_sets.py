"""Leads and rules for the benchmark of rules: 20 fields; equal, one of several, within a range, a set that contains."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

TEXTS = {
    "country": 30,
    "state": 50,
    "city": 40,
    "industry": 20,
    "source": 12,
    "campaign": 25,
    "intent": 8,
    "language": 12,
    "segment": 10,
    "title": 15,
    "grade": 8,
    "account.tier": 10,
    "email_domain": 60,
}
NUMBERS = {"employees": 10_000, "revenue": 1_000_000, "score": 100, "time.hour": 24, "signal.visits": 50}
MANY = {"product_interest": 24, "tags": 30}
FIELDS = (*TEXTS, *NUMBERS, *MANY)

Facts = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """One condition, for each engine to say in its own words."""

    field: str
    form: str  # eq, in, range, has
    values: tuple[Any, ...]


def make_leads(count: int, chance: random.Random) -> list[Facts]:
    return [_lead(chance) for _ in range(count)]


def make_rules(count: int, chance: random.Random) -> list[list[Question]]:
    """Each rule narrows until one lead in `count` or a few fit it, so that a third of the leads fit none."""
    return [list(_questions(count, chance)) for _ in range(count)]


def _lead(chance: random.Random) -> Facts:
    facts: Facts = {field: f"{field} {chance.randrange(size)}" for field, size in TEXTS.items()}
    facts.update({field: chance.randrange(size) for field, size in NUMBERS.items()})
    for field, size in MANY.items():
        facts[field] = tuple(f"{field} {number}" for number in chance.sample(range(size), chance.randrange(1, 4)))
    for field in chance.sample(FIELDS, chance.randrange(3)):
        del facts[field]
    return facts


def _questions(count: int, chance: random.Random) -> Iterator[Question]:
    fitting, enough = 1.0, min(0.9, chance.uniform(1, 8) / count)
    for field in chance.sample(FIELDS, len(FIELDS)):
        if fitting < enough:
            return
        if field in TEXTS:
            wanted = max(1, round(TEXTS[field] * chance.uniform(0.05, 0.12)))
            values = tuple(f"{field} {number}" for number in chance.sample(range(TEXTS[field]), wanted))
            yield Question(field, "eq" if wanted == 1 else "in", values)
            fitting *= wanted / TEXTS[field]
        elif field in NUMBERS:
            width = max(1, round(NUMBERS[field] * chance.uniform(0.06, 0.15)))
            low = chance.randrange(NUMBERS[field] - width)
            yield Question(field, "range", (low, low + width - 1))
            fitting *= width / NUMBERS[field]
        else:
            yield Question(field, "has", (f"{field} {chance.randrange(MANY[field])}",))
            fitting *= 2 / MANY[field]
