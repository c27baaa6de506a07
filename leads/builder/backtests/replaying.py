"""The last leads of a tree decided again by draft and live: how they are read, and what is gathered of it."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from leads.builder.traffic import came
from leads.builder.traffic.came import Came, Seen
from routing.engine.facts import Vocabulary
from routing.engine.nodes import Json, rule_of
from routing.engine.passage import Drawn, Tally
from routing.engine.replay import Went
from routing.engine.route import QUEUED
from routing.engine.simulate import Arrival
from routing.models import Tree

AT_ONCE = 500  # are read together
MOST_MOVED = 500  # are listed
LOOKED_BACK = timedelta(days=90)  # at whose promises were kept
DOUBT = 10  # leads' worth of everybody's rate, until somebody has had many of his own

BROKEN = """
SELECT person.email, count(*), count(*) FILTER (WHERE coalesce(clock.finished_at, %(now)s) > clock.due_at)
FROM leads_slaclock AS clock LEFT JOIN leads_assignment AS given ON given.id = clock.assignment_id
LEFT JOIN reps_rep AS rep ON rep.id = given.rep_id LEFT JOIN reps_user AS person ON person.id = rep.user_id
WHERE clock.started_at >= %(since)s GROUP BY person.email
"""


def last_leads(tree: Tree, *, days: int, most: int, now: datetime) -> list[Came]:
    """The last arrivals of which rules were asked, in the order of their time."""
    return came.last(tree, since=came.first_of(days, now), most=most)[::-1]


def read(arrivals: Sequence[Came], vocabulary: Vocabulary) -> Iterator[Seen]:
    """Some at a time, so that however many there are takes no more room than these."""
    for first in range(0, len(arrivals), AT_ONCE):
        yield from came.read(arrivals[first : first + AT_ONCE], vocabulary)


def arrival_of(seen: Seen) -> Arrival:
    """A lead takes up its rep's place until it was closed, whoever has it now."""
    closed_at = seen.closed_at if seen.closed_at is not None and seen.closed_at > seen.at else None
    return Arrival(seen.key, seen.facts, seen.at, closed_at, closed_as=seen.status if closed_at else "")


@dataclass(frozen=True, slots=True)
class Chances:
    """How often promises were broken lately, by whom: as a part of 1. `waiting`: of those who waited in a queue."""

    of_reps: Mapping[str, float]
    anybody: float
    waiting: float

    def of(self, went: Went) -> float:
        if went.rep:
            return self.of_reps.get(went.rep, self.anybody)
        return self.waiting if went.kind == QUEUED else 0.0


def chances(now: datetime) -> Chances:
    with connection.cursor() as cursor:
        cursor.execute(BROKEN, {"now": now, "since": now - LOOKED_BACK})
        rows = {email or "": (given, broken) for email, given, broken in cursor.fetchall()}
    waited, late = rows.pop("", (0, 0))
    all_given, all_broken = (sum(part) for part in zip(*rows.values(), strict=True)) if rows else (0, 0)
    anybody = all_broken / all_given if all_given else 0.0
    of_reps = {email: (broken + DOUBT * anybody) / (given + DOUBT) for email, (given, broken) in rows.items()}
    return Chances(of_reps, anybody, late / waited if waited else 0.0)


@dataclass
class _Side:
    """What one document made of all leads."""

    tally: Tally
    targets: Counter[str] = field(default_factory=Counter)
    reps: Counter[str] = field(default_factory=Counter)
    fallback: int = 0
    nobody: int = 0  # somebody should have got it, and it waits
    broken: float = 0.0

    def add(self, went: Went, chance: float) -> str:
        self.targets[went.target] += 1
        self.fallback += went.fallback
        self.broken += chance
        if went.rep:
            self.reps[went.rep] += 1
        elif went.kind == QUEUED and not went.target.startswith("queue:"):
            self.nobody += 1
        return self.tally.add(went.held)


class Gathered:
    """Both sides added up, one lead after another; `as_json` is what is kept."""

    def __init__(self, live: Json, draft: Json, chances: Chances) -> None:
        self._sides = _Side(Tally(Drawn(live))), _Side(Tally(Drawn(draft)))
        self._chances = chances
        self._flows: Counter[tuple[str, str]] = Counter()
        self._listed: deque[Json] = deque(maxlen=MOST_MOVED)
        self._span: list[datetime] = []
        self.leads = 0

    def add(self, seen: Seen, before: Went, after: Went) -> None:
        self.leads += 1
        self._span = [*self._span[:1], seen.at]
        places = [
            side.add(went, self._chances.of(went)) for side, went in zip(self._sides, (before, after), strict=True)
        ]
        if before.target == after.target:
            return
        self._flows[before.target, after.target] += 1
        said = [
            {"node": node, "target": went.target, "rep": went.rep}
            for node, went in zip(places, (before, after), strict=True)
        ]
        self._listed.appendleft({"lead": seen.lead, "at": seen.at.isoformat(), "before": said[0], "after": said[1]})

    def as_json(self) -> Json:
        live, draft = self._sides
        return {
            "leads": self.leads,
            "from": self._span[0].isoformat() if self._span else None,
            "to": self._span[-1].isoformat() if self._span else None,
            "moved": sum(self._flows.values()),
            "flows": [[one, other, leads] for (one, other), leads in self._flows.most_common()],
            "listed": list(self._listed),
            "targets": _beside(live.targets, draft.targets),
            "reps": _beside(live.reps, draft.reps),
            "fallback": [live.fallback, draft.fallback],
            "nobody": [live.nobody, draft.nobody],
            "broken": [round(live.broken, 1), round(draft.broken, 1)],
            "nodes": {
                node: [draft.tally.at[node], draft.tally.at[node] - live.tally.at[node]] for node in _drawn(draft.tally)
            },
            "gone": {
                node: live.tally.at[node]
                for node in live.tally.drawn.parents
                if rule_of(node) not in draft.tally.drawn.parents
            },
        }


def _drawn(tally: Tally) -> Iterator[str]:
    """Every piece of the drawing."""
    drawn = tally.drawn
    for branch in ("", *drawn.branches):
        for piece in drawn.children_of(branch):
            yield piece
            if piece not in drawn.branches:
                yield f"{piece}_target"


def _beside(before: Counter[str], after: Counter[str]) -> dict[str, Any]:
    return {name: [before[name], after[name]] for name in sorted({*before, *after})}
