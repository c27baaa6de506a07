"""Whether some conditions leave anything of another: the proof that a rule can or cannot be reached.

What is proved empty is empty. Where the search has gone on for too long, or a pattern would have to be understood,
the answer is that something may be left.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from operator import itemgetter
from typing import NamedTuple

from routing.engine.conditions import Test
from routing.engine.lint.cells import Mask
from routing.engine.lint.terms import Space, Term, contradict

FEW = 5
MOST_STEPS = 5_000  # of one search: looks at a cover


class GaveUp(Exception):
    """Not decided within the steps that one search may take."""


# A condition of a term: the cells of one field, or a guess.
Factor = tuple[str, Mask] | tuple[Test, bool]


class Cover(NamedTuple):
    """A term of something that comes before: `name` says of what."""

    name: Hashable
    term: Term


class _Open(NamedTuple):
    """A box that is still to be looked at, from the cover of this number on; of that one only some factors."""

    box: Term
    number: int
    factors: Sequence[Factor]


@dataclass(slots=True)
class Search:
    space: Space
    most_steps: int = MOST_STEPS
    steps: int = 0
    used: frozenset[Hashable] = frozenset()

    def box(self, term: Term) -> Term | None:
        """The term with what its guesses leave of the cells; None where nothing is left."""
        found: Term | None = Term(term.masks)
        for test, held in term.guesses.items():
            found = self._guess(found, test, held) if found is not None else None
        return found

    def left(self, box: Term, covers: Sequence[Cover]) -> Term | None:
        """A part of the box that none of the covers holds, or None: there is none. `used` are the covers it took."""
        met = [cover for cover in covers if self.meet(box, cover.term)]
        if len(met) > FEW:
            # Most conditions want something to be known: a lead of which nothing else is known slips past them.
            bare = self._bare(box)
            if self._search(bare, [cover for cover in met if self.meet(bare, cover.term)]) is not None:
                return bare
        return self._search(box, met)

    def _bare(self, box: Term) -> Term:
        return Term({**self.space.blanks, **box.masks}, box.guesses)

    def _search(self, box: Term, met: list[Cover]) -> Term | None:
        # Covers that ask little first: each cuts the box down in one piece.
        met.sort(key=lambda cover: size(cover.term))
        used = set[Hashable]()
        waiting = [_Open(box, 0, ())]
        while waiting:
            rest, number, factors = waiting.pop()
            while True:
                if not factors:
                    number = self._next(rest, met, number)
                    if number == len(met):
                        return rest
                    used.add(met[number].name)
                    factors = self._factors(rest, met[number].term)
                # What has no factor outside the cover lies in it as a whole.
                outside, inside = self._parted(rest, factors[0]) if factors else (None, None)
                if inside is not None and len(factors) > 1:
                    waiting.append(_Open(inside, number, factors[1:]))
                if outside is None:
                    break
                rest, number, factors = outside, number + 1, ()
        self.used = frozenset(used)
        return None

    def _next(self, box: Term, covers: Sequence[Cover], start: int) -> int:
        """The number of the next cover that the box meets."""
        number = start
        while number < len(covers) and not self.meet(box, covers[number].term):
            number += 1
        self.steps += number - start + 1
        if self.steps > self.most_steps:
            raise GaveUp
        return number

    def meet(self, box: Term, term: Term) -> bool:
        masks, guesses = box.masks, box.guesses
        for name, mask in term.masks.items():
            if name in masks and not masks[name] & mask:
                return False
        for test, held in term.guesses.items():
            if guesses.get(test, held) is not held:
                return False
            mine = masks.get(test.field)
            if mine is not None and not mine & self.space.possible(test, held):
                return False
        return True

    def _factors(self, box: Term, term: Term) -> Sequence[Factor]:
        """By which of its conditions some of the box may lie outside the term; that leaves the most of it first."""
        found: list[tuple[float, Factor]] = []
        for name, mask in term.masks.items():
            mine = box.masks.get(name)
            if mine is None:
                mine = self.space.all(name)
            if out := mine & ~mask:
                found.append((out.bit_count() / mine.bit_count(), (name, mask)))
        found += [(0.5, guess) for guess in term.guesses.items() if box.guesses.get(guess[0]) is not guess[1]]
        found.sort(key=itemgetter(0), reverse=True)
        return [factor for _, factor in found]

    def _parted(self, box: Term, factor: Factor) -> tuple[Term | None, Term | None]:
        """What of the box lies outside the factor, and what in it."""
        match factor:
            case (str(name), int(mask)):
                mine = box.masks.get(name, self.space.all(name))
                return self._narrowed(box, name, mine & ~mask), self._narrowed(box, name, mine & mask)
            case (Test() as test, bool(held)):
                return self._guess(box, test, not held), self._guess(box, test, held)

    def _narrowed(self, box: Term, name: str, mask: Mask) -> Term | None:
        if not mask:
            return None
        narrower = Term({**box.masks, name: mask}, box.guesses)
        return None if box.guesses and self._is_torn(narrower, name) else narrower

    def _guess(self, box: Term, test: Test, held: bool) -> Term | None:
        if box.guesses.get(test, held) is not held:
            return None
        mask = box.masks.get(test.field, self.space.all(test.field)) & self.space.possible(test, held)
        guessed = Term(box.masks, {**box.guesses, test: held})
        return self._narrowed(guessed, test.field, mask)

    def _is_torn(self, box: Term, name: str) -> bool:
        """Whether two guesses about this field contradict each other wherever the box still is."""
        mask = box.masks[name]
        guesses = [
            (test, held)
            for test, held in box.guesses.items()
            if test.field == name and not mask & ~self.space.cells[name].where(test).maybe
        ]
        return any(
            contradict(one, is_one, other, is_other) for (one, is_one), (other, is_other) in combinations(guesses, 2)
        )


def size(term: Term) -> int:
    return len(term.masks) + len(term.guesses)
