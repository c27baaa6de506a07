"""Strategies: who of those who compete takes the lead. Each is a pure choice; the table is the registry.

Levels are compared with a tolerance, so that thirds that do not add up exactly never break a tie.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from routing.engine.bench import Candidate

TOLERANCE = 1e-9
NEVER = datetime.min.replace(tzinfo=UTC)

Last = Mapping[str, datetime]  # when each rep was last given a lead
Shortfalls = Mapping[str, float]  # how far below his fair share a rep is who has less than half of it


@dataclass(frozen=True, slots=True)
class Evidence:
    """What strategies look at besides the candidates themselves.

    `makes` says who can still keep the lead's promise in his shift: of equals, he goes first. None: it does not matter.
    """

    last: Last = field(default_factory=dict)
    shortfalls: Shortfalls = field(default_factory=dict)
    makes: Callable[[str], bool] | None = None


Strategy = Callable[[Sequence[Candidate], Evidence], Candidate]


def round_robin(candidates: Sequence[Candidate], evidence: Evidence) -> Candidate:
    return _first(_lowest(candidates, lambda candidate: candidate.level), evidence)


def weighted(candidates: Sequence[Candidate], evidence: Evidence) -> Candidate:
    return _first(_lowest(candidates, _pace), evidence)


def least_loaded(candidates: Sequence[Candidate], evidence: Evidence) -> Candidate:
    """By open leads per capacity if every candidate has a capacity, else per weight; then whoever waited longest."""
    by_capacity = all(candidate.capacity for candidate in candidates)
    load: Callable[[Candidate], float] = _filled if by_capacity else _open_per_weight
    tied = _in_time(_lowest(candidates, load), evidence)
    return min(tied, key=lambda candidate: (evidence.last.get(candidate.rep, NEVER), candidate.order))


def best_skilled(candidates: Sequence[Candidate], evidence: Evidence) -> Candidate:
    return _first(_lowest(_lowest(candidates, lambda candidate: -candidate.skill), _pace), evidence)


def best_converting(candidates: Sequence[Candidate], evidence: Evidence) -> Candidate:
    """Whoever is furthest below his fair share goes first; then the highest smoothed win rate."""
    below = evidence.shortfalls
    if starved := [candidate for candidate in candidates if candidate.rep in below]:
        return _first(_lowest(_lowest(starved, lambda candidate: -below[candidate.rep]), _pace), evidence)
    return _first(_lowest(_lowest(candidates, lambda candidate: -(candidate.rate or 0.0)), _pace), evidence)


def first_available(candidates: Sequence[Candidate], evidence: Evidence) -> Candidate:
    return min(candidates, key=lambda candidate: candidate.order)


STRATEGIES: Mapping[str, Strategy] = {
    "round_robin": round_robin,
    "weighted": weighted,
    "least_loaded": least_loaded,
    "best_skilled": best_skilled,
    "best_converting": best_converting,
    "first_available": first_available,
}

WORDS: Mapping[str, str] = {
    "round_robin": "next in the rotation",
    "weighted": "next in the weighted rotation",
    "least_loaded": "lowest load",
    "best_skilled": "best skilled",
    "best_converting": "best win rate",
    "first_available": "first available",
}


def _pace(candidate: Candidate) -> float:
    return candidate.level / candidate.weight


def _filled(candidate: Candidate) -> float:
    return candidate.open / (candidate.capacity or 1)


def _open_per_weight(candidate: Candidate) -> float:
    return candidate.open / candidate.weight


def _first(tied: Sequence[Candidate], evidence: Evidence) -> Candidate:
    """The first of equals, in the order of the pool."""
    return _in_time(tied, evidence)[0]


def _in_time(tied: Sequence[Candidate], evidence: Evidence) -> Sequence[Candidate]:
    """Those of equals who can still keep the promise in their shift; all of them, if nobody can."""
    if evidence.makes is None or len(tied) == 1:
        return tied
    return [candidate for candidate in tied if evidence.makes(candidate.rep)] or tied


def _lowest(candidates: Sequence[Candidate], measure: Callable[[Candidate], float]) -> list[Candidate]:
    """All that tie for the lowest measure, in the order of the pool."""
    measured = [(measure(candidate), candidate) for candidate in candidates]
    lowest = min(value for value, _ in measured)
    tied = [candidate for value, candidate in measured if value - lowest <= TOLERANCE]
    return sorted(tied, key=lambda candidate: candidate.order)
