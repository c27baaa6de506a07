"""How sure one can be of a win rate, and whether the rates of several people differ by more than chance. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

Tally = tuple[int, int]  # won, closed

SIGNIFICANT = 0.05
FEW = 100  # closed leads; below that a rate says little about a person
Z_95 = 1.959963984540054  # 95 % of a normal distribution lie this many standard deviations around its middle
# Where fewer wins or losses than this are to be expected of somebody, the test's own figures are guesses: one in five
# may be below `EXPECTED`, none below `LEAST` (Cochran 1954).
EXPECTED, LEAST, ONE_IN = 5, 1, 5


@dataclass(frozen=True, slots=True)
class Comparison:
    """Pearson's chi-square test of "everybody wins alike". `p` is how often chance alone gives rates as unlike.

    `reliable` is false where too little was closed for the test to mean anything.
    """

    statistic: float
    freedom: int
    p: float
    reliable: bool

    @property
    def significant(self) -> bool:
        return self.reliable and self.p < SIGNIFICANT


def wilson(won: int, closed: int) -> tuple[float, float]:
    """The 95 % interval of a rate (Wilson 1927): within 0 and 1, and honest about few leads. Of none it is all."""
    if not closed:
        return 0.0, 1.0
    rate, z2 = won / closed, Z_95 * Z_95
    middle = (rate + z2 / (2 * closed)) / (1 + z2 / closed)
    reach = Z_95 / (1 + z2 / closed) * math.sqrt(rate * (1 - rate) / closed + z2 / (4 * closed * closed))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def compare(tallies: Iterable[Tally]) -> Comparison | None:
    """Do these people win alike? None where there is nothing to compare: fewer than two, or all won, or all lost."""
    known = [(won, closed) for won, closed in tallies if closed]
    won, closed = sum(won for won, _ in known), sum(closed for _, closed in known)
    if len(known) < 2 or won in (0, closed):
        return None
    rate = won / closed
    statistic = sum((his - all_his * rate) ** 2 / (all_his * rate * (1 - rate)) for his, all_his in known)
    freedom = len(known) - 1
    expected = [all_his * share for _, all_his in known for share in (rate, 1 - rate)]
    low = sum(one < EXPECTED for one in expected)
    reliable = min(expected) >= LEAST and low * ONE_IN <= len(expected)
    return Comparison(statistic, freedom, chi_square_tail(statistic, freedom), reliable)


def chi_square_tail(statistic: float, freedom: int) -> float:
    """How likely a chi-square variable of `freedom` degrees is to exceed `statistic`.

    For whole degrees the upper incomplete gamma function is a sum of as many terms as half of them, all positive:
    nothing cancels. Each term is made from its logarithm, so that none is too large or too small on the way.
    """
    half = statistic / 2
    if half <= 0:
        return 1.0
    odd = freedom % 2
    total = math.erfc(math.sqrt(half)) if odd else 0.0
    for step in range(freedom // 2):
        power = step + odd / 2
        total += math.exp(power * math.log(half) - half - math.lgamma(power + 1))
    return min(1.0, total)
