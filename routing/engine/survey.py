"""What is odd about a map of territories: where two of them claim the same lead, and where a parent is left alone.

Every finding comes with an example lead. That nothing is found is no proof: the search for examples is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

from routing.engine.candidates import Hints
from routing.engine.conditions import All, Condition, Not, Setting
from routing.engine.facts import Facts
from routing.engine.territories import Atlas, Placed, day_of
from routing.engine.witness import NO_HINTS, Ground, Left, meet

# More than anybody reads; looking on costs time for nothing.
MOST_OVERLAPS = 100
MOST_DEEPER = 100  # territories that may settle an overlap
MOST_STEPS = 50_000  # of all searches together; then the rest is not looked at


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two equally deep territories hold the same lead. `winner` has it only because its slug comes first."""

    winner: str
    loser: str
    example: Facts


@dataclass(frozen=True, slots=True)
class Gap:
    """A lead that the parent holds and none of its children."""

    parent: str
    example: Facts


@dataclass(frozen=True, slots=True)
class Survey:
    """`never` are those for which no lead was found at all; `is_cut`: looking was given up before the end."""

    overlaps: tuple[Overlap, ...] = ()
    gaps: tuple[Gap, ...] = ()
    never: tuple[str, ...] = ()
    is_cut: bool = False


def survey(atlas: Atlas, setting: Setting, hints: Hints = NO_HINTS) -> Survey:
    """The map as it is valid at the setting's time. `hints` are values that leads really have."""
    surveyor = _Surveyor(atlas, setting, hints)
    never = tuple(sorted(surveyor.never()))
    gaps = tuple(surveyor.gaps())
    # Last, because these searches are the most.
    overlaps = tuple(overlap for _, overlap in zip(range(MOST_OVERLAPS), surveyor.overlaps(), strict=False))
    return Survey(overlaps, gaps, never, surveyor.is_cut)


class _Surveyor:
    """All questions about one map share the ground on which examples are looked for."""

    def __init__(self, atlas: Atlas, setting: Setting, hints: Hints) -> None:
        today = day_of(setting.now)
        self.atlas, self.setting = atlas, setting
        self.valid: Sequence[Placed] = [one for one in atlas.placed if one.is_valid(today)]
        self.ground = Ground([one.when for one in self.valid], setting, hints)
        self.left: dict[str, Left] = {one.slug: self.ground.may_hold(one.when) for one in self.valid}

    @property
    def is_cut(self) -> bool:
        return self.ground.steps > MOST_STEPS

    def never(self) -> Iterator[str]:
        for one in self.valid:
            if not self.is_cut and self.ground.find(one.when) is None:
                yield one.slug

    def overlaps(self) -> Iterator[Overlap]:
        for _, level in groupby(self.valid, key=lambda one: one.depth):
            for one, other in combinations(level, 2):
                if self.is_cut:
                    return
                if meet(self.left[one.slug], self.left[other.slug]) and (example := self._both(one, other)):
                    yield Overlap(one.slug, other.slug, example)

    def gaps(self) -> Iterator[Gap]:
        children: dict[str, list[Condition]] = {}
        for one in self.valid:
            if one.territory.parent:
                children.setdefault(one.territory.parent, []).append(one.when)
        for one in sorted(self.valid, key=lambda one: (one.depth, one.slug)):
            if one.slug not in children or self.is_cut:
                continue
            outside = All((one.when, *(Not(child) for child in children[one.slug])))
            if (example := self.ground.find(outside)) is not None:
                yield Gap(one.slug, example)

    def _both(self, one: Placed, other: Placed) -> Facts | None:
        """A lead in both that no deeper one takes, or None: then nothing hangs on which of the two comes first."""
        example = self.ground.find(All((one.when, other.when)))
        if example is None or self._winner(example) == one.slug:
            return example
        deeper = [
            Not(each.when)
            for each in self.valid
            if each.depth > one.depth
            and meet(self.left[each.slug], self.left[one.slug])
            and meet(self.left[each.slug], self.left[other.slug])
        ]
        example = self.ground.find(All((one.when, other.when, *deeper[:MOST_DEEPER])))
        return example if example is not None and self._winner(example) == one.slug else None

    def _winner(self, facts: Facts) -> str:
        return self.atlas.territory_of(facts, self.setting)
