"""Who wins leads like this one: smoothed win rates, and the floor that keeps everybody in leads. Pure.

A rate is the posterior mean of a Beta prior: the pool's own rate counts as much as twenty closed leads, so that a rep
with three lucky wins is not taken for the best. The floor comes first: whoever had less than half of his fair share of
the pool's last thirty days is given a lead before anybody is compared, else nobody would ever learn how well he does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from routing.engine.bench import INACTIVE, NOT_YET_STARTED, Candidate

PRIOR_WEIGHT = 20.0  # closed leads
CLOSED_WITHIN = timedelta(days=180)
GIVEN_WITHIN = timedelta(days=30)
LEAST_OF_FAIR_SHARE = 0.5
UNKNOWN_RATE = 0.5  # of a pool that has closed nothing like this yet: the same for all, so it decides nothing
NO_PART = (INACTIVE, NOT_YET_STARTED)  # who is not on the floor has no fair share of it

Tally = tuple[int, int]  # won, closed


def win_rates(reps: Sequence[str], closed: Mapping[str, Tally]) -> dict[str, float]:
    """The posterior mean of each rep. `closed` counts leads like this one; whoever is not in it closed none."""
    won, total = (sum(closed.get(rep, (0, 0))[part] for rep in reps) for part in (0, 1))
    pools_own = won / total if total else UNKNOWN_RATE
    rates = {}
    for rep in reps:
        his_won, his_closed = closed.get(rep, (0, 0))
        rates[rep] = (his_won + PRIOR_WEIGHT * pools_own) / (his_closed + PRIOR_WEIGHT)
    return rates


def shortfalls(candidates: Sequence[Candidate], given: Mapping[str, int]) -> dict[str, float]:
    """How far each of those who compete is below his fair share, for those below half of it.

    `candidates` is the whole bench, `given` what each was given of the pool's last thirty days. Shares are parts of 1.
    """
    competing = {one.rep for one in candidates if not one.code}
    return {
        rep: fair - share
        for rep, (share, fair) in shares(candidates, given).items()
        if rep in competing and share < LEAST_OF_FAIR_SHARE * fair
    }


def shares(candidates: Sequence[Candidate], given: Mapping[str, int]) -> dict[str, tuple[float, float]]:
    """What each on the floor was given as a part of all that they were, and his fair part by weight; {} of nothing."""
    weights = {one.rep: one.weight for one in candidates if one.code not in NO_PART and one.weight > 0}
    whole, total = sum(weights.values()), sum(given.get(rep, 0) for rep in weights)
    if not total:
        return {}
    return {rep: (given.get(rep, 0) / total, weight / whole) for rep, weight in weights.items()}
