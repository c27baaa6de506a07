"""From a target that names people to the one who takes the lead: a pool's rotation, or one person and his cover.

An account without an owner may have a team: then its reps compete by load, without a ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reps import hours
from routing.engine import bench, converting, ledger, promises, strategies
from routing.engine.bench import Bench, Candidate, Needs, Presence
from routing.engine.facts import Facts, Value, normal
from routing.engine.ledger import Line
from routing.engine.strategies import Evidence
from routing.engine.targets import Assign, ToAccountOwner, ToPool, ToRep, ToTerritory
from routing.engine.walk import Place
from routing.engine.world import Member, Pool, Rep, Standing, World

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
# Strategies that need no ledger: a team has none.
FOR_TEAMS = ("least_loaded", "best_skilled", "first_available")


@dataclass(frozen=True, slots=True)
class Seat:
    """Who takes the lead (None: nobody), how he was found, and everybody who was looked at.

    `notes` are what was not quite as asked for, in words.
    """

    rep: str | None = None
    how: str = ""
    because: str = ""
    pool: str | None = None
    strategy: str = ""
    cover_for: str | None = None
    candidates: tuple[Candidate, ...] = ()
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()


NOBODY = Seat()


def find_seat(place: Place, needs: Needs, world: World, standing: Standing, presence: Presence) -> Seat:
    """Who takes a lead whose target is a pool, a territory, a rep or the owner of the account."""
    target = place.target
    if isinstance(target, ToRep):
        return _named(target.rep, "named by the rule", needs, target.assign, place, world, standing, presence)
    if isinstance(target, ToAccountOwner):
        owner = str(place.facts.get("account.owner", ""))
        team = str(place.facts.get("account.team", ""))
        if owner not in world.reps and team:
            return _from_team(team, needs, target.assign, place.facts, world, standing, presence)
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
    evidence = Evidence(standing.last)
    if strategy == "best_converting":
        seats, evidence = by_conversion(seats, pool, facts, standing)
    if not seats.eligible:
        return Seat(candidates=seats.candidates)
    chosen, in_time = _chosen(strategy, seats, evidence, assign, facts, world, presence)
    below = evidence.shortfalls if chosen.rep in evidence.shortfalls else {}
    return Seat(
        rep=chosen.rep,
        how="rotation",
        because=_because(world.reps[chosen.rep].name, strategy, pool, seats, below) + in_time,
        pool=pool.slug,
        strategy=strategy,
        candidates=seats.candidates,
        lines=opening + ledger.rotation_lines(pool, strategy, seats, chosen.rep),
        notes=_relaxed(strategy, assign, seats, world.reps, chosen.rep),
    )


def _chosen(
    strategy: str,
    seats: Bench,
    evidence: Evidence,
    assign: Assign,
    facts: Facts,
    world: World,
    presence: Presence,
) -> tuple[Candidate, str]:
    """Who is chosen; and in words, if he was preferred to an equal because he can still keep the promise."""
    choose = strategies.STRATEGIES[strategy]
    promise = promises.of_facts(world.promises, facts, assign.sla)
    if promise is None or not promise.in_rep_hours or len(seats.eligible) == 1:
        return choose(seats.eligible, evidence), ""
    within, reps = promise.within, world.reps
    if all(presence.makes(reps[one.rep], within) for one in seats.eligible):
        return choose(seats.eligible, evidence), ""
    by_turn = choose(seats.eligible, evidence)
    chosen = choose(seats.eligible, replace(evidence, makes=lambda rep: presence.makes(reps[rep], within)))
    if chosen.rep == by_turn.rep:
        return chosen, ""
    rep = reps[chosen.rep]
    closes = hours.closes(rep.calendar, presence.now)
    before = f" before {closes.astimezone(rep.zone):%H:%M}" if closes else ""
    return chosen, f" Of equals, {rep.name} can still make it{before}; {reps[by_turn.rep].name} cannot."


def by_conversion(seats: Bench, pool: Pool, facts: Facts, standing: Standing) -> tuple[Bench, Evidence]:
    """Everybody with his smoothed win rate on leads of this segment, and who is below the floor."""
    segment = normal(str(facts.get("segment", "")))
    reps = [member.rep for member in pool.members]
    closed = {rep: standing.closed[rep, segment] for rep in reps if (rep, segment) in standing.closed}
    rates = converting.win_rates(reps, closed)
    rated = Bench.of([one._replace(rate=rates[one.rep]) for one in seats.candidates])
    given = {rep: standing.given.get((pool.slug, rep), 0) for rep in reps}
    return rated, Evidence(standing.last, converting.shortfalls(rated.candidates, given))


def _from_team(
    team: str, needs: Needs, assign: Assign, facts: Facts, world: World, standing: Standing, presence: Presence
) -> Seat:
    """The reps of a team, in the order of their e-mails, as if they were a pool."""
    members = tuple(Member(email) for email in team_reps(team, world))
    strategy = assign.strategy if assign.strategy in FOR_TEAMS else "least_loaded"
    pool = Pool(f"team:{team}", f"the account's team {team}", members, strategy, catch_up="full")
    seat = _from_pool(pool, needs, replace(assign, strategy=strategy), facts, world, standing, presence)
    return replace(seat, pool=None, how="team" if seat.rep else "", lines=())


def team_reps(team: str, world: World) -> list[str]:
    return sorted(email for email, rep in world.reps.items() if rep.team == team)


def _relaxed(strategy: str, assign: Assign, seats: Bench, reps: Mapping[str, Rep], chosen: str) -> tuple[str, ...]:
    """Said when preferred skills were asked for, and nobody who could take the lead has all of them."""
    wanted = assign.prefer_skills
    if strategy != "best_skilled" or not wanted:
        return ()
    has = {one.rep: [skill for skill in wanted if reps[one.rep].skills.get(skill, 0) > 0] for one in seats.eligible}
    if any(len(skills) == len(wanted) for skills in has.values()):
        return ()
    best = f"{reps[chosen].name} has {', '.join(has[chosen])}" if has[chosen] else "nobody has any of them"
    return (f"Nobody who could take it has all preferred skills ({', '.join(wanted)}): {best}.",)


def _because(name: str, strategy: str, pool: Pool, seats: Bench, below: Mapping[str, float]) -> str:
    competing = len(seats.eligible)
    if competing == 1:
        return f"{name}, the only one of {pool.name} who could take it."
    if below:
        return f"{name}, furthest below the fair share of {pool.name} ({competing} could take it)."
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
    even_if_full = assign.capacity == "warn"
    code = bench.exclusion(first, replace(needs, skills=skills, even_if_full=even_if_full), standing, presence)
    looked_at = [_looked_at(email, code, world, standing)]
    if not code:
        full = bench.fullness(first, standing, presence)
        return Seat(
            rep=email,
            how="named",
            because=f"{first.name}, {because}.",
            candidates=tuple(looked_at),
            notes=(_over(first, full, standing),) if full else (),
        )
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


def _over(rep: Rep, full: str, standing: Standing) -> str:
    if full == bench.DAILY_CAP:
        return f"{rep.name} has had the {rep.daily_cap} leads of the daily cap: the rule gives the lead all the same."
    held = standing.open.get(rep.email, 0)
    return f"{rep.name} holds {held} of at most {rep.capacity} leads: the rule gives the lead all the same."


def _looked_at(email: str, code: str, world: World, standing: Standing) -> Candidate:
    return Candidate(rep=email, code=code, open=standing.open.get(email, 0), capacity=world.reps[email].capacity)
