"""One decision as the line of JSON that `simulate` writes for it."""

from __future__ import annotations

import orjson

from routing.engine.route import Outcome


def line_of(told: object, outcome: Outcome) -> str:
    """`told` is the id that the file gives the lead."""
    decision = {
        "id": told,
        "outcome": outcome.kind,
        "rep": outcome.rep,
        "pool": outcome.pool,
        "queue": outcome.queue,
        "fallback": outcome.fallback,
        "sticky": outcome.sticky,
        "cover_for": outcome.cover_for,
        "rules": outcome.rules,
        "reason": outcome.reason,
        "excluded": dict(outcome.excluded),
    }
    return orjson.dumps(decision).decode()
