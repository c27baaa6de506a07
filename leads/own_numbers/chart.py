"""The days as bars: what was kept below, what was broken above it, the rest on top. Numbers for an SVG.

Across they are percent and upright they are pixels: the bars grow with the page, and the words beside them do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leads.own_numbers.figures import Day

HEIGHT = 120
LABELS = 6


@dataclass(frozen=True, slots=True)
class Part:
    kind: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """`label` stands below it where there is room for one; one that is `spare` has none on a phone."""

    day: Day
    x: float
    width: float
    parts: Sequence[Part]
    label: bool
    spare: bool

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 2)


@dataclass(frozen=True, slots=True)
class Chart:
    bars: Sequence[Bar]
    top: int
    middle: int

    @property
    def lines(self) -> list[tuple[int, float, float]]:
        """The scale: a number, the height of its line, and where the number itself stands."""
        marks = dict.fromkeys((0, self.middle, self.top))
        return [(mark, y := round(_y(mark, self.top), 1), y + 4) for mark in marks]


def chart(days: Sequence[Day]) -> Chart:
    most = max((day.given for day in days), default=0)
    top = max(2, most + most % 2)
    room = 100 / max(1, len(days))
    wide = min(room * 0.7, 7)
    every = max(1, len(days) // LABELS)
    bars = [
        Bar(
            day=day,
            x=round(number * room + (room - wide) / 2, 2),
            width=round(wide, 2),
            parts=_parts(day, top),
            label=(len(days) - 1 - number) % every == 0,
            spare=(len(days) - 1 - number) // every % 2 == 1,
        )
        for number, day in enumerate(days)
    ]
    return Chart(bars, top, top // 2)


def _parts(day: Day, top: int) -> list[Part]:
    parts, below = [], 0
    for kind, count in (("kept", day.kept), ("broken", day.broken), ("neither", day.neither)):
        if count:
            upper, lower = _y(below + count, top), _y(below, top)
            parts.append(Part(kind, round(upper, 1), round(lower - upper, 1)))
            below += count
    return parts


def _y(count: int, top: int) -> float:
    return 6 + (HEIGHT - 6) * (1 - count / top)
