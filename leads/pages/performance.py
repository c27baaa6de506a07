"""Who wins how much of what he closes, pool by pool, and whether the difference says anything.

The figures are those that `best_converting` goes by: leads won and lost in 180 days, leads given in 30.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leads import rates, standing
from leads.pages.decision import STRATEGIES
from leads.rates import Comparison, Tally
from leads.world import Known
from reps.models import User
from routing.engine import bench, converting, ledger
from routing.engine.bench import Candidate, Presence
from routing.engine.rules import every_target
from routing.engine.targets import ToPool, ToTerritory
from routing.engine.world import Pool

BY_RATE = "best_converting"
NO_SEGMENT = "Without a segment"
NOTHING: Tally = (0, 0)
NO_GAIN = "Sending leads to whoever has the highest rate would gain nothing that these figures show."
NOISE = "This pool chooses by win rate all the same; as the rates stand, a rotation would do as well."
FAR_OFF = 0.25  # of a fair share: from there on it is worth a look

# How wide the drawings are, and the room at their edges.
WIDTH, EDGE, HALF = 180, 8, 60


@dataclass(frozen=True, slots=True)
class Row:
    """One member. `smoothed` is what `best_converting` compares; shares are None where the pool was given nothing."""

    name: str
    won: int
    closed: int
    low: float
    high: float
    smoothed: float
    given: int
    share: float | None
    fair: float | None
    goes_first: bool
    left: float
    right: float
    at: float

    @property
    def rate(self) -> float:
        return self.won / self.closed if self.closed else 0.0

    @property
    def is_few(self) -> bool:
        return self.closed < rates.FEW

    @property
    def apart(self) -> float | None:
        """How far his share is from the fair one, as a part of that."""
        return self.share / self.fair - 1 if self.share is not None and self.fair else None

    @property
    def is_far_off(self) -> bool:
        return self.apart is not None and abs(self.apart) >= FAR_OFF

    @property
    def bar(self) -> tuple[float, float]:
        """Where the bar of `apart` begins, and how long it is."""
        length = min(1.0, abs(self.apart or 0.0)) * HALF
        return HALF - length if (self.apart or 0.0) < 0 else HALF, length


@dataclass(frozen=True, slots=True)
class PoolShown:
    """A pool. `axis` is what the drawings reach from and to, `middle` where the pool's own rate stands in them."""

    name: str
    strategy: str
    by_rate: bool
    won: int
    closed: int
    verdict: str
    differs: bool
    axis: tuple[float, float]
    middle: float
    rows: Sequence[Row]

    @property
    def rate(self) -> float:
        return self.won / self.closed if self.closed else 0.0


@dataclass(frozen=True, slots=True)
class Record:
    """What everybody in the pools that a user may see won of what he closed, and was given."""

    known: Known
    seen: Sequence[Pool]
    closed: Mapping[tuple[str, str], Tally]
    given: Mapping[tuple[str, str], int]
    now: datetime

    @property
    def segments(self) -> list[tuple[str, str]]:
        """What can be chosen: nothing, where there is only one kind of leads."""
        found = sorted({segment for _, segment in self.closed})
        return [(f"={segment}", segment or NO_SEGMENT) for segment in found] if found != [""] else []

    def pools(self, segment: str) -> list[PoolShown]:
        """Each pool, in one segment (`=enterprise`) or, with "", in all together."""
        tallies: dict[str, Tally] = {}
        for (rep, written), (won, closed) in self.closed.items():
            if segment in ("", f"={written}"):
                before_won, before = tallies.get(rep, NOTHING)
                tallies[rep] = (before_won + won, before + closed)
        chosen_so = _chosen_by_rate(self.known)
        return [self._pool(pool, tallies, by_rate=pool.slug in chosen_so) for pool in self.seen]

    def _pool(self, pool: Pool, tallies: Mapping[str, Tally], *, by_rate: bool) -> PoolShown:
        reps = [member.rep for member in pool.members]
        of_each = {rep: tallies.get(rep, NOTHING) for rep in reps}
        won, closed = (sum(tally[part] for tally in of_each.values()) for part in (0, 1))
        axis = _axis([rates.wilson(*tally) for tally in of_each.values() if tally[1]])
        found = rates.compare(of_each.values())
        return PoolShown(
            name=pool.name,
            strategy=STRATEGIES[pool.strategy],
            by_rate=by_rate,
            won=won,
            closed=closed,
            verdict=verdict(found, won, closed, by_rate=by_rate),
            differs=found is not None and found.significant,
            axis=axis,
            middle=_place(won / closed if closed else 0.0, axis),
            rows=self._rows(pool, of_each, axis, by_rate),
        )

    def _rows(
        self, pool: Pool, of_each: Mapping[str, Tally], axis: tuple[float, float], by_rate: bool
    ) -> Sequence[Row]:
        smoothed = converting.win_rates(list(of_each), of_each)
        given = {rep: self.given.get((pool.slug, rep), 0) for rep in of_each}
        floor = self._floor(pool)
        shares, below = converting.shares(floor, given), converting.shortfalls(floor, given)
        rows = []
        for rep, (won, closed) in of_each.items():
            low, high = rates.wilson(won, closed)
            share, fair = shares.get(rep, (None, None))
            rows.append(
                Row(
                    name=self.known.world.reps[rep].name,
                    won=won,
                    closed=closed,
                    low=low,
                    high=high,
                    smoothed=smoothed[rep],
                    given=given[rep],
                    share=share,
                    fair=fair,
                    goes_first=by_rate and rep in below,
                    left=_place(low, axis),
                    right=_place(high, axis),
                    at=_place(won / closed if closed else 0.0, axis),
                )
            )
        return rows

    def _floor(self, pool: Pool) -> list[Candidate]:
        """Everybody who has a part in the pool's leads, whether he is there just now or not."""
        presence, weights = Presence(self.now), ledger.weights_of(pool, pool.strategy)
        return [
            Candidate(rep, "" if presence.has_started(known_rep) else bench.NOT_YET_STARTED, weight)
            for rep, weight in weights.items()
            if (known_rep := self.known.world.reps[rep]).active
        ]


def record(user: User, known: Known, now: datetime) -> Record:
    """For RevOps all pools with somebody in them, for a manager those in which a rep of his teams is."""
    seen = [pool for pool in known.world.pools.values() if pool.members]
    if not user.is_revops:
        teams = set(user.managed_teams.values_list("slug", flat=True))
        seen = [pool for pool in seen if any(known.world.reps[one.rep].team in teams for one in pool.members)]
    slugs = {known.pools[pool.slug]: pool.slug for pool in seen}
    reps = {known.reps[member.rep].id for pool in seen for member in pool.members}
    closed, given = standing.track_records(known, slugs, list(reps), now)
    return Record(known, seen, closed, given, now)


def verdict(found: Comparison | None, won: int, closed: int, *, by_rate: bool) -> str:
    """What the figures say and what they do not, in words. Of a gain nothing is said: no figure here could show one."""
    if found is None:
        return _nothing_to_compare(won, closed)
    test = f"Chi-square {found.statistic:.2f}, {_degrees(found.freedom)}, {_p(found.p)}"
    if not found.reliable:
        return f"Too little is closed to tell whether anybody wins more than the others. {test}: not to be relied on."
    if found.significant:
        return (
            "The win rates differ by more than chance would explain. Why, they do not say: whoever is given the easier "
            f"leads wins more of them, too. {test}."
        )
    words = "The win rates differ no more than chance would explain: nobody is shown to win more than the others."
    return f"{words} {NOISE if by_rate else NO_GAIN} {test}."


def _nothing_to_compare(won: int, closed: int) -> str:
    if not closed:
        return "Nobody here has closed a lead within 180 days: there is nothing to compare."
    if won in (0, closed):
        return f"All {closed} leads that were closed within 180 days were {'won' if won else 'lost'}: no rate differs."
    return "Only one person here has closed leads within 180 days: there is nobody to compare with."


def _degrees(freedom: int) -> str:
    return f"{freedom} degree{'' if freedom == 1 else 's'} of freedom"


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def _chosen_by_rate(known: Known) -> set[str]:
    """The pools in which the highest win rate decides, by their own strategy or because a rule says so."""
    asked: set[str] = set()
    for target in (target for tree in known.world.trees.values() for target in every_target(tree.tree)):
        if isinstance(target, ToPool) and target.assign.strategy == BY_RATE:
            asked.add(target.pool)
        elif isinstance(target, ToTerritory) and target.assign.strategy == BY_RATE:
            asked |= set(known.world.atlas.pools.values())
    return asked | {slug for slug, pool in known.world.pools.items() if pool.strategy == BY_RATE}


def _axis(intervals: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """From the lowest to the highest of them, to whole tenths."""
    low = min((low for low, _ in intervals), default=0.0)
    high = max((high for _, high in intervals), default=1.0)
    return math.floor(low * 10) / 10, math.ceil(high * 10) / 10


def _place(rate: float, axis: tuple[float, float]) -> float:
    low, high = axis
    part = (rate - low) / (high - low) if high > low else 0.5
    return round(EDGE + part * (WIDTH - 2 * EDGE), 1)
