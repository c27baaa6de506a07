"""What the engine knows when it decides: the organisation (`World`, frozen) and who holds what just now (`Standing`).

The shell builds both, from the database or from a file; the engine reads them and never looks anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from reps.hours import ALWAYS, Calendar
from routing.engine.compile import Level
from routing.engine.conditions import Setting
from routing.engine.facts import STANDARD, Facts, Vocabulary, normal
from routing.engine.promises import Promise
from routing.engine.rules import Tree
from routing.engine.territories import Atlas, Territory, atlas_of


@dataclass(frozen=True, slots=True)
class Rep:
    """A person who works leads, as the filters see him. Limits are counts of leads; None is no limit.

    Who is `paused` is so until `paused_until`, if that is known; at that instant he is back.
    """

    email: str
    name: str
    calendar: Calendar = ALWAYS
    active: bool = True
    starts_on: date | None = None
    paused: bool = False
    paused_until: datetime | None = None
    capacity: int | None = None
    daily_cap: int | None = None
    skills: Mapping[str, int] = field(default_factory=dict)
    backup: str | None = None
    team: str | None = None

    def is_paused(self, at: datetime) -> bool:
        return self.paused and (self.paused_until is None or at < self.paused_until)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.calendar.week.zone)


@dataclass(frozen=True, slots=True)
class Member:
    rep: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Pool:
    slug: str
    name: str
    members: tuple[Member, ...] = ()
    strategy: str = "round_robin"
    catch_up: str = "none"


@dataclass(frozen=True, slots=True)
class Published:
    """A tree's LIVE version, ready to be asked. `zone` is the zone of `time.weekday` and `time.hour`."""

    slug: str
    name: str
    zone: str
    tree: Tree
    level: Level


@dataclass(frozen=True, slots=True)
class Gate:
    """Who is not ready yet: leads that score less than `threshold` are nurtured, except those with such an intent."""

    threshold: float = 0
    skip_score_for: frozenset[str] = frozenset()  # intents in their normal form
    track: str = "nurture"

    def holds_back(self, facts: Facts) -> bool:
        score = facts.get("score")
        ready = not isinstance(score, int | float) or score >= self.threshold
        return not ready and normal(str(facts.get("intent", ""))) not in self.skip_score_for


@dataclass(frozen=True, slots=True)
class World:
    """The whole organisation at one revision: everything a decision needs except facts, standing and the time."""

    trees: Mapping[str, Published]
    default_tree: str
    reps: Mapping[str, Rep]
    pools: Mapping[str, Pool]
    queues: Mapping[str, str | None] = field(default_factory=dict)  # slug → its team's slug
    skills: frozenset[str] = frozenset()
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    territories: tuple[Territory, ...] = ()
    ancestors: Mapping[str, frozenset[str]] = field(default_factory=dict)
    vocabulary: Vocabulary = STANDARD
    promises: tuple[Promise, ...] = ()  # in their order; none if none counts the time of whoever has the lead
    gate: Gate | None = None
    converting: bool = False  # a pool or a target chooses by win rates, so that they must be known
    atlas: Atlas = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "atlas", atlas_of(self.territories, self.lists, self.ancestors))

    def setting(self, now: datetime) -> Setting:
        return Setting(now=now, lists=self.lists, ancestors=self.ancestors)


@dataclass(slots=True)
class Standing:
    """Who holds what at this moment. Levels are per (pool, rep); `today` counts what a rep was given on a local day.

    `closed` counts (won, closed) leads of a rep in a segment (in its normal form) within 180 days, `given` what a rep
    was given in a pool within 30 days; both only where win rates are asked for.

    The only thing in the engine that changes: `routing.engine.ledger.take` moves it on after each decision, so that a
    batch or a whole simulation is a fold over it.
    """

    levels: dict[tuple[str, str], float] = field(default_factory=dict)
    opened: set[tuple[str, str]] = field(default_factory=set)
    open: dict[str, int] = field(default_factory=dict)
    today: dict[tuple[str, date], int] = field(default_factory=dict)
    last: dict[str, datetime] = field(default_factory=dict)
    closed: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    given: dict[tuple[str, str], int] = field(default_factory=dict)
