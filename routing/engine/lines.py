"""Who waits for people in a history that is told again: a line for each mark, and which of them are worth asking about.

All with one mark find somebody at the same time, so only the first of a line is asked about, and only when something
may have changed for it: a place was freed, or what keeps people from it passes with time.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from routing.engine import bench


class Waiting(Protocol):
    """Somebody who waits. `number` is his place among all who came, `waits_for` his mark, "" if he waits no more."""

    number: int
    waits_for: str


W = TypeVar("W", bound=Waiting)

PASSING = frozenset({bench.AWAY, bench.HOLIDAY, bench.OFF_HOURS, bench.NOT_YET_STARTED, bench.DAILY_CAP})
FREED = frozenset({bench.AT_CAPACITY})


@dataclass(slots=True)
class Lines(Generic[W]):
    """The lines, each with the codes of those who could not take its first one when they were last asked."""

    _lines: dict[str, list[tuple[int, W]]] = field(default_factory=dict)
    _codes: dict[str, frozenset[str]] = field(default_factory=dict)

    def join(self, one: W, codes: Iterable[str]) -> None:
        heapq.heappush(self._lines.setdefault(one.waits_for, []), (one.number, one))
        self._codes[one.waits_for] = frozenset(codes)

    def asked(self, mark: str, codes: Iterable[str]) -> None:
        """The first of a line was asked about in vain once more: why, as it is now."""
        self._codes[mark] = frozenset(codes)

    def worth_asking(self, *, freed: bool) -> list[str]:
        """The marks of those lines for which somebody may be found by now."""
        if not self._lines:
            return []
        hopes = PASSING | FREED if freed else PASSING
        return [mark for mark in self._lines if self._codes[mark] & hopes]

    def first(self, mark: str) -> W | None:
        """Who waits longest in a line; who waits no more, or for something else, is let out of it."""
        line = self._lines.get(mark, [])
        while line and line[0][1].waits_for != mark:
            heapq.heappop(line)
        if not line:
            self._lines.pop(mark, None)
            return None
        return line[0][1]
