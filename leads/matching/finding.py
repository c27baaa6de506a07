"""The cascade, for a whole batch of leads at once: a domain, else the same name or an alias, else the nearest name.

What is asked of the accounts goes through a `Book`, so that rows of a database and a configuration file in memory are
searched alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from leads.matching import NOTHING, AccountCard, Candidate, Match, Matching, keys
from leads.matching.choice import candidate, choose
from leads.matching.domains import domains_of, domains_of_email
from leads.matching.names import Name, read_name
from routing.engine.facts import Facts

# A key of more accounts than this finds nobody in particular, and is left out.
MOST_SHARED = 100
# Accounts whose names are compared with a lead's: those that have most keys in common with it.
MOST_COMPARED = 12
NEXT_TO_NOTHING = 16  # a sixteenth of what the first has in common

# The facts by which an account is found.
FOUND_BY = ("email_domain", "is_free_email", "website", "company", "country")

Found = Mapping[int, Sequence[int]]


class Book(Protocol):
    """The accounts as they can be looked up, always for many leads at once."""

    def first(self, domains: Collection[str], wanted: Collection[int]) -> tuple[Mapping[str, int], Found, bool]:
        """The account that lists each domain, those under each key, and whether there are any keys at all."""
        ...

    def by_key(self, wanted: Collection[int]) -> Found:
        """The accounts under each key that has any: all of them, or more than `MOST_SHARED`."""
        ...

    def cards(self, ids: Collection[int]) -> Mapping[int, AccountCard]: ...


@dataclass(slots=True)
class _Search:
    """One lead on its way down the cascade. `refused` are accounts that somebody said are not the lead's."""

    facts: Facts
    refused: Collection[int]
    name: Name
    domains: tuple[str, ...]
    domain: str = ""
    account: int | None = None
    keys: frozenset[int] = frozenset()
    near: tuple[int, ...] = ()


def find(leads: Iterable[Facts], book: Book, refused: Sequence[Collection[int]] = ()) -> list[Matching]:
    """The account of each lead, in their order. `refused`, if given, has a collection of accounts for each."""
    searches = [
        _Search(
            facts,
            refused[index] if refused else (),
            read_name(str(facts.get("company", ""))),
            domains_of(facts),
        )
        for index, facts in enumerate(leads)
    ]
    domains = {domain for search in searches for domain in search.domains}
    names = {keys.exact(search.name) for search in searches if search.name.words}
    if not domains and not names:
        return [NOTHING for _ in searches]
    owners, found, has_names = book.first(domains, names)
    if owners:
        _by_domain(searches, owners)
    named = [search for search in searches if search.account is None and search.name.words] if has_names else []
    found = _by_name(named, found, book) if named else {}
    wanted = {search.account for search in searches if search.account is not None}
    cards = book.cards(wanted.union(*(search.near for search in named)))
    return [_answer(search, found, cards) for search in searches]


def _by_domain(searches: Sequence[_Search], owners: Mapping[str, int]) -> None:
    for search in searches:
        for domain in search.domains:
            if domain in owners and owners[domain] not in search.refused:
                search.domain, search.account = domain, owners[domain]
                break


def _by_name(searches: Sequence[_Search], same: Found, book: Book) -> Found:
    """Whom to compare each lead with: those of the same name; where there are none, those with most keys in common."""
    found, others = dict(same), []
    for search in searches:
        search.near = tuple(pk for pk in _few(found, keys.exact(search.name)) if pk not in search.refused)
        if not search.near and search.name.is_one:
            search.keys = keys.of_lead(search.name)
            others.append(search)
    sought: set[int] = set().union(*(search.keys for search in others))
    if sought:
        found |= book.by_key(sought)
    for search in others:
        search.near = tuple(pk for pk in _nearest(search.keys, found) if pk not in search.refused)
    return found


def _few(found: Found, key: int) -> Sequence[int]:
    accounts = found.get(key, ())
    return accounts if len(accounts) <= MOST_SHARED else ()


def _nearest(wanted: Collection[int], found: Found) -> Collection[int]:
    """Those with most keys in common, a key counting the more the fewer accounts have it.

    Nobody is taken before another who has as much: either all of them are, or none. Who has next to nothing in common
    beside the first is not compared at all.
    """
    points: dict[int, int] = {}
    for key in wanted:
        accounts = _few(found, key)
        worth = 256 >> len(accounts).bit_length()
        for account in accounts:
            points[account] = points.get(account, 0) + worth
    if not points:
        return ()
    ranked = sorted(points.values(), reverse=True)
    least = ranked[0] // NEXT_TO_NOTHING
    if len(ranked) > MOST_COMPARED and ranked[MOST_COMPARED] > least:
        least = ranked[MOST_COMPARED] + (ranked[0] > ranked[MOST_COMPARED])
    return [account for account, worth in points.items() if worth >= least]


def _answer(search: _Search, found: Found, cards: Mapping[int, AccountCard]) -> Matching:
    if search.account is not None:
        card = cards[search.account]
        match = Match(card, "domain", search.domain, by_email=search.domain in domains_of_email(search.facts))
        return Matching(match, (Candidate(card, 1.0, "domain", search.domain),))
    if not search.near:
        return NOTHING
    known = {word for word in search.name.words if keys.word_key(word) in found} if search.keys else frozenset()
    country = str(search.facts.get("country", ""))
    has_domain = search.facts.get("is_free_email") is False
    near = [cards[pk] for pk in search.near if pk in cards]
    return choose([candidate(search.name, country, card, known, has_domain=has_domain) for card in near])
