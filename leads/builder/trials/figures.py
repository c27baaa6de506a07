"""How a trial goes: what became of the leads of both sides since it began, and which limit has been passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from leads.models import Assignment
from routing.engine.route import GATE, STICKY
from routing.models import Decision, Trial

TAKEN_AWAY = (
    Assignment.Ended.DECLINED,
    Assignment.Ended.SLA,
    Assignment.Ended.SILENT,
    Assignment.Ended.AWAY,
    Assignment.Ended.BY_HAND,
)
# Decisions in which the rules were asked: neither who was given it by hand or taken from, nor who knows the person.
ASKED = (Decision.Cause.ARRIVED, Decision.Cause.RETURNED, Decision.Cause.RECONSIDERED, Decision.Cause.DRAINED)

FIGURES = f"""
WITH decided AS (
    SELECT version_id, lead_id, bool_or(fallback) AS fallback FROM routing_decision
    WHERE version_id = ANY(%(versions)s) AND at >= %(since)s AND at < %(until)s AND id > %(after)s
    AND cause = ANY(%(causes)s) AND path NOT IN ('', '{STICKY}', '{GATE}')
    GROUP BY version_id, lead_id
)
SELECT decided.version_id, count(*), count(*) FILTER (WHERE decided.fallback),
    count(*) FILTER (WHERE promise.any), count(*) FILTER (WHERE promise.broken),
    count(*) FILTER (WHERE given.any), count(*) FILTER (WHERE given.taken)
FROM decided
CROSS JOIN LATERAL (
    SELECT count(*) > 0 AS any, coalesce(bool_or(breach_noted_at IS NOT NULL), false) AS broken
    FROM leads_slaclock WHERE lead_id = decided.lead_id AND started_at >= %(since)s
) AS promise
CROSS JOIN LATERAL (
    SELECT count(*) > 0 AS any, coalesce(bool_or(ended_as = ANY(%(taken)s)), false) AS taken
    FROM leads_assignment WHERE lead_id = decided.lead_id AND assigned_at >= %(since)s
) AS given
GROUP BY decided.version_id
"""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int = 0
    whole: int = 0

    @property
    def share(self) -> float | None:
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Side:
    """The leads of one side; each share is of those that it can be said of at all."""

    leads: int = 0
    fallback: Share = Share()
    breach: Share = Share()
    reassigned: Share = Share()

    def of(self, name: str) -> Share:
        return {"fallback": self.fallback, "breach": self.breach, "reassigned": self.reassigned}[name]


NOBODY = Side()
NAMES: Mapping[str, str] = {
    "fallback": "fell through to the fallback",
    "breach": "had their promise broken",
    "reassigned": "were taken from their rep or declined",
}


def sides(trial: Trial, *, now: datetime, both: bool = True) -> tuple[Side, Side]:
    """The side of the version on trial, and that of the live one (nothing unless `both`)."""
    versions = [trial.version_id, *([trial.against_id] if both and trial.against_id else [])]
    asked: dict[str, Any] = {
        "versions": versions,
        "since": trial.started_at,
        "until": trial.ended_at or now,
        "after": trial.seen if trial.kind == Trial.Kind.CANARY else 0,
        "causes": list(map(str, ASKED)),
        "taken": list(map(str, TAKEN_AWAY)),
    }
    with connection.cursor() as cursor:
        cursor.execute(FIGURES, asked)
        rows = cursor.fetchall()
    found = {
        version: Side(leads, Share(fell, leads), Share(broken, promised), Share(taken, given))
        for version, leads, fell, promised, broken, given, taken in rows
    }
    return found.get(trial.version_id, NOBODY), found.get(trial.against_id, NOBODY)


def passed(trial: Trial, side: Side) -> str:
    """Which limit the side has passed, in words; "" if none. Fewer leads than the terms name say nothing."""
    least = max(1, int(trial.limits.get("leads", 1)))
    for name, words in NAMES.items():
        limit, found = trial.limits.get(name), side.of(name)
        if limit is None or found.whole < least or found.share is None or found.share <= limit:
            continue
        return f"{found.part} of {found.whole} leads ({found.share:.1%}) {words}; the limit is {limit:.0%}."
    return ""
