"""The bench: who could take this lead, and for everybody else the first reason why not.

The filters stand in the order of the contract; the first that fails is the rep's recorded reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from reps import hours
from routing.engine.world import Pool, Rep, Standing

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
    HOLIDAY: "has a holiday",
    PAUSED: "is paused",
    OFF_HOURS: "is outside working hours",
    LACKS_SKILL: "lacks a required skill",
    DAILY_CAP: "has reached the daily cap",
    AT_CAPACITY: "is at capacity",
    HELD_BEFORE: "has held this lead before",
    DECLINED: "declined this lead",
    NO_WEIGHT: "has weight 0 in the pool",
}


class Spot(NamedTuple):
    """A member's spot on a pool's bench: all that is known of it before anybody looks at who holds what.

    `code` is the first filter that the member fails whatever he holds, "" if he fails none of those.
    """

    rep: Rep
    place: tuple[str, str]  # pool and e-mail, as levels are kept
    weight: float
    order: int
    skill: int
    is_open: bool
    code: str


class Presence:
    """Who is there at one instant, in one world. Nothing is worked out twice, however many leads are decided."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._absence: dict[str, str] = {}
        self._open: dict[str, bool] = {}
        self._opens: dict[str, datetime | None] = {}
        self._makes: dict[tuple[str, timedelta], bool] = {}
        self._day: dict[str, date] = {}
        self._spots: dict[tuple[object, ...], list[Spot]] = {}
        self._started: dict[str, frozenset[tuple[str, str]]] = {}

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

    def makes(self, rep: Rep, within: timedelta) -> bool:
        """Whether he can still keep a promise of so much of his time in the shift that he is in."""
        asked = (rep.email, within)
        if asked not in self._makes:
            self._makes[asked] = hours.is_open_for(rep.calendar, self.now, within)
        return self._makes[asked]

    def day(self, rep: Rep) -> date:
        """Today on the rep's own calendar."""
        zone = rep.calendar.week.zone
        if zone not in self._day:
            self._day[zone] = self.now.astimezone(rep.zone).date()
        return self._day[zone]

    def has_started(self, rep: Rep) -> bool:
        return rep.starts_on is None or rep.starts_on <= self.day(rep)

    def started(self, pool: Pool, reps: Mapping[str, Rep]) -> frozenset[tuple[str, str]]:
        """The places of all members who have started."""
        if pool.slug not in self._started:
            begun = (member.rep for member in pool.members if self.has_started(reps[member.rep]))
            self._started[pool.slug] = frozenset((pool.slug, email) for email in begun)
        return self._started[pool.slug]

    def spots(self, pool: Pool, reps: Mapping[str, Rep], needs: Needs, preferred: tuple[str, ...]) -> list[Spot]:
        """The whole bench of a pool, in its order, for leads that ask for the same."""
        asked = (pool.slug, needs.hours, needs.skills, preferred)
        if asked not in self._spots:
            required = [skill for skill, _ in needs.skills]
            wanted = required + [skill for skill in preferred if skill not in required]
            self._spots[asked] = [
                Spot(
                    rep=reps[member.rep],
                    place=(pool.slug, member.rep),
                    weight=member.weight,
                    order=order,
                    skill=sum(reps[member.rep].skills.get(skill, 0) for skill in wanted),
                    is_open=needs.hours != "prefer" or self.is_open(reps[member.rep]),
                    code=_unfit(reps[member.rep], needs, self),
                )
                for order, member in enumerate(pool.members)
            ]
        return self._spots[asked]


@dataclass(frozen=True, slots=True)
class Needs:
    """What a lead asks of whoever takes it. `held_before` and `declined` are e-mails of reps.

    `even_if_full`: limits of load do not matter, as for the owner of an account whose rule says so.
    """

    skills: tuple[tuple[str, int], ...] = ()
    hours: str = "prefer"
    held_before: frozenset[str] = frozenset()
    declined: frozenset[str] = frozenset()
    even_if_full: bool = False


class Candidate(NamedTuple):
    """One rep as he was looked at for one lead. `code` is the reason he was left out, "" if he competed.

    A tuple, as one is made of each member for each lead, and a tuple is made in a fifth of the time.
    """

    rep: str
    code: str = ""
    weight: float = 1.0
    level: float = 0.0
    open: int = 0
    capacity: int | None = None
    order: int = 0
    skill: int = 0
    rate: float | None = None  # the smoothed win rate, where it counts


@dataclass(frozen=True, slots=True)
class Bench:
    """Everybody in the pool in its order, and apart those who compete and those who do not."""

    candidates: tuple[Candidate, ...]
    eligible: tuple[Candidate, ...]
    excluded: tuple[Candidate, ...]

    @classmethod
    def of(cls, candidates: Sequence[Candidate]) -> Bench:
        competing = tuple([candidate for candidate in candidates if not candidate.code])
        return cls(tuple(candidates), competing, tuple([candidate for candidate in candidates if candidate.code]))


def exclusion(rep: Rep, needs: Needs, standing: Standing, presence: Presence) -> str:
    """The code of the first filter that leaves this rep out, or "" if none does."""
    return _unfit(rep, needs, presence) or _limited(rep, needs, standing, presence)


def _unfit(rep: Rep, needs: Needs, presence: Presence) -> str:
    """The first filters: those that depend on the rep, the hour and the lead's needs alone."""
    if not rep.active:
        return INACTIVE
    if not presence.has_started(rep):
        return NOT_YET_STARTED
    if absence := presence.absence(rep):
        return absence
    if rep.is_paused(presence.now):
        return PAUSED
    if needs.hours == "require" and not presence.is_open(rep):
        return OFF_HOURS
    if any(rep.skills.get(skill, 0) < level for skill, level in needs.skills):
        return LACKS_SKILL
    return ""


def _limited(rep: Rep, needs: Needs, standing: Standing, presence: Presence) -> str:
    """The last filters: those that depend on what the rep holds or held."""
    if not needs.even_if_full and (full := fullness(rep, standing, presence)):
        return full
    if rep.email in needs.held_before:
        return HELD_BEFORE
    if rep.email in needs.declined:
        return DECLINED
    return ""


def fullness(rep: Rep, standing: Standing, presence: Presence) -> str:
    """The limit of load that this rep has reached, or "" if he can take one more."""
    if rep.daily_cap is not None and standing.today.get((rep.email, presence.day(rep)), 0) >= rep.daily_cap:
        return DAILY_CAP
    if rep.capacity is not None and standing.open.get(rep.email, 0) >= rep.capacity:
        return AT_CAPACITY
    return ""


def assemble(
    pool: Pool,
    reps: Mapping[str, Rep],
    needs: Needs,
    standing: Standing,
    presence: Presence,
    *,
    joined: Mapping[str, float],
    preferred: tuple[str, ...] = (),
) -> Bench:
    """Everybody in the pool, those who compete and those who do not with the reason; `joined` is added to levels."""
    spots = presence.spots(pool, reps, needs, preferred)
    candidates = [
        Candidate(
            spot.rep.email,
            spot.code or _limited(spot.rep, needs, standing, presence) or (NO_WEIGHT if spot.weight <= 0 else ""),
            spot.weight,
            standing.levels.get(spot.place, 0.0) + joined.get(spot.rep.email, 0.0),
            standing.open.get(spot.rep.email, 0),
            spot.rep.capacity,
            spot.order,
            spot.skill,
        )
        for spot in spots
    ]
    if needs.hours == "prefer":
        candidates = _who_is_there_first(candidates, spots, presence)
    return Bench.of(candidates)


def _who_is_there_first(candidates: list[Candidate], spots: Sequence[Spot], presence: Presence) -> list[Candidate]:
    """Those who are open now; if nobody is, those who open soonest. The others do not compete for this lead."""
    competing = [spot for candidate, spot in zip(candidates, spots, strict=True) if not candidate.code]
    there = [spot.order for spot in competing if spot.is_open]
    if not there:
        opens = {spot.order: presence.opens(spot.rep) for spot in competing}
        soonest = min((instant for instant in opens.values() if instant is not None), default=None)
        there = [order for order, instant in opens.items() if instant == soonest]
    if len(there) == len(competing):
        return candidates
    return [
        candidate if candidate.code or candidate.order in there else candidate._replace(code=OFF_HOURS)
        for candidate in candidates
    ]
