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


def start(known: Known, *, facts: Facts, named: str | None, rep: str, now: datetime) -> Started:
    """A clock that starts now for a lead with `rep`: policy, started, due, state, steps, next step and its time."""
    policy = policy_of(known, facts, named)
    calendar = _calendar(known, policy.clock, rep)
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
