"""Which territory a lead lies in: the most specific of those that hold it.

A territory holds a lead where and while its own condition and its parent's hold, so what lies in Bavaria lies in
Germany too. Of those that hold it the deepest wins; among equally deep ones the first by slug. Days are days in UTC.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from routing.engine.compile import Level, compile_rules
from routing.engine.conditions import All, Condition, Setting
from routing.engine.facts import Facts
from routing.engine.rules import Rule


@dataclass(frozen=True, slots=True)
class Territory:
    """A part of the market. `pool` is the slug of the pool that its reps form; valid in `[valid_from, valid_to)`."""

    slug: str
    name: str
    when: Condition
    parent: str | None = None
    pool: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A territory with what it has from those above it: depth, their conditions, the days on which all are valid."""

    territory: Territory
    depth: int
    when: Condition
    valid_from: date | None
    valid_to: date | None

    @property
    def slug(self) -> str:
        return self.territory.slug

    def is_valid(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True, eq=False)
class Atlas:
    """All territories, ready to be asked: a matcher for each stretch of days on which the same ones are valid."""

    placed: tuple[Placed, ...]  # the most specific first
    turns: tuple[date, ...]  # the days on which one begins or ends
    lists: Mapping[str, frozenset[str]]
    ancestors: Mapping[str, frozenset[str]]
    pools: Mapping[str, str]  # the slug of each territory's pool
    charts: dict[int, Level] = field(default_factory=dict, repr=False)  # by stretch, made when first asked

    def territory_of(self, facts: Facts, setting: Setting) -> str:
        """The slug of the one that this lead lies in at the setting's time; "" for none."""
        if not self.placed:
            return ""
        stretch = bisect_right(self.turns, day_of(setting.now))
        chart = self.charts.get(stretch) or self._chart(stretch)
        index = chart.first(facts, setting)
        return chart.rules[index].id if index >= 0 else ""

    def _chart(self, stretch: int) -> Level:
        """What is valid from the turn before this stretch on, or before the first turn of all."""
        day = self.turns[stretch - 1] if stretch else date.min
        rules = tuple(Rule(one.slug, one.territory.name, one.when) for one in self.placed if one.is_valid(day))
        chart = self.charts[stretch] = compile_rules(rules, self.lists, self.ancestors)
        return chart


def day_of(instant: datetime) -> date:
    """The day on which a territory must be valid to count at this instant."""
    return instant.astimezone(UTC).date()


def atlas_of(
    territories: Sequence[Territory], lists: Mapping[str, frozenset[str]], ancestors: Mapping[str, frozenset[str]]
) -> Atlas:
    """`lists` and `ancestors` are those of the Setting with which it will be asked."""
    by_slug = {one.slug: one for one in territories}
    placed = tuple(sorted((_placed(one, by_slug) for one in territories), key=lambda one: (-one.depth, one.slug)))
    turns = {day for one in placed for day in (one.valid_from, one.valid_to) if day is not None}
    return Atlas(placed, tuple(sorted(turns)), lists, ancestors, {one.slug: one.pool for one in territories})


def _placed(territory: Territory, by_slug: Mapping[str, Territory]) -> Placed:
    line = [territory]
    while (above := by_slug.get(line[-1].parent or "")) is not None and above not in line:
        line.append(above)
    begins = [one.valid_from for one in line if one.valid_from is not None]
    ends = [one.valid_to for one in line if one.valid_to is not None]
    return Placed(
        territory,
        len(line),
        All(tuple(one.when for one in line)) if len(line) > 1 else territory.when,
        max(begins, default=None),
        min(ends, default=None),
    )
