"""A configuration as the engine knows it: the same for live routing and simulation, so that both decide alike. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from leads import sla
from leads.configuration import parts, score_model
from leads.configuration.documents import vocabulary_of
from leads.configuration.parts import BUILT_IN_QUEUE, Account, Configuration
from leads.matching import AccountCard
from leads.matching.book import Shelf
from leads.scoring import ScoreCard
from reps.hours import Calendar, holidays_of, parse_week
from routing.engine import document
from routing.engine.compile import compile_rules
from routing.engine.facts import Vocabulary, normal
from routing.engine.problems import References
from routing.engine.reach import STAFFED
from routing.engine.rules import Tree
from routing.engine.targets import ToQueue
from routing.engine.territories import Territory
from routing.engine.world import Member, Pool, Published, Rep, World

CONVERTING = "best_converting"
MOST_ANCESTORS = 7  # besides the account itself, as in live routing
# Before anybody has drawn a tree, leads wait where managers and RevOps see them.
NO_TREE = Published("", "No rules yet", "UTC", Tree((), ToQueue(BUILT_IN_QUEUE.slug)), compile_rules((), {}, {}))

# Before there is any tree, every lead waits in the built-in queue: none is ever without a place.
NO_RULES = Published(
    "", "No rules yet", "UTC", document.Tree((), document.ToQueue("unassigned")), compile_rules((), {}, {})
)


def build_world(configuration: Configuration) -> World:
    """Everything a decision needs except facts, standing and the time."""
    vocabulary = vocabulary_of(configuration)
    lists = {one.slug: frozenset(map(normal, one.values)) for one in configuration.lists}
    ancestors = _ancestors(configuration)
    trees = {tree.slug: _published(tree, vocabulary, lists, ancestors) for tree in configuration.trees}
    default = next((tree.slug for tree in configuration.trees if tree.default), NO_TREE.slug)
    trees.setdefault(default, NO_TREE)
    if not trees:
        trees[NO_RULES.slug] = NO_RULES
    company = company_days(configuration)
    queues = {BUILT_IN_QUEUE.slug: BUILT_IN_QUEUE.team, **{queue.slug: queue.team for queue in configuration.queues}}
    return World(
        trees=trees,
        default_tree=default,
        reps={rep.email: _rep(rep, company) for rep in configuration.reps},
        pools={pool.slug: pool for pool in _pools(configuration)},
        queues=queues,
        skills=frozenset(skill.slug for skill in configuration.skills),
        lists=lists,
        territories=tuple(_territory(one, vocabulary) for one in configuration.territories),
        ancestors=ancestors,
        vocabulary=vocabulary,
        promises=sla.promises_of(policies(configuration)),
        gate=score_model.gate_of(_score_model(configuration)),
        converting=any(pool.strategy == CONVERTING for pool in configuration.pools)
        or any(chooses_by_win_rate(published.tree) for published in trees.values()),
    )


def chooses_by_win_rate(tree: Tree) -> bool:
    """Whether a target of this document names that strategy for itself."""
    targets = document.every_target(tree)
    return any(isinstance(one, STAFFED) and one.assign.strategy == CONVERTING for one in targets)


def policies(configuration: Configuration) -> tuple[sla.Policy, ...]:
    """The promises in their order; those that Switchyard ships with if there are none."""
    found = tuple(sla.parse_policy(one.document, "sla_policies") for one in configuration.sla_policies)
    return found or sla.SHIPPED


def score_card(configuration: Configuration, version: int = 0) -> ScoreCard:
    """What gives points. `version` is the number under which this model was published."""
    return score_model.card_of(_score_model(configuration), vocabulary_of(configuration), version)


def references_of(world: World, promises: Iterable[sla.Policy]) -> References:
    """What a document may name in this organisation."""
    return References(
        pools=frozenset(world.pools),
        reps=frozenset(world.reps),
        queues=frozenset(world.queues),
        skills=world.skills,
        slas=frozenset(policy.slug for policy in promises),
        trees=frozenset(world.trees),
        lists=frozenset(world.lists),
        territories=frozenset(territory.slug for territory in world.territories),
    )


def team_calendars(configuration: Configuration) -> Mapping[str, Calendar]:
    """The hours of each team, for promises that run by them."""
    days = holidays_of("", company_days(configuration))
    return {team.slug: Calendar(parse_week(team.hours, team.timezone), days) for team in configuration.teams}


def company_days(configuration: Configuration) -> frozenset[date]:
    """The days on which nobody works, whatever his country says."""
    return frozenset(one.day for one in configuration.holidays if one.day is not None)


def account_cards(configuration: Configuration) -> Mapping[str, AccountCard]:
    """Every account by its name, each with its owner or its nearest ancestor's."""
    by_name = {account.name: account for account in configuration.accounts}
    return {name: _card(number, account, by_name) for number, (name, account) in enumerate(by_name.items(), start=1)}


def shelf(configuration: Configuration) -> Shelf:
    """The accounts as leads are matched with them."""
    cards = account_cards(configuration)
    domains = {domain: cards[account.name].id for account in configuration.accounts for domain in account.domains}
    return Shelf(cards.values(), domains)


def _score_model(configuration: Configuration) -> Mapping[str, Any]:
    return next((one.document for one in configuration.scoring), {})


def _rep(rep: parts.Rep, company: frozenset[date]) -> Rep:
    away = tuple((span.start, span.end) for span in rep.time_off)
    return Rep(
        email=rep.email,
        name=rep.name,
        calendar=Calendar(parse_week(rep.hours, rep.timezone), holidays_of(rep.holidays, company), away),
        active=rep.active,
        starts_on=rep.starts_on,
        paused=rep.paused,
        paused_until=rep.paused_until,
        capacity=rep.capacity,
        daily_cap=rep.daily_cap,
        skills=rep.skills,
        backup=rep.backup,
        team=rep.team,
    )


def _pools(configuration: Configuration) -> list[Pool]:
    """The pools, and the one that the reps of each territory form."""
    pools = [
        Pool(pool.slug, pool.name, _members(pool.members), pool.strategy, pool.catch_up) for pool in configuration.pools
    ]
    return pools + [
        Pool(territory_pool(one.slug), one.name, _members(one.reps), "weighted") for one in configuration.territories
    ]


def territory_pool(territory: str) -> str:
    """The slug of a territory's pool: one that no file can give to a pool of its own."""
    return f"territory:{territory}"


def _members(members: tuple[parts.Member, ...]) -> tuple[Member, ...]:
    return tuple(Member(member.rep, member.weight) for member in members)


def _territory(territory: parts.Territory, vocabulary: Vocabulary) -> Territory:
    return Territory(
        slug=territory.slug,
        name=territory.name,
        when=document.parse_condition(territory.when, vocabulary),
        parent=territory.parent,
        pool=territory_pool(territory.slug),
        valid_from=territory.valid_from,
        valid_to=territory.valid_to,
    )


def _ancestors(configuration: Configuration) -> dict[str, frozenset[str]]:
    parents = {one.slug: one.parent for one in configuration.territories}
    found = {}
    for slug in parents:
        line, above = [slug], parents[slug]
        while above is not None:
            line.append(above)
            above = parents[above]
        found[slug] = frozenset(line)
    return found


def _published(
    tree: parts.Tree,
    vocabulary: Vocabulary,
    lists: Mapping[str, frozenset[str]],
    ancestors: Mapping[str, frozenset[str]],
) -> Published:
    parsed = document.parse(tree.document, vocabulary)
    return Published(tree.slug, tree.name, tree.timezone, parsed, compile_rules(parsed.rules, lists, ancestors))


def _card(number: int, account: Account, by_name: Mapping[str, Account]) -> AccountCard:
    owning = account
    for _ in range(MOST_ANCESTORS):
        if owning.owner or owning.parent is None:
            break
        owning = by_name[owning.parent]
    return AccountCard(
        id=number,
        name=account.name,
        owner=owning.owner,
        team=account.team,
        parent=account.parent,
        is_customer=account.is_customer,
        tier=account.tier,
        country=account.country,
        details=account.details,
        aliases=account.aliases,
        has_domains=bool(account.domains),
        owner_of=owning.name if owning.owner and owning is not account else None,
    )
