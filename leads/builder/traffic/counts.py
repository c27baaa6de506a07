"""How many leads of the last days went through each piece of the tree that is shown, from what was counted by day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from leads.builder.desk import Desk
from leads.builder.traffic import ways
from leads.builder.traffic.ways import NO_RULE_ASKED, Way
from routing.engine.nodes import OTHERWISE, ROOT, TARGET, Json, rule_of
from routing.engine.passage import Drawn, Tally
from routing.engine.route import GATE, STICKY
from routing.models import Tree


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


def counts(desk: Desk, *, days: int = 30, now: datetime) -> Counts:
    return counts_of(desk.tree, desk.document, days=days, now=now)


def counts_of(tree: Tree, document: Json, *, days: int = 30, now: datetime) -> Counts:
    """The last `days` UTC days, today among them, on the tree as this document draws it."""
    counted = Tally(Drawn(document))
    intake: Counter[str] = Counter()
    fallback = 0
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    since = now.astimezone(UTC).date() - timedelta(days=days - 1)
    for way in ways.through(tree, since):
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
        published=ways.ids_ever(tree),
        intake=Intake(intake[STICKY], intake[GATE], intake["asked"]),
        fallback=fallback,
        rows=rows,
        days=days,
    )


def by_day(desk: Desk, node: str, *, days: int, now: datetime) -> Mapping[date, tuple[int, int]]:
    """For each day on which leads came: how many to this piece, and how many to what is above it."""
    drawn = Drawn(desk.document)
    counted: dict[date, Tally] = defaultdict(lambda: Tally(drawn))
    since = now.astimezone(UTC).date() - timedelta(days=days - 1)
    for way in ways.through(desk.tree, since, "day"):
        if way.path not in NO_RULE_ASKED and way.day:
            counted[way.day].add(way.held, way.leads)
    parent = drawn.parent_of(node)
    return {day: (one.at[node], one.at[parent] if parent else one.total) for day, one in counted.items()}


def _row(slug: str, way: Way, piece: str) -> str:
    """The row or way by which the lead went on from the piece at which it ended; "" where there is none."""
    before = "/".join((slug, *way.held, *(["otherwise"] if piece.endswith(OTHERWISE) else []), ""))
    return way.path.removeprefix(before) if way.path.startswith(before) else ""
