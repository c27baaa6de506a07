"""The bench: who could take this lead, and for everybody else the first reason why not.

The filters stand in the order of the contract; the first that fails is the rep's recorded reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from reps import hours
from routing.engine.world import Member, Rep, Standing

INACTIVE = "inactive"
NOT_YET_STARTED = "not_yet_started"
AWAY = "away"
HOLIDAY = "holiday"
PAUSED = "paused"
OFF_HOURS = "off_hours"
LACKS_SKILL = "lacks_skill"
DAILY_CAP = "daily_cap"
AT_CAPACITY = "at_capacity"
HELD_BEFORE = "held_before"
DECLINED = "declined"
NO_WEIGHT = "no_weight"

WORDS: Mapping[str, str] = {
    "": "could take it",
    INACTIVE: "is not active",
    NOT_YET_STARTED: "has not started yet",
    AWAY: "is away",
    HOLIDAY: "has a public holiday",
    PAUSED: "is paused",
    OFF_HOURS: "is outside working hours",
    LACKS_SKILL: "lacks a required skill",
    DAILY_CAP: "has reached the daily cap",
    AT_CAPACITY: "is at capacity",
    HELD_BEFORE: "has held this lead before",
    DECLINED: "declined this lead",
    NO_WEIGHT: "has weight 0 in the pool",
}


class Presence:
    """Who is there at one instant. Calendars are asked at most once for each rep, however many leads are decided."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._absence: dict[str, str] = {}
        self._open: dict[str, bool] = {}
        self._opens: dict[str, datetime | None] = {}
        self._day: dict[str, date] = {}

    def absence(self, rep: Rep) -> str:
        if rep.email not in self._absence:
            self._absence[rep.email] = hours.absence(rep.calendar, self.now)
        return self._absence[rep.email]

    def is_open(self, rep: Rep) -> bool:
        if rep.email not in self._open:
            self._open[rep.email] = hours.is_open(rep.calendar, self.now)
        return self._open[rep.email]

    def opens(self, rep: Rep) -> datetime | None:
        """The first instant from now on at which the rep is available; None if he never is."""
        if rep.email not in self._opens:
            self._opens[rep.email] = hours.next_open(rep.calendar, self.now)
        return self._opens[rep.email]

    def day(self, rep: Rep) -> date:
        """Today on the rep's own calendar."""
        zone = rep.calendar.week.zone
        if zone not in self._day:
            self._day[zone] = self.now.astimezone(rep.zone).date()
        return self._day[zone]

    def has_started(self, rep: Rep) -> bool:
        return rep.starts_on is None or rep.starts_on <= self.day(rep)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a lead asks of whoever takes it. `held_before` and `declined` are e-mails of reps."""

    skills: tuple[tuple[str, int], ...] = ()
    hours: str = "prefer"
    held_before: frozenset[str] = frozenset()
    declined: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One rep as he was looked at for one lead. `code` is the reason he was left out, "" if he competed."""

    rep: str
    code: str = ""
    weight: float = 1.0
    level: float = 0.0
    open: int = 0
    capacity: int | None = None
    order: int = 0
    skill: int = 0


@dataclass(frozen=True, slots=True)
class Bench:
    eligible: tuple[Candidate, ...] = ()
    excluded: tuple[Candidate, ...] = ()


def exclusion(rep: Rep, needs: Needs, standing: Standing, presence: Presence) -> str:
    """The code of the first filter that leaves this rep out, or "" if none does."""
    if not rep.active:
        return INACTIVE
    if not presence.has_started(rep):
        return NOT_YET_STARTED
    if absence := presence.absence(rep):
        return absence
    if rep.paused:
        return PAUSED
    if needs.hours == "require" and not presence.is_open(rep):
        return OFF_HOURS
    if any(rep.skills.get(skill, 0) < level for skill, level in needs.skills):
        return LACKS_SKILL
    if rep.daily_cap is not None and standing.today.get((rep.email, presence.day(rep)), 0) >= rep.daily_cap:
        return DAILY_CAP
    if rep.capacity is not None and standing.open.get(rep.email, 0) >= rep.capacity:
        return AT_CAPACITY
    if rep.email in needs.held_before:
        return HELD_BEFORE
    if rep.email in needs.declined:
        return DECLINED
    return ""


def assemble(
    members: Iterable[Member],
    reps: Mapping[str, Rep],
    levels: Mapping[str, float],
    needs: Needs,
    standing: Standing,
    presence: Presence,
    preferred: tuple[str, ...] = (),
) -> Bench:
    """Everybody in the pool, split into those who compete and those who do not, each with the reason."""
    required = [skill for skill, _ in needs.skills]
    wanted = required + [skill for skill in preferred if skill not in required]
    looked_at = []
    for order, member in enumerate(members):
        rep = reps[member.rep]
        code = exclusion(rep, needs, standing, presence) or (NO_WEIGHT if member.weight <= 0 else "")
        looked_at.append(
            Candidate(
                rep=rep.email,
                code=code,
                weight=member.weight,
                level=levels.get(rep.email, 0.0),
                open=standing.open.get(rep.email, 0),
                capacity=rep.capacity,
                order=order,
                skill=sum(rep.skills.get(skill, 0) for skill in wanted),
            )
        )
    eligible = [candidate for candidate in looked_at if not candidate.code]
    excluded = [candidate for candidate in looked_at if candidate.code]
    if needs.hours != "prefer":
        return Bench(tuple(eligible), tuple(excluded))
    present, absent = _who_is_there_first(eligible, reps, presence)
    return Bench(tuple(present), tuple(excluded + absent))


def _who_is_there_first(
    eligible: list[Candidate], reps: Mapping[str, Rep], presence: Presence
) -> tuple[list[Candidate], list[Candidate]]:
    """Those who are open now; if nobody is, those who open soonest. The others do not compete for this lead."""
    present = [candidate for candidate in eligible if presence.is_open(reps[candidate.rep])]
    if not present:
        opens = {candidate.rep: presence.opens(reps[candidate.rep]) for candidate in eligible}
        soonest = min((instant for instant in opens.values() if instant is not None), default=None)
        present = [candidate for candidate in eligible if opens[candidate.rep] == soonest]
    there = {candidate.rep for candidate in present}
    return present, [replace(candidate, code=OFF_HOURS) for candidate in eligible if candidate.rep not in there]
