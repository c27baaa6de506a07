"""The last arrivals of a tree with the facts its first rule saw: what pickers offer, and what edits are tried on.

Kept per process and tree. A decision never changes, so only those that have come since are read again.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from leads.builder.traffic import came
from leads.builder.traffic.came import Seen
from leads.world import known
from routing.engine.conditions import Condition, Setting, question
from routing.engine.facts import Value, Vocabulary, normal
from routing.models import Tree

__all__ = ["Sample", "Seen", "forget", "sample"]

MOST = 5_000
DAYS = 30
FRESH_S = 15.0
MOST_TREES = 4  # of which a process keeps the leads


@dataclass(frozen=True)
class Sample:
    """Newest first. `stamp` changes whenever the leads do."""

    seen: tuple[Seen, ...]
    vocabulary: Vocabulary
    stamp: int
    _values: dict[str, list[tuple[Value, int]]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.seen)

    def values(self, name: str) -> list[tuple[Value, int]]:
        """The values of a field, the most frequent first. Spellings that count as the same are one."""
        if name not in self._values:
            self._values[name] = _counted(one.facts.get(name) for one in self.seen)
        return self._values[name]

    def blank_share(self, name: str) -> float:
        """The part of the leads of which this is not known; 0 without leads."""
        return self._blank.get(name, 1.0) if self.seen else 0.0

    def holding(self, condition: Condition, setting: Setting) -> Sequence[Seen]:
        """The leads for which this holds, each at the time at which it came."""
        ask = question(condition)
        return [one for one in self.seen if ask(one.facts, replace(setting, now=one.at), {})]

    @cached_property
    def _blank(self) -> dict[str, float]:
        filled = Counter(name for one in self.seen for name in one.facts)
        return {name: 1 - count / len(self.seen) for name, count in filled.items()}


class _Process:
    """What this process read last, by tree; and when, by its own clock."""

    samples: OrderedDict[int, tuple[float, Sample]] = OrderedDict()
    stamps = 0


def sample(tree: Tree, now: datetime) -> Sample:
    """The newest arrivals of the last days, at most a quarter of a minute old."""
    vocabulary = known().world.vocabulary
    read_at, current = _Process.samples.get(tree.pk, (0.0, Sample((), vocabulary, 0)))
    is_same = current.stamp and current.vocabulary.fields == vocabulary.fields
    if is_same and time.monotonic() - read_at < FRESH_S:
        return current
    seen = _read(tree, now, vocabulary, {one.decision: one for one in current.seen} if is_same else {})
    if not is_same or seen != current.seen:
        _Process.stamps += 1
        current = Sample(seen, vocabulary, _Process.stamps)
    _Process.samples[tree.pk] = (time.monotonic(), current)
    while len(_Process.samples) > MOST_TREES:
        _Process.samples.popitem(last=False)
    return current


def forget() -> None:
    _Process.samples.clear()


def _read(tree: Tree, now: datetime, vocabulary: Vocabulary, have: dict[int, Seen]) -> tuple[Seen, ...]:
    arrivals = came.last(tree, since=came.first_of(DAYS, now), most=MOST)
    have |= {one.decision: one for one in came.read([one for one in arrivals if one.decision not in have], vocabulary)}
    return tuple(have[one.decision] for one in arrivals if one.decision in have)


def _counted(facts: Iterable[Value | None]) -> list[tuple[Value, int]]:
    spellings: dict[object, Counter[Value]] = defaultdict(Counter)
    for fact in facts:
        for value in fact if isinstance(fact, tuple) else () if fact is None else (fact,):
            spellings[normal(value) if isinstance(value, str) else value][value] += 1
    counted = [(spelt.most_common(1)[0][0], spelt.total()) for spelt in spellings.values()]
    return sorted(counted, key=lambda one: (-one[1], str(one[0])))
