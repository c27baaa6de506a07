"""What a configuration consists of: one frozen value per entry of the file, named and ordered as in the file.

A `Configuration` is the whole organisation. Entries stand in the order of their keys, because that is how they come
out of the database: the same file means the same world everywhere. Policies keep their order; the first that fits wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Team:
    slug: str
    name: str
    manager: str | None = None
    timezone: str = "UTC"
    hours: Mapping[str, list[str]] | None = None
    queue: str | None = None


@dataclass(frozen=True, slots=True)
class Skill:
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class TimeOff:
    """`[start, end)` in UTC; the file says it in the rep's own time."""

    start: datetime
    end: datetime
    kind: str = "pto"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rep:
    """`paused` is the rep's own switch: it is not in the file, and loading a file leaves it as it is."""

    email: str
    name: str
    team: str | None = None
    timezone: str = "UTC"
    hours: Mapping[str, list[str]] | None = None
    holidays: str = ""
    capacity: int | None = None
    daily_cap: int | None = None
    skills: Mapping[str, int] = field(default_factory=dict)
    backup: str | None = None
    active: bool = True
    starts_on: date | None = None
    time_off: tuple[TimeOff, ...] = ()
    paused: bool = field(default=False, metadata={"in_file": False})
    paused_until: datetime | None = field(default=None, metadata={"in_file": False})


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day on which nobody of the company works, whatever his country says. None: the file says it wrongly."""

    day: date | None
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    rep: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Territory:
    """`when` is a condition as the file writes it."""

    slug: str
    name: str
    when: Mapping[str, Any] = field(default_factory=dict)
    parent: str | None = None
    reps: tuple[Member, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """`details` are the keys of the file that Switchyard has no use for itself; they are kept and shown."""

    name: str
    domains: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    owner: str | None = None
    team: str | None = None
    parent: str | None = None
    is_customer: bool = False
    tier: str = ""
    country: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ValueList:
    slug: str
    name: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomField:
    key: str
    type: str
    label: str


@dataclass(frozen=True, slots=True)
class Pool:
    slug: str
    name: str
    strategy: str = "round_robin"
    catch_up: str = "none"
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Queue:
    slug: str
    name: str
    team: str | None = None


@dataclass(frozen=True, slots=True)
class SlaPolicy:
    """`document` is the policy as `leads.sla` writes it."""

    slug: str
    document: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scoring:
    """`document` is the points model as the file writes it; empty if there is none."""

    document: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    slug: str
    name: str
    auth: str = "none"
    secret_env: str = ""
    preset: str = ""
    items: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    id: str = ""
    intent: str = ""
    enrich_within: str = ""
    reroute_late: bool = False


@dataclass(frozen=True, slots=True)
class Enrichment:
    """A provider that is asked over the network; `headers` name their secrets and never hold them."""

    slug: str
    name: str
    url: str = ""
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)
    ask_if_blank: tuple[str, ...] = ()
    timeout: str = "2s"
    cost: float = 0.0
    keep: str = "30d"
    order: int = 0
    off: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    """`document` is the rule document as `routing.engine.document` writes it."""

    slug: str
    name: str
    default: bool = False
    timezone: str = "UTC"
    document: Mapping[str, Any] = field(default_factory=dict)


Part = (
    Team
    | Skill
    | Rep
    | Holiday
    | Territory
    | Account
    | ValueList
    | CustomField
    | Pool
    | Queue
    | SlaPolicy
    | Scoring
    | Source
    | Enrichment
    | Tree
)

# The kinds, in the order of the file, with what names an entry. There is one scoring model, so it needs no name.
KEYS: Mapping[str, str] = {
    "teams": "slug",
    "skills": "slug",
    "reps": "email",
    "holidays": "day",
    "territories": "slug",
    "accounts": "name",
    "lists": "slug",
    "fields": "key",
    "pools": "slug",
    "queues": "slug",
    "sla_policies": "slug",
    "scoring": "",
    "enrichment": "slug",
    "sources": "slug",
    "trees": "slug",
}
BUILT_IN_QUEUE = Queue("unassigned", "Unassigned")


@dataclass(frozen=True, slots=True)
class Configuration:
    """The whole organisation. The built-in queue is always there; it is among `queues` only if somebody changed it."""

    teams: tuple[Team, ...] = ()
    skills: tuple[Skill, ...] = ()
    reps: tuple[Rep, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    territories: tuple[Territory, ...] = ()
    accounts: tuple[Account, ...] = ()
    lists: tuple[ValueList, ...] = ()
    fields: tuple[CustomField, ...] = ()
    pools: tuple[Pool, ...] = ()
    queues: tuple[Queue, ...] = ()
    sla_policies: tuple[SlaPolicy, ...] = ()
    scoring: tuple[Scoring, ...] = ()
    enrichment: tuple[Enrichment, ...] = ()
    sources: tuple[Source, ...] = ()
    trees: tuple[Tree, ...] = ()

    def of(self, kind: str) -> dict[str, Part]:
        """The entries of a kind by what names them."""
        return {name_of(kind, part): part for part in getattr(self, kind)}

    def with_kinds(self, others: Configuration, kinds: frozenset[str]) -> Configuration:
        """This configuration with these kinds taken from another."""
        return replace(self, **{kind: getattr(others, kind) for kind in KEYS if kind in kinds})


EMPTY = Configuration()


def name_of(kind: str, part: Part) -> str:
    return str(getattr(part, KEYS[kind]) or "") if KEYS[kind] else ""


def in_order(kind: str, parts: list[Any]) -> tuple[Any, ...]:
    """Parts as a configuration keeps them: by what names them, except policies, whose order has a meaning."""
    return tuple(parts) if kind == "sla_policies" else tuple(sorted(parts, key=lambda part: name_of(kind, part)))
