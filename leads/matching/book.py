"""Accounts in memory, found as those of a database are: for a configuration file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from leads.matching import AccountCard
from leads.matching.keys import of_account
from leads.matching.names import read_name


class Shelf:
    """A `Book` over cards and the domains that they list."""

    def __init__(self, cards: Iterable[AccountCard], domains: Mapping[str, int]) -> None:
        self._cards = {card.id: card for card in cards}
        self._domains = domains
        self._keys: dict[int, list[int]] = defaultdict(list)
        for card in self._cards.values():
            for key in keys_of(card.name, card.aliases):
                self._keys[key].append(card.id)

    def first(
        self, domains: Collection[str], wanted: Collection[int]
    ) -> tuple[Mapping[str, int], Mapping[int, Sequence[int]], bool]:
        owners = {domain: self._domains[domain] for domain in domains if domain in self._domains}
        return owners, self.by_key(wanted), bool(self._keys)

    def by_key(self, wanted: Collection[int]) -> Mapping[int, Sequence[int]]:
        return {key: self._keys[key] for key in wanted if key in self._keys}

    def cards(self, ids: Collection[int]) -> Mapping[int, AccountCard]:
        return {pk: self._cards[pk] for pk in ids}


def keys_of(name: str, aliases: Iterable[str]) -> frozenset[int]:
    """Everything under which an account of this name and these aliases is found."""
    return of_account(read_name(name)).union(*(of_account(read_name(alias)) for alias in aliases))
