"""Goals as ratios: a table for people, JSON in `bench/out/` for programs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from statistics import median

from rig import BENCH

OUT = BENCH / "out"


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that was measured in every round."""

    name: str
    unit: str
    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.rounds)


@dataclass(frozen=True, slots=True)
class Goal:
    """A ratio with what is wanted of it. `at_least` says which way is better."""

    number: int
    name: str
    ratio: float
    wanted: float
    ambition: float
    at_least: bool = True

    @property
    def verdict(self) -> str:
        def holds(limit: float) -> bool:
            return self.ratio >= limit if self.at_least else self.ratio <= limit

        return "ambition" if holds(self.ambition) else "pass" if holds(self.wanted) else "MISSED"


def ratio(over: Measure, under: Measure) -> float:
    """The median of the rounds' own ratios: each round compares neighbours in time."""
    return median(one / other for one, other in zip(over.rounds, under.rounds, strict=True))


def publish(
    name: str, title: str, measures: Sequence[Measure], goals: Sequence[Goal], facts: Mapping[str, object]
) -> None:
    """Print the tables and write `bench/out/<name>.json`."""
    print(f"\n{title}\n")
    width = max(len(one.name) for one in measures)
    for one in measures:
        rounds = "  ".join(f"{value:,.{_digits(value)}f}" for value in one.rounds[:9])
        print(f"  {one.name:<{width}}  {one.median:>11,.{_digits(one.median)}f} {one.unit:<12} [{rounds}]")
    if goals:
        print(f"\n  {'goal':<{width + 4}} {'ratio':>8} {'wanted':>9} {'aim':>9}")
    for goal in goals:
        sign = "≥" if goal.at_least else "≤"
        wanted, aim = f"{sign} {goal.wanted:g}", f"{sign} {goal.ambition:g}"
        print(f"  {goal.number:>2}  {goal.name:<{width}} {goal.ratio:>8.2f} {wanted:>9} {aim:>9}  {goal.verdict}")
    for key, value in facts.items():
        print(f"  {key}: {value}")
    OUT.mkdir(exist_ok=True)
    content = {
        "title": title,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "load": os.getloadavg()},
        "measures": [{**asdict(one), "median": one.median} for one in measures],
        "goals": [{**asdict(goal), "verdict": goal.verdict} for goal in goals],
        "facts": dict(facts),
    }
    path = OUT / f"{name}.json"
    path.write_text(json.dumps(content, indent=2) + "\n")
    print(f"  written to {path.relative_to(BENCH.parent)}")


def _digits(value: float) -> int:
    return 0 if abs(value) >= 100 else 2 if abs(value) >= 0.1 else 4
