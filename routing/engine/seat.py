"""From a target that names people to the one who takes the lead: a pool's rotation, or one person and his cover."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from routing.engine import bench, ledger, strategies
from routing.engine.bench import Bench, Candidate, Needs, Presence
from routing.engine.facts import Facts, Value, normal
from routing.engine.ledger import Line
from routing.engine.targets import Assign, ToAccountOwner, ToPool, ToRep, ToTerritory
from routing.engine.walk import Place
from routing.engine.world import Pool, Standing, World

# A backup stands in for somebody who is not there or is full, not for somebody who was never fit to take the lead.
COVERED = frozenset(
    {
        bench.INACTIVE,
        bench.NOT_YET_STARTED,
        bench.AWAY,
        bench.HOLIDAY,
        bench.PAUSED,
        bench.DAILY_CAP,
        bench.AT_CAPACITY,
        bench.HELD_BEFORE,
        bench.DECLINED,
    }
)
MOST_BACKUPS = 5


@dataclass(frozen=True, slots=True)
class Seat:
    """Who takes the lead (None: nobody), how he was found, and everybody who was looked at."""

    rep: str | None = None
    how: str = ""
    because: str = ""
    pool: str | None = None
    strategy: str = ""
    cover_for: str | None = None
    candidates: tuple[Candidate, ...] = ()
    lines: tuple[Line, ...] = ()


NOBODY = Seat()


def find_seat(place: Place, needs: Needs, world: World, standing: Standing, presence: Presence) -> Seat:
    """Who takes a lead whose target is a pool, a territory, a rep or the owner of the account."""
    target = place.target
    if isinstance(target, ToRep):
        return _named(target.rep, "named by the rule", needs, target.assign, place, world, standing, presence)
    if isinstance(target, ToAccountOwner):
        owner = str(place.facts.get("account.owner", ""))
        because = f"owner of {place.facts.get('account.name', 'the account')}"
        return _named(owner, because, needs, target.assign, place, world, standing, presence)
    if isinstance(target, ToTerritory):
        slug = world.atlas.pools.get(str(place.facts.get("territory", "")), "")
    else:
        assert isinstance(target, ToPool)
        slug = target.pool
    pool = world.pools.get(slug)
    if pool is None or not pool.members:
        return NOBODY
    return _from_pool(pool, needs, target.assign, place.facts, world, standing, presence)


def required_skills(assign: Assign, facts: Facts, known: frozenset[str]) -> tuple[tuple[str, int], ...]:
    """Skills the target asks for, and those that the lead's own facts name, as far as such a skill exists."""
    required = dict(assign.require_skills)
    for name in assign.skills_from:
        for value in _texts(facts.get(name)):
            slug = "-".join(normal(value).split())
            if slug in known:
                required.setdefault(slug, 1)
    return tuple(required.items())


def _texts(value: Value | None) -> Iterable[str]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (str(value),)


def _from_pool(
    pool: Pool, needs: Needs, assign: Assign, facts: Facts, world: World, standing: Standing, presence: Presence
) -> Seat:
    strategy = assign.strategy or pool.strategy
    opening = ledger.openings(pool, strategy, world.reps, standing, presence)
    joined = {line.rep: line.amount for line in opening}
    if skills := required_skills(assign, facts, world.skills):
        needs = replace(needs, skills=skills)
    seats = bench.assemble(pool, world.reps, needs, standing, presence, joined=joined, preferred=assign.prefer_skills)
    if not seats.eligible:
        return Seat(candidates=seats.candidates)
    chosen = strategies.STRATEGIES[strategy](seats.eligible, standing.last)
    return Seat(
        rep=chosen.rep,
        how="rotation",
        because=_because(world.reps[chosen.rep].name, strategy, pool, seats),
        pool=pool.slug,
        strategy=strategy,
        candidates=seats.candidates,
        lines=opening + ledger.rotation_lines(pool, strategy, seats, chosen.rep),
    )


def _because(name: str, strategy: str, pool: Pool, seats: Bench) -> str:
    competing = len(seats.eligible)
    if competing == 1:
        return f"{name}, the only one of {pool.name} who could take it."
    return f"{name}, {strategies.WORDS[strategy]} of {pool.name} ({competing} could take it)."


def _named(
    email: str,
    because: str,
    needs: Needs,
    assign: Assign,
    place: Place,
    world: World,
    standing: Standing,
    presence: Presence,
) -> Seat:
    """One person, or his backup, or the backup's backup: five at most after the first, nobody asked twice."""
    if email not in world.reps:
        return NOBODY
    first = world.reps[email]
    skills = required_skills(assign, place.facts, world.skills)
    code = bench.exclusion(first, replace(needs, skills=skills), standing, presence)
    looked_at = [_looked_at(email, code, world, standing)]
    if not code:
        return Seat(rep=email, how="named", because=f"{first.name}, {because}.", candidates=tuple(looked_at))
    backup = first.backup if code in COVERED else None
    while backup in world.reps and len(looked_at) <= MOST_BACKUPS and backup not in {c.rep for c in looked_at}:
        assert backup is not None
        code = bench.exclusion(world.reps[backup], needs, standing, presence)
        looked_at.append(_looked_at(backup, code, world, standing))
        if not code:
            words = (
                f"{world.reps[backup].name} covers for {first.name}, {because}, who {bench.WORDS[looked_at[0].code]}."
            )
            return Seat(rep=backup, how="cover", because=words, cover_for=email, candidates=tuple(looked_at))
        backup = world.reps[backup].backup
    return Seat(candidates=tuple(looked_at))


def _looked_at(email: str, code: str, world: World, standing: Standing) -> Candidate:
    return Candidate(rep=email, code=code, open=standing.open.get(email, 0), capacity=world.reps[email].capacity)
