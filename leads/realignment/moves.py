"""Who moves: leads and accounts through two worlds, before and after, and what that does to each rep."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from leads.configuration.parts import Account
from leads.territories.market import account_facts
from routing.engine.facts import Facts, Value
from routing.engine.route import Request, plan
from routing.engine.targets import ToAccountOwner, ToDiscard, ToNurture, ToPool, ToQueue, ToRep, ToTerritory
from routing.engine.walk import Place
from routing.engine.world import Pool, World

BY_WEIGHT = ("weighted", "least_loaded")
NOWHERE = "No territory"


@dataclass(frozen=True, slots=True)
class Seen:
    """A lead as it was decided: its key for splits, and the facts that rules saw."""

    id: int
    name: str
    company: str
    key: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Stand:
    """Where somebody is: the territory's name, and what the rules say; `key` is the same in any words."""

    territory: str
    target: str
    key: tuple[str, ...]

    def beside(self, other: Stand) -> str:
        """In words that tell it from the other: the target, and the territory where the target is the same."""
        return f"{self.target} ({self.territory})" if self.target == other.target else self.target


@dataclass(frozen=True, slots=True)
class LeadMove:
    lead: Seen
    before: Stand
    after: Stand

    @property
    def source(self) -> str:
        return self.before.beside(self.after)

    @property
    def to(self) -> str:
        return self.after.beside(self.before)


@dataclass(frozen=True, slots=True)
class AccountMove:
    name: str
    country: str
    before: str
    after: str


@dataclass(slots=True)
class Balance:
    """What a rep may expect of these leads by weight, with everybody there; before and after."""

    before: float = 0.0
    after: float = 0.0

    @property
    def change(self) -> float:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Moves:
    leads: tuple[LeadMove, ...]
    looked_at: int
    flows: tuple[tuple[str, str, int], ...]  # from, to, how many leads: the largest first
    balance: Mapping[str, Balance]  # by the rep's e-mail, only those for whom something changes


@dataclass(slots=True)
class _Tally:
    moves: list[LeadMove] = field(default_factory=list)
    flows: Counter[tuple[str, str]] = field(default_factory=Counter)
    balance: dict[str, Balance] = field(default_factory=lambda: defaultdict(Balance))


def moves(
    leads: Iterable[Seen],
    before: World,
    after: World,
    at: datetime,
    owned: Mapping[str, str],
    owners: Mapping[str, str | None],
) -> Moves:
    """By accounts' names, `owned` says who owns them before, `owners` who will. Nobody is asked whether he is there."""
    tally, count = _Tally(), 0
    names = [{one.slug: one.name for one in world.territories} for world in (before, after)]
    for lead in leads:
        count += 1
        was = plan(Request(lead.key, _owned(lead.facts, owned)), before, at)
        will = plan(Request(lead.key, _owned(lead.facts, owners)), after, at)
        for email, share in shares(was, before).items():
            tally.balance[email].before += share
        for email, share in shares(will, after).items():
            tally.balance[email].after += share
        stands = stand(was, before, names[0]), stand(will, after, names[1])
        if stands[0].key != stands[1].key:
            tally.moves.append(move := LeadMove(lead, *stands))
            tally.flows[move.source, move.to] += 1
    changed = {email: one for email, one in tally.balance.items() if abs(one.change) > 0.05}
    flows = tuple((source, to, number) for (source, to), number in tally.flows.most_common())
    return Moves(tuple(tally.moves), count, flows, changed)


def stand(place: Place, world: World, names: Mapping[str, str]) -> Stand:
    slug = str(place.facts.get("territory", ""))
    territory = names.get(slug, slug) or NOWHERE
    return Stand(territory, _in_words(place, world, territory), (slug, *_key(place)))


def shares(place: Place, world: World) -> dict[str, float]:
    """How one lead is shared among reps, on the average: by weight, or equally."""
    target = place.target
    if isinstance(target, ToRep):
        return {target.rep: 1.0}
    if isinstance(target, ToAccountOwner):
        owner = place.facts.get("account.owner")
        return {str(owner): 1.0} if owner else {}
    pool = _pool(place, world)
    if pool is None:
        return {}
    there = [one for one in pool.members if one.weight > 0 and one.rep in world.reps and world.reps[one.rep].active]
    if pool.strategy == "first_available":
        there = there[:1]
    weights = [one.weight if pool.strategy in BY_WEIGHT else 1.0 for one in there]
    return {one.rep: weight / sum(weights) for one, weight in zip(there, weights, strict=True)}


def account_moves(accounts: Iterable[Account], before: World, after: World, at: datetime) -> list[AccountMove]:
    """Accounts that will lie in another territory, by their own facts."""
    names = [{one.slug: one.name for one in world.territories} for world in (before, after)]
    settings = before.setting(at), after.setting(at)
    found = []
    for account in accounts:
        facts = facts_of(account, before)
        was = before.atlas.territory_of(facts, settings[0])
        will = after.atlas.territory_of(facts, settings[1])
        if was != will:
            stands = names[0].get(was, NOWHERE), names[1].get(will, NOWHERE)
            found.append(AccountMove(account.name, account.country, *stands))
    return found


def facts_of(account: Account, world: World) -> Facts:
    """An account as a lead of it would be seen, as far as the account itself says."""
    return account_facts(
        world.vocabulary,
        name=account.name,
        country=account.country,
        tier=account.tier,
        is_customer=account.is_customer,
        owner=account.owner,
        details=account.details,
    )


def _owned(facts: Facts, owners: Mapping[str, str | None]) -> Facts:
    """A lead knows who owned its account when it was decided: by now that may be somebody else."""
    name = str(facts.get("account.name", ""))
    if name not in owners:
        return facts
    changed: dict[str, Value] = {key: value for key, value in facts.items() if key != "account.owner"}
    owner = owners[name]
    return {**changed, "account.owner": owner} if owner else changed


def _key(place: Place) -> tuple[str, str]:
    target = place.target
    if isinstance(target, ToPool):
        return "pool", target.pool
    if isinstance(target, ToRep):
        return "rep", target.rep
    if isinstance(target, ToQueue):
        return "queue", target.queue
    if isinstance(target, ToNurture):
        return "nurture", target.track
    return type(target).__name__, str(place.facts.get("account.owner", "")) if isinstance(
        target, ToAccountOwner
    ) else ""


def _pool(place: Place, world: World) -> Pool | None:
    if isinstance(place.target, ToPool):
        return world.pools.get(place.target.pool)
    if isinstance(place.target, ToTerritory):
        return world.pools.get(world.atlas.pools.get(str(place.facts.get("territory", "")), ""))
    return None


def _in_words(place: Place, world: World, territory: str) -> str:
    target = place.target
    if isinstance(target, ToTerritory):
        return territory
    if isinstance(target, ToPool):
        pool = world.pools.get(target.pool)
        return pool.name if pool else target.pool
    if isinstance(target, ToRep):
        return world.reps[target.rep].name if target.rep in world.reps else target.rep
    if isinstance(target, ToAccountOwner):
        owner = str(place.facts.get("account.owner", ""))
        return f"Owner {world.reps[owner].name}" if owner in world.reps else "Account owner"
    if isinstance(target, ToQueue):
        return f"Queue {target.queue}"
    if isinstance(target, ToNurture):
        return f"Nurture {target.track}"
    return "Discarded" if isinstance(target, ToDiscard) else "–"
