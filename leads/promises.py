"""Promises as rows: the clock of an assignment, with the policy and its ladder frozen as they stood."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson

from leads import sla
from leads.models import SlaClock
from leads.world import Known
from reps.hours import ALWAYS, Calendar, NeverOpen
from routing.engine.facts import Facts

Started = tuple[str, datetime, datetime, str, str, int, datetime | None]


def policy_of(known: Known, facts: Facts, named: str | None) -> sla.Policy:
    """The policy of a lead: the one that its target names, else by its intent and score."""
    score = facts.get("score")
    hot = score if isinstance(score, int | float) else None
    return sla.policy_for(known.policies, str(facts.get("intent", "")), named, hot)


class Promises:
    """The clocks that start at one instant. Those of one policy and one calendar are alike, and worked out once."""

    def __init__(self, known: Known, now: datetime) -> None:
        self._known = known
        self._now = now
        self._begun: dict[tuple[str, str], Started] = {}

    def start(self, *, facts: Facts, named: str | None, rep: str) -> Started:
        """A clock for a lead with `rep`: policy, started, due, state, steps, next step and its time."""
        policy = policy_of(self._known, facts, named)
        alike = (policy.slug, "" if policy.clock == "always" else rep)
        if alike not in self._begun:
            self._begun[alike] = _started(policy, _calendar(self._known, policy.clock, rep), self._now)
        return self._begun[alike]


def _started(policy: sla.Policy, calendar: Calendar, now: datetime) -> Started:
    try:
        due, times = sla.due_at(policy, calendar, now), sla.step_times(policy, calendar, now)
    except NeverOpen:
        # A rep whose hours never come is no reason for a promise without an end: then real time counts.
        due, times = sla.due_at(policy, ALWAYS, now), sla.step_times(policy, ALWAYS, now)
    frozen = {
        "slug": policy.slug,
        "name": policy.name,
        "respond_within_s": policy.respond_within.total_seconds(),
        "clock": policy.clock,
        "max_reassignments": policy.max_reassignments,
    }
    ladder = [
        {"at": at.astimezone(UTC).isoformat(), "unless": step.unless, "do": step.do}
        for at, step in zip(times, policy.steps, strict=True)
    ]
    steps = orjson.dumps(ladder).decode()
    return (orjson.dumps(frozen).decode(), now, due, SlaClock.State.RUNNING, steps, 0, times[0] if times else None)


def _calendar(known: Known, clock: str, rep: str) -> Calendar:
    """Whose time counts: real time, the team's hours, or the rep's own with holidays and time off."""
    if clock == "rep_hours":
        return known.world.reps[rep].calendar
    if clock == "team_hours":
        return known.team_calendars.get(known.world.reps[rep].team or "", ALWAYS)
    return ALWAYS
