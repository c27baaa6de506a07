"""Promises as rows: the clock of an assignment, or of a lead that waits, with the policy frozen as it stood."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import orjson

from leads import sla
from leads.clocks import calendars
from leads.models import SlaClock
from leads.world import Known
from reps.hours import Calendar
from routing.engine.facts import Facts
from routing.engine.promises import of_facts

Started = tuple[str, str, int, datetime, datetime, str, str, int, datetime | None]

# What can be done about a lead that nobody has: there is nobody to take it from, and it is in a queue already.
OF_THOSE_WHO_WAIT = ("remind", "notify_manager")


def policy_of(known: Known, facts: Facts, named: str | None) -> sla.Policy:
    """The policy of a lead: the one that its target names, else by its intent and score."""
    return of_facts(known.policies, facts, named) or sla.SHIPPED[-1]


class Promises:
    """The clocks that start at one instant. Those of one policy and one calendar are alike, and worked out once."""

    def __init__(self, known: Known, now: datetime) -> None:
        self._known = known
        self._now = now
        self._begun: dict[tuple[str, str], Started] = {}

    def start(self, *, facts: Facts, named: str | None, rep: str) -> Started:
        """A clock for a lead with `rep`: policy, basis, revision, started, due, state, steps, next step, its time."""
        policy = policy_of(self._known, facts, named)
        whose = {calendars.REP_HOURS: f"rep {rep}", calendars.TEAM_HOURS: f"team {self._team_of(rep)}"}
        alike = (policy.slug, whose.get(policy.clock, ""))
        if alike not in self._begun:
            calendar = calendars.of_rep(self._known, policy.clock, rep)
            self._begun[alike] = self._started(policy, policy.clock, policy.steps, calendar)
        return self._begun[alike]

    def wait(self, *, facts: Facts, named: str | None, queue: str) -> Started:
        """A clock for a lead that waits in `queue`, by the hours of its team where the policy is not in real time."""
        policy = policy_of(self._known, facts, named)
        real = policy.clock == calendars.REAL_TIME or self._known.world.queues.get(queue) is None
        basis = calendars.REAL_TIME if real else calendars.TEAM_HOURS
        alike = (policy.slug, f"queue {queue}")
        if alike not in self._begun:
            steps = tuple(step for step in policy.steps if step.do in OF_THOSE_WHO_WAIT)
            calendar = calendars.of_queue(self._known, basis, queue)
            self._begun[alike] = self._started(policy, basis, steps, calendar)
        return self._begun[alike]

    def _team_of(self, rep: str) -> str:
        return self._known.world.reps[rep].team or ""

    def _started(self, policy: sla.Policy, basis: str, steps: tuple[sla.Step, ...], calendar: Calendar) -> Started:
        due, *times = calendars.instants(calendar, self._now, [policy.respond_within, *(step.after for step in steps)])
        ladder = [
            {
                "after_s": step.after.total_seconds(),
                "at": at.astimezone(UTC).isoformat(),
                "unless": step.unless,
                "do": step.do,
            }
            for at, step in zip(times, steps, strict=True)
        ]
        return (
            orjson.dumps(_frozen(policy)).decode(),
            basis,
            self._known.revision,
            self._now,
            due,
            SlaClock.State.RUNNING,
            orjson.dumps(ladder).decode(),
            0,
            times[0] if times else None,
        )


def _frozen(policy: sla.Policy) -> Mapping[str, object]:
    """What of the policy still counts when it has been changed since."""
    frozen: dict[str, object] = {
        "slug": policy.slug,
        "name": policy.name,
        "respond_within_s": policy.respond_within.total_seconds(),
        "clock": policy.clock,
        "max_reassignments": policy.max_reassignments,
    }
    if policy.silent_after is not None:
        frozen["silent_after_s"] = policy.silent_after.total_seconds()
    if policy.park_after is not None:
        frozen["park_after"] = policy.park_after
    return frozen
