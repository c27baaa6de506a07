"""A small organisation for engine tests, built by keyword."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from reps.hours import Calendar, parse_week
from routing.engine.bench import Presence
from routing.engine.compile import compile_rules
from routing.engine.document import parse
from routing.engine.facts import STANDARD
from routing.engine.route import Holder, Outcome, Request, plan, route, take
from routing.engine.world import Member, Pool, Published, Rep, Standing, World

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)  # a Wednesday
OFFICE = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


def calendar(hours: Mapping[str, list[str]] | None = None, zone: str = "UTC", away: Iterable[tuple] = ()) -> Calendar:
    return Calendar(parse_week(hours, zone), frozenset(), tuple(away))


def rep(name: str, **values: object) -> Rep:
    return Rep(email=f"{name.lower()}@example.com", name=name, **values)  # type: ignore[arg-type]


def pool(slug: str, *members: str | tuple[str, float], **values: object) -> Pool:
    seats = [member if isinstance(member, tuple) else (member, 1.0) for member in members]
    return Pool(
        slug=slug,
        name=slug.title(),
        members=tuple(Member(f"{name.lower()}@example.com", weight) for name, weight in seats),
        **values,  # type: ignore[arg-type]
    )


def world(
    document: Mapping[str, object],
    *,
    reps: Iterable[Rep] = (),
    pools: Iterable[Pool] = (),
    trees: Mapping[str, Mapping[str, object]] | None = None,
    zone: str = "UTC",
    **values: object,
) -> World:
    published = {}
    for slug, text in {"main": document, **(trees or {})}.items():
        tree = parse({"format": 1, **text}, STANDARD)
        level = compile_rules(tree.rules, {}, {})
        published[slug] = Published(slug=slug, name=slug.title(), zone=zone, tree=tree, level=level)
    return World(
        trees=published,
        default_tree="main",
        reps={rep.email: rep for rep in reps},
        pools={pool.slug: pool for pool in pools},
        **values,  # type: ignore[arg-type]
    )


class Desk:
    """Leads arriving one after another at a small organisation."""

    def __init__(self, world: World, standing: Standing | None = None, now: datetime = NOON) -> None:
        self.world = world
        self.standing = standing or Standing()
        self.now = now
        self.count = 0

    def arrive(
        self, *, key: str = "", holder: Holder | None = None, now: datetime | None = None, **facts: object
    ) -> Outcome:
        self.count += 1
        presence = Presence(now or self.now)
        request = Request(key=key or f"lead:{self.count}", facts=facts, holder=holder)  # type: ignore[arg-type]
        outcome = route(request, self.world, self.standing, presence, plan(request, self.world, presence.now))
        take(outcome, request, self.world, self.standing, presence)
        return outcome

    def rotation(self, leads: int) -> str:
        """The initials of whoever got the next leads."""
        return " ".join((self.arrive().rep or "-")[0].upper() for _ in range(leads))

    def at_level(self, pool: str, **levels: float) -> None:
        for name, level in levels.items():
            place = (pool, f"{name.lower()}@example.com")
            self.standing.levels[place] = level
            self.standing.opened.add(place)


def days(number: float) -> timedelta:
    return timedelta(days=number)


TO_POOL = {"kind": "pool", "pool": "sales"}
TO_TRIAGE = {"kind": "queue", "queue": "triage"}
EVERYBODY_TO_SALES = {"rules": [], "otherwise": TO_POOL}
