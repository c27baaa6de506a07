"""The map of territories as pages show it: the tree with who works where and what is odd, and one territory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from leads.territories.market import PERIOD, Market, in_words, look
from leads.world import Known
from reps.models import Change, User
from routing.engine.explain import sentence
from routing.engine.territories import Territory, day_of
from routing.engine.world import World

DEEPEST_SHOWN = 6  # what lies deeper is indented no further
RECENT_CHANGES = 12


@dataclass(frozen=True, slots=True)
class Place:
    """A rep's part of a territory; `share` is that of all weights, in percent."""

    email: str
    name: str
    weight: float
    share: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What is odd, in a few words for the list and whole on the page. A tone of "" needs nobody's attention."""

    slug: str
    tone: str
    chip: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A territory in the tree. `leads` and `accounts` lie in it or below it."""

    territory: Territory
    level: int
    says: str
    places: Sequence[Place]
    days: str
    state: str
    leads: int
    accounts: int
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Row]
    market: Market
    findings: Sequence[Finding]
    period: int = PERIOD.days


@dataclass(frozen=True, slots=True)
class TerritoryPage:
    """`above` are the territories that it lies within, the nearest first; all of them must hold a lead too."""

    row: Row
    above: Sequence[Row]
    below: Sequence[Row]
    history: Sequence[tuple[Change, str]]
    period: int = PERIOD.days


def page(known: Known, user: User, *, now: datetime) -> Page:
    """The whole map, parents before their children."""
    seen = look(known, user, now=now)
    rows = _rows(known.world, seen, now)
    by_text: dict[str, Finding] = {}
    for finding in (finding for row in rows for finding in row.findings if finding.tone):
        by_text.setdefault(finding.text, finding)  # an overlap stands at both of its territories
    return Page(rows, seen, list(by_text.values()))


def territory_page(slug: str, known: Known, user: User, *, now: datetime) -> TerritoryPage | None:
    """One territory among the others; None if there is none of this name."""
    rows = {row.territory.slug: row for row in page(known, user, now=now).rows}
    row = rows.get(slug)
    if row is None:
        return None
    above = []
    parent = row.territory.parent
    while parent:
        above.append(rows[parent])
        parent = rows[parent].territory.parent
    below = [other for other in rows.values() if other.territory.parent == slug]
    changes = Change.objects.filter(kind="territories", subject=slug).select_related("by").order_by("-at", "-pk")
    return TerritoryPage(row, above, below, [(change, changed(change)) for change in changes[:RECENT_CHANGES]])


def parents_for(slug: str, world: World) -> list[tuple[str, str]]:
    """What a territory can lie within: neither itself nor anything below it."""
    return [
        (one.slug, one.name)
        for one in sorted(world.territories, key=lambda one: one.name.casefold())
        if slug not in world.ancestors[one.slug]
    ]


def changed(change: Change) -> str:
    """What happened to an entry, in a few words."""
    if change.before is None or change.after is None:
        return "Drawn" if change.before is None else "Erased"
    keys = {**change.before, **change.after}
    words = {"when": "condition", "valid_from": "first day", "valid_to": "last day", "parent": "place in the tree"}
    found = [words.get(key, key) for key in keys if change.before.get(key) != change.after.get(key)]
    return f"Changed: {', '.join(found)}"


def _rows(world: World, seen: Market, now: datetime) -> list[Row]:
    children: dict[str | None, list[Territory]] = defaultdict(list)
    for territory in sorted(world.territories, key=lambda one: (one.name.casefold(), one.slug)):
        children[territory.parent].append(territory)
    findings = _findings(world, seen, children, day_of(now))
    leads, accounts = (_with_below(counts, world) for counts in (seen.leads, seen.accounts))

    rows = []
    waiting = [(territory, 0) for territory in reversed(children[None])]
    while waiting:
        territory, level = waiting.pop()
        waiting += [(child, level + 1) for child in reversed(children[territory.slug])]
        rows.append(
            Row(
                territory=territory,
                level=min(level, DEEPEST_SHOWN),
                says=sentence(territory.when, world.vocabulary),
                places=_places(territory, world),
                days=_days(territory),
                state=_state(territory, day_of(now)),
                leads=leads[territory.slug],
                accounts=accounts[territory.slug],
                findings=findings.get(territory.slug, ()),
            )
        )
    return rows


def _findings(
    world: World, seen: Market, children: Mapping[str | None, Sequence[Territory]], today: date
) -> dict[str, list[Finding]]:
    names = {territory.slug: territory.name for territory in world.territories}
    found: dict[str, list[Finding]] = defaultdict(list)

    def add(slug: str, tone: str, chip: str, text: str) -> None:
        found[slug].append(Finding(slug, tone, chip, text))

    for overlap in seen.survey.overlaps:
        example = in_words(overlap.example, world.vocabulary)
        winner, loser = names[overlap.winner], names[overlap.loser]
        text = f"Both {winner} and {loser} hold {example}. It goes to {winner}, because its slug comes first."
        add(overlap.winner, "warn", f"Overlaps {loser}", text)
        add(overlap.loser, "warn", f"Overlaps {winner}", text)
    for gap in seen.survey.gaps:
        example = in_words(gap.example, world.vocabulary)
        text = f"{names[gap.parent]} holds leads that none of its territories holds, for example {example}."
        if world.pools[_pool(world, gap.parent)].members:
            add(gap.parent, "", "Holds the rest", f"{text} They go to its own reps.")
        else:
            add(gap.parent, "warn", "Gap", f"{text} It has no reps of its own: nobody would take them.")
    for slug in seen.survey.never:
        add(slug, "warn", "Holds nobody", f"No lead could be found that {names[slug]} would hold.")
    for one in world.territories:
        if _state(one, today) == "valid" and not children.get(one.slug) and not world.pools[one.pool].members:
            add(one.slug, "bad", "No reps", f"Nobody works {one.name}: its leads find no rep.")
    return found


def _with_below(counts: Mapping[str, int], world: World) -> dict[str, int]:
    total = dict.fromkeys(world.ancestors, 0)
    for slug, count in counts.items():
        for above in world.ancestors[slug]:
            total[above] += count
    return total


def _pool(world: World, slug: str) -> str:
    return next(one.pool for one in world.territories if one.slug == slug)


def _places(territory: Territory, world: World) -> list[Place]:
    members = world.pools[territory.pool].members
    total = sum(member.weight for member in members) or 1
    return [
        Place(member.rep, world.reps[member.rep].name, member.weight, round(100 * member.weight / total))
        for member in members
    ]


def _days(territory: Territory) -> str:
    """Both ends as people say them: the last day is the one before `valid_to`."""
    last = territory.valid_to - timedelta(days=1) if territory.valid_to else None
    if territory.valid_from and last:
        return f"{_day(territory.valid_from)} to {_day(last)}"
    if territory.valid_from:
        return f"since {_day(territory.valid_from)}"
    return f"until {_day(last)}" if last else "always"


def _day(day: date) -> str:
    return f"{day:%-d %b %Y}"


def _state(territory: Territory, today: date) -> str:
    if territory.valid_from and today < territory.valid_from:
        return "later"
    return "over" if territory.valid_to and today >= territory.valid_to else "valid"


def names_of(emails: Iterable[str], world: World) -> list[tuple[str, str]]:
    """Reps who can be chosen: those who are active, and those who are chosen already."""
    chosen = set(emails)
    found = [(rep.email, rep.name) for rep in world.reps.values() if rep.active or rep.email in chosen]
    return sorted(found, key=lambda rep: rep[1].casefold())
