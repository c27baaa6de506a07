"""Whose time a promise counts: everybody's, a team's hours, or a rep's own with holidays and time off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from leads.world import Known
from reps.hours import ALWAYS, Calendar, NeverOpen, add_working

REAL_TIME = "always"
TEAM_HOURS = "team_hours"
REP_HOURS = "rep_hours"


def of_rep(organisation: Known, basis: str, rep: str) -> Calendar:
    """For a lead that this rep has; who is in no team works by the clock on the wall."""
    if basis == REAL_TIME:
        return ALWAYS
    known_rep = organisation.world.reps.get(rep)
    if known_rep is None:
        return ALWAYS
    return known_rep.calendar if basis == REP_HOURS else of_team(organisation, known_rep.team)


def of_queue(organisation: Known, basis: str, queue: str) -> Calendar:
    """For a lead that waits: the hours of the queue's team."""
    return ALWAYS if basis == REAL_TIME else of_team(organisation, organisation.world.queues.get(queue))


def of_team(organisation: Known, team: str | None) -> Calendar:
    return organisation.team_calendars.get(team or "", ALWAYS)


def instants(calendar: Calendar, start: datetime, spans: Sequence[timedelta]) -> list[datetime]:
    """When each of these has passed since `start`.

    Hours that never come are no reason for a promise without an end: then real time counts, for all of them.
    """
    try:
        return [add_working(calendar, start, span) for span in spans]
    except NeverOpen:
        return [add_working(ALWAYS, start, span) for span in spans]


def silent_for(policy: Mapping[str, object]) -> timedelta | None:
    """How long an accepted lead may be silent, by the policy as it was frozen; None: for ever."""
    seconds = policy.get("silent_after_s")
    return timedelta(seconds=seconds) if isinstance(seconds, int | float) else None
