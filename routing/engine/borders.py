"""Where territories overlap and where they leave gaps, each with an example lead that shows it.

Two overlap if they are equally deep and some lead lies in both: then only the order of their slugs decides. A gap is a
lead that a territory holds and none of its children does. "Found none" is not "there is none": see `witness`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from routing.engine.candidates import Hints
from routing.engine.conditions import EVERY_LEAD, All, Not, Setting
from routing.engine.facts import Facts
from routing.engine.territories import Atlas, Placed, day_of
from routing.engine.witness import Ground, meet

MOST_FOUND = 100
MOST_STEPS = 100_000  # of all searches together: then the rest is not looked at


@dataclass(frozen=True, slots=True)
class Overlap:
    """A lead with these facts lies in both; it goes to the first."""

    first: str
    second: str
    example: Facts


@dataclass(frozen=True, slots=True)
class Gap:
    """A lead with these facts lies in the territory and in none of its children."""

    territory: str
    example: Facts


class Borders:
    """The territories that are valid at the setting's time or later, ready to be looked at."""

    def __init__(self, atlas: Atlas, setting: Setting, hints: Hints) -> None:
        today = day_of(setting.now)
        self._placed = [one for one in atlas.placed if one.valid_to is None or today < one.valid_to]
        self._today = today
        self._ground = Ground((EVERY_LEAD, *(one.when for one in self._placed)), setting, hints)

    @property
    def is_cut(self) -> bool:
        """Whether looking was given up before the end."""
        return self._ground.steps > MOST_STEPS

    def overlaps(self) -> list[Overlap]:
        """At most a hundred, the deepest first."""
        found: list[Overlap] = []
        may = {one.slug: self._ground.may_hold(one.when) for one in self._placed}
        for one, other in self._pairs():
            if not _at_once(one, other) or not meet(may[one.slug], may[other.slug]):
                continue
            example = self._ground.find(All((one.when, other.when)))
            if example is not None:
                found.append(Overlap(one.slug, other.slug, example))
            if len(found) == MOST_FOUND or self.is_cut:
                break
        return found

    def gaps(self) -> list[Gap]:
        """Of every territory that is valid today and has children that are."""
        valid = [one for one in self._placed if one.is_valid(self._today)]
        children: dict[str, list[Placed]] = defaultdict(list)
        for one in valid:
            if one.territory.parent:
                children[one.territory.parent].append(one)
        found = []
        for one in reversed(valid):
            if (within := children.get(one.slug)) and not self.is_cut:
                outside = tuple(Not(child.territory.when) for child in within)
                example = self._ground.find(All((one.when, *outside)))
                if example is not None:
                    found.append(Gap(one.slug, example))
        return found

    def _pairs(self) -> Iterator[tuple[Placed, Placed]]:
        """Those that are equally deep. They stand together, the first by slug first: that is the one that wins."""
        for number, one in enumerate(self._placed):
            for other in self._placed[number + 1 :]:
                if other.depth != one.depth:
                    break
                yield one, other


def _at_once(one: Placed, other: Placed) -> bool:
    """Whether there is a day on which both are valid."""
    begins = max((day for day in (one.valid_from, other.valid_from) if day is not None), default=date.min)
    ends = min((day for day in (one.valid_to, other.valid_to) if day is not None), default=date.max)
    return begins < ends
