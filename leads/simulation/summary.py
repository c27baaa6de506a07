"""Who got what, and how near that is to what the weights say and to what really happened."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from leads.simulation.history import Told
from routing.engine.facts import normal
from routing.engine.route import Outcome
from routing.engine.world import Pool, World


@dataclass(slots=True)
class Summary:
    """Counts of one simulation, added up one decision after another."""

    world: World
    leads: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    queues: Counter[str] = field(default_factory=Counter)
    fallback: int = 0
    sticky: int = 0
    cover: int = 0
    later: int = 0  # waited until somebody could take them
    by_rotation: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    by_name: Counter[str] = field(default_factory=Counter)  # sticky, account owner, named by a rule, cover
    known: int = 0  # assigned leads of which the file says who really had them
    same_rep: int = 0
    in_pool: int = 0
    same_pool: int = 0

    def __post_init__(self) -> None:
        self._emails = {normal(rep.name): email for email, rep in self.world.reps.items()}

    _emails: dict[str, str] = field(init=False)

    def add(self, told: Told, outcome: Outcome) -> None:
        self.leads += 1
        self.outcomes[outcome.kind] += 1
        self.fallback += outcome.fallback
        self.sticky += outcome.sticky
        self.cover += outcome.cover_for is not None
        if outcome.queue:
            self.queues[outcome.queue] += 1
        self._count(told, outcome)

    def add_later(self, told: Told, outcome: Outcome) -> None:
        """A lead that waited goes to somebody after all."""
        self.later += 1
        self._count(told, outcome)

    def _count(self, told: Told, outcome: Outcome) -> None:
        if outcome.rep and outcome.pool:
            self.by_rotation[outcome.pool][outcome.rep] += 1
        elif outcome.rep:
            self.by_name[outcome.rep] += 1
        self._compare(told.actual_rep, outcome)

    def _compare(self, actual: str, outcome: Outcome) -> None:
        """The file may name the rep by e-mail or by name."""
        email = actual.lower() if actual.lower() in self.world.reps else self._emails.get(normal(actual), "")
        if not email or not outcome.rep:
            return
        self.known += 1
        self.same_rep += email == outcome.rep
        if outcome.pool:
            self.in_pool += 1
            self.same_pool += any(member.rep == email for member in self.world.pools[outcome.pool].members)

    def lines(self) -> Iterator[str]:
        yield f"{self.leads:,} leads: {_counts(self.outcomes) or 'none'}"
        yield f"fallback {_share(self.fallback, self.leads)}, sticky {self.sticky:,}, cover {self.cover:,}"
        if self.queues:
            yield f"waiting: {_counts(self.queues)}"
        if self.later:
            yield f"waited until somebody could take them: {self.later:,}"
        for slug in sorted(self.by_rotation):
            yield from _pool_lines(self.world.pools[slug], self.by_rotation[slug])
        if self.by_name:
            yield f"to whoever is named, knows the lead or covers: {sum(self.by_name.values()):,}"
            yield from (f"  {rep:<40} {count:>7,}" for rep, count in sorted(self.by_name.items()))
        if self.known:
            yield f"as it really went: the same rep {_share(self.same_rep, self.known)} of {self.known:,}"
        if self.in_pool:
            share = _share(self.same_pool, self.in_pool)
            yield f"  the real rep was in the pool that was chosen: {share} of {self.in_pool:,}"


def _pool_lines(pool: Pool, got: Counter[str]) -> Iterator[str]:
    """Each member with his leads beside what his weight alone would give; absences make up the difference."""
    equal = pool.strategy == "round_robin"
    weights = {member.rep: 1.0 if equal else member.weight for member in pool.members}
    total, all_weights = sum(got.values()), sum(weights.values())
    yield f"pool {pool.slug} ({pool.strategy}): {total:,}"
    for rep, weight in weights.items():
        fair = total * weight / all_weights if all_weights else 0.0
        apart = f"{(got[rep] - fair) / fair:+.0%}" if fair else "–"
        yield f"  {rep:<40} {got[rep]:>7,}   fair {fair:>9,.1f}   {apart:>5}"


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()))


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"
