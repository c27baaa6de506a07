"""How many leads of the last days went through each piece of the tree that is shown, from what was counted by day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from django.db.models import QuerySet, Sum

from leads.builder.desk import Desk
from routing.builder import drafts
from routing.engine.nodes import OTHERWISE, ROOT, TARGET, Json, rule_of, walk
from routing.engine.passage import Drawn, Held, Tally, leads_on, stretches
from routing.engine.route import GATE, STICKY
from routing.models import Traffic, Tree, Version

NO_RULE_ASKED = (STICKY, GATE)


@dataclass(frozen=True, slots=True)
class Intake:
    """All leads that came to a tree: those whose rep knew them, those the gate held back, and whom rules were asked."""

    known: int = 0
    gated: int = 0
    asked: int = 0

    @property
    def leads(self) -> int:
        return self.known + self.gated + self.asked


@dataclass(frozen=True, slots=True)
class Counts:
    """What each piece saw. The pieces below one always add up to it, and the outermost to `total`.

    `elsewhere` are leads that went through rules that are gone since: they are in `intake` and in no piece.
    """

    tally: Tally
    published: frozenset[str]  # ids of all rules that ever decided
    intake: Intake
    fallback: int  # of `total` and `elsewhere`: who ended at the root's Otherwise, from wherever
    rows: Mapping[str, Mapping[str, int]]  # by outcome, leads by row of its table or way of its split
    days: int

    @property
    def total(self) -> int:
        return self.tally.total

    @property
    def elsewhere(self) -> int:
        return self.tally.elsewhere

    def of(self, node: str) -> int | None:
        """Leads that came to this piece; None where it is new and nobody can have come."""
        leads = self.tally.at[node]
        rule = rule_of(node)
        return None if not leads and rule != ROOT and rule not in self.published else leads

    def gone(self, branch: str = ROOT) -> int:
        """Leads that left this branch by a rule that is gone by now."""
        return self.tally.gone[branch]

    def share(self, node: str) -> float:
        """Of those who came to the piece above, the part that went here."""
        parent = self.tally.drawn.parent_of(node)
        above = self.tally.at[parent] if parent else self.total
        return self.tally.at[node] / above if above else 0.0

    def part(self, node: str) -> float:
        """Of all, the part that came here."""
        return self.tally.at[node] / self.total if self.total else 0.0

    @property
    def fallback_share(self) -> float:
        return self.fallback / self.intake.asked if self.intake.asked else 0.0


def counts(desk: Desk, *, days: int = 30, now: datetime) -> Counts:
    return counts_of(desk.tree, desk.document, days=days, now=now)


def counts_of(tree: Tree, document: Json, *, days: int = 30, now: datetime) -> Counts:
    """The last `days` UTC days, today among them, on the tree as this document draws it."""
    counted = Tally(Drawn(document))
    intake: Counter[str] = Counter()
    fallback = 0
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for way in _ways(tree, days, now):
        if way.path in NO_RULE_ASKED:
            intake[way.path] += way.leads
            continue
        intake["asked"] += way.leads
        fallback += way.leads if way.fallback else 0
        piece = counted.add(way.held, way.leads)
        if piece and (row := _row(tree.slug, way, piece)):
            rows[f"{piece}{TARGET}"][row] += way.leads
    return Counts(
        tally=counted,
        published=_ids_of(tree),
        intake=Intake(intake[STICKY], intake[GATE], intake["asked"]),
        fallback=fallback,
        rows=rows,
        days=days,
    )


def by_day(desk: Desk, node: str, *, days: int, now: datetime) -> Mapping[date, tuple[int, int]]:
    """For each day on which leads came: how many to this piece, and how many to what is above it."""
    drawn = Drawn(desk.document)
    counted: dict[date, Tally] = defaultdict(lambda: Tally(drawn))
    for way in _ways(desk.tree, days, now, "day"):
        if way.path not in NO_RULE_ASKED and way.day:
            counted[way.day].add(way.held, way.leads)
    parent = drawn.parent_of(node)
    return {day: (one.at[node], one.at[parent] if parent else one.total) for day, one in counted.items()}


@dataclass(frozen=True, slots=True)
class _Way:
    """Leads that went the same way: the rules of this tree that held, and the path as their decisions have it."""

    held: Held
    path: str
    fallback: bool
    leads: int
    day: date | None = None


def _ways(tree: Tree, days: int, now: datetime, *by: Literal["day"]) -> Iterator[_Way]:
    """Of leads that entered this tree, and of those that another tree sent on to it; of each day apart, if asked."""
    since = now.astimezone(UTC).date() - timedelta(days=days - 1)
    jumps = _jumps()
    sending = _sending(tree.slug, jumps)
    jumping = {*sending, *([tree.slug] if jumps.get(tree.slug) else [])}
    documents = _documents() if jumping else {}
    others = {slug: [*versions.values()][::-1] for slug, versions in documents.items()}
    rows = (
        Traffic.objects.filter(day__gte=since, tree__slug__in={tree.slug, *sending})
        .values_list(*by, "tree__slug", "version", "rules", "path", "fallback")
        .annotate(Sum("leads"))
    )
    for *day, slug, version, rules, path, fallback, leads in rows:
        if slug == tree.slug and (path in NO_RULE_ASKED or slug not in jumping):
            yield _Way(tuple(rules), path, fallback, leads, *day)
        elif path not in NO_RULE_ASKED:
            document = documents.get(slug, {}).get(version, drafts.EMPTY)
            for stretch in stretches(slug, rules, path, document, others):
                if stretch.tree == tree.slug:
                    yield _Way(stretch.held, path, fallback, leads, *day)


def decided() -> QuerySet[Version]:
    """The versions that decide or ever did. Their documents do not change any more."""
    return Version.objects.exclude(status=Version.Status.DRAFT)


def _documents() -> Mapping[str, Mapping[int, Json]]:
    """Of every tree what each of its versions says, oldest first."""
    found: dict[str, dict[int, Json]] = defaultdict(dict)
    for slug, number, document in decided().order_by("number").values_list("tree__slug", "number", "document"):
        found[slug][number] = document
    return found


def _jumps() -> Mapping[str, frozenset[str]]:
    """Of each tree the trees that it led on to at any time."""
    found: dict[str, frozenset[str]] = defaultdict(frozenset)
    for pk, slug in decided().values_list("pk", "tree__slug"):
        found[slug] |= _of_version(pk)[1]
    return found


def _ids_of(tree: Tree) -> frozenset[str]:
    versions = decided().filter(tree=tree).values_list("pk", flat=True)
    return frozenset[str]().union(*(_of_version(pk)[0] for pk in versions))


@lru_cache(maxsize=4096)
def _of_version(pk: int) -> tuple[frozenset[str], frozenset[str]]:
    """The ids of its rules, and the trees it leads on to."""
    document = Version.objects.values_list("document", flat=True).get(pk=pk)
    return frozenset(found.id for found in walk(document)), leads_on(document)


def _sending(slug: str, jumps: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The trees that led on to this one at any time, be it through others."""
    sending, before = {slug}, set[str]()
    while sending != before:
        before = set(sending)
        sending |= {name for name, targets in jumps.items() if targets & before}
    return frozenset(sending - {slug})


def _row(slug: str, way: _Way, piece: str) -> str:
    """The row or way by which the lead went on from the piece at which it ended; "" where there is none."""
    before = "/".join((slug, *way.held, *(["otherwise"] if piece.endswith(OTHERWISE) else []), ""))
    return way.path.removeprefix(before) if way.path.startswith(before) else ""
