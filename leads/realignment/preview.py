"""What a change set would do, before it does it: what changes, who moves, who gains and loses, what stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from leads.configuration import differences, dump, worlds
from leads.configuration.parts import Account, Configuration
from leads.configuration.read import BadConfiguration, Problem
from leads.configuration.worlds import territory_pool
from leads.models import ChangeSet, Lead
from leads.realignment import amendments, forecast, words
from leads.realignment.amendments import Amendment
from leads.realignment.conflicts import Conflict, conflicts
from leads.realignment.forecast import Assumed
from leads.realignment.moves import AccountMove, Balance, LeadMove, Moves, Seen, account_moves, moves
from reps.models import User
from routing.engine.facts import Vocabulary, from_json

MOST_LEADS = 2_000
MOST_ACCOUNTS = 20_000
SHOWN = 12


@dataclass(frozen=True, slots=True)
class RepRow:
    """`held` are open leads that stay with him though he loses the territory or pool they came through."""

    name: str
    balance: Balance
    held: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """`problems` say why it could not be applied; then there is nothing else to tell but `conflicts`.

    All figures are of the whole market; `some_leads` are some of the leads that move, of those that the user may see.
    """

    problems: tuple[Problem, ...] = ()
    changes: tuple[words.Change, ...] = ()
    assumed: tuple[Assumed, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    accounts: tuple[AccountMove, ...] = ()
    accounts_looked_at: int = 0
    leads: Moves | None = None
    some_leads: Sequence[LeadMove] = ()
    reps: tuple[RepRow, ...] = ()
    held: int = 0

    @property
    def some_accounts(self) -> Sequence[AccountMove]:
        return self.accounts[:SHOWN]


def preview(change_set: ChangeSet, user: User, *, now: datetime) -> Preview:
    """Against what will be in force when it comes: all that is scheduled before it counts as done."""
    at = change_set.effective_at if change_set.effective_at and change_set.effective_at > now else now
    try:
        amendment = amendments.parse(change_set.document)
    except BadConfiguration as bad:
        return Preview(problems=bad.problems)
    future = forecast.as_of(at, with_accounts=True, without=change_set.pk)
    found = conflicts(change_set, amendment, dump.current(with_accounts="accounts" in amendment.kinds))
    try:
        after = amendments.applied(amendment, future.configuration)
    except BadConfiguration as bad:
        return Preview(problems=bad.problems, assumed=future.assumed, conflicts=found)
    return _told(future.configuration, after, amendment, at, future.assumed, found, user)


def _told(
    before: Configuration,
    after: Configuration,
    amendment: Amendment,
    at: datetime,
    assumed: tuple[Assumed, ...],
    found: tuple[Conflict, ...],
    user: User,
) -> Preview:
    worlds_of = worlds.build_world(before), worlds.build_world(after)
    owners = _owners(after, amendment)
    owned = {name: owner for name, owner in _owners(before, amendment).items() if owner}  # else its parent's may count
    leads = moves(last_leads(worlds_of[0].vocabulary), *worlds_of, at, owned, owners)
    accounts: Sequence[Account] = before.accounts[:MOST_ACCOUNTS]
    held = dict(_held(before, after))
    names = {rep.email: rep.name for rep in after.reps}
    reps = [
        RepRow(names.get(email, email), leads.balance.get(email, Balance()), held.get(email, 0))
        for email in {*leads.balance, *held}
    ]
    return Preview(
        changes=tuple(words.changes(differences.between(before, after, amendment.kinds), before, after)),
        assumed=assumed,
        conflicts=found,
        accounts=tuple(account_moves(accounts, *worlds_of, at)),
        accounts_looked_at=len(accounts),
        leads=leads,
        some_leads=_some(leads.leads, user),
        reps=tuple(sorted(reps, key=lambda row: (-abs(row.balance.change), row.name))),
        held=sum(held.values()),
    )


def _some(moving: Sequence[LeadMove], user: User) -> Sequence[LeadMove]:
    ids = [move.lead.id for move in moving]
    seen = set(Lead.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    return [move for move in moving if move.lead.id in seen][:SHOWN]


def _owners(configuration: Configuration, amendment: Amendment) -> dict[str, str | None]:
    """Of the accounts that are mentioned."""
    names = amendment.entries.get("accounts", ())
    accounts = configuration.of("accounts") if names else {}
    return {name: getattr(accounts[name], "owner", None) for name in names}


def last_leads(vocabulary: Vocabulary) -> Iterator[Seen]:
    """The newest leads with the facts by which they were decided, but for what is found out anew."""
    rows = Lead.objects.filter(decision__isnull=False)
    columns = ("id", "name", "company", "person_key", "decision__facts")
    for pk, name, company, key, facts in rows.order_by("-received_at", "-pk").values_list(*columns)[:MOST_LEADS]:
        known = from_json({name: value for name, value in facts.items() if name != "territory"}, vocabulary)
        yield Seen(pk, name or company or f"Lead {pk}", company, key or f"lead:{pk}", known)


def _held(before: Configuration, after: Configuration) -> Iterator[tuple[str, int]]:
    """Open leads of people who lose the pool or territory that gave them these leads: they stay where they are."""
    lost = Q(pk=None)
    for pool, emails in _losers(before, after).items():
        lost |= Q(decision__pool__slug=pool, rep__user__email__in=emails)
    rows = Lead.objects.open().filter(lost).values_list("rep__user__email").annotate(Count("pk"))
    yield from rows.order_by("rep__user__email")


def _losers(before: Configuration, after: Configuration) -> Mapping[str, set[str]]:
    """By pool, who is in it before and not after."""
    were, will = _members(before), _members(after)
    return {pool: gone for pool, emails in were.items() if (gone := emails - will.get(pool, set()))}


def _members(configuration: Configuration) -> dict[str, set[str]]:
    pools = {one.slug: {member.rep for member in one.members} for one in configuration.pools}
    market = {territory_pool(one.slug): {member.rep for member in one.reps} for one in configuration.territories}
    return pools | market
