"""Whether some conditions leave anything of another: the proof that a rule can or cannot be reached.

What is proved empty is empty. Where the search has gone on for too long, or a pattern would have to be understood,
the answer is that something may be left.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

from routing.engine.conditions import Test
from routing.engine.lint.cells import Mask
from routing.engine.lint.terms import Space, Term, contradict

MOST_STEPS = 20_000  # of one search: looks at a cover


class GaveUp(Exception):
    """Not decided within the steps that one search may take."""


class Cover(NamedTuple):
    """A term of something that comes before: `name` says of what."""

    name: Hashable
    term: Term


@dataclass(slots=True)
class Search:
    space: Space
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
        self.steps, used = 0, set[Hashable]()
        # Covers that ask little first: each cuts the box down in one piece.
        met = sorted((cover for cover in covers if self.meet(box, cover.term)), key=lambda cover: size(cover.term))
        waiting = [(box, 0)]
        while waiting:
            rest: Term | None
            rest, start = waiting.pop()
            for number in range(start, len(met)):
                self.steps += 1
                if self.steps > MOST_STEPS:
                    raise GaveUp
                if not self.meet(rest, met[number].term):
                    continue
                used.add(met[number].name)
                # The roomiest piece is looked at first: it is the likeliest to be left.
                pieces = sorted(self.outside(rest, met[number].term), key=self._room)
                if not pieces:
                    rest = None
                    break
                rest = pieces.pop()
                waiting += [(piece, number + 1) for piece in pieces]
            if rest is not None:
                return rest
        self.used = frozenset(used)
        return None

    def meet(self, box: Term, term: Term) -> bool:
        masks, guesses = box.masks, box.guesses
        for name, mask in term.masks.items():
            mine = masks.get(name)
            if mine is not None and not mine & mask:
                return False
        for test, held in term.guesses.items():
            if guesses.get(test, held) is not held:
                return False
            mine = masks.get(test.field)
            if mine is not None and not mine & self.space.possible(test, held):
                return False
        return True

    def outside(self, box: Term, term: Term) -> list[Term]:
        """What of the box does not lie in the term, in pieces that have nothing in common."""
        pieces, rest = [], box
        for name, mask in term.masks.items():
            mine = rest.masks.get(name, self.space.all(name))
            if out := mine & ~mask:
                piece = self._narrowed(rest, name, out)
                if piece is not None:
                    pieces.append(piece)
            inside = self._narrowed(rest, name, mine & mask)
            if inside is None:
                return pieces
            rest = inside
        for test, held in term.guesses.items():
            piece = self._guess(rest, test, not held)
            if piece is not None:
                pieces.append(piece)
            inside = self._guess(rest, test, held)
            if inside is None:
                return pieces
            rest = inside
        return pieces

    def _room(self, box: Term) -> float:
        room = 1.0
        for name, mask in box.masks.items():
            room *= mask.bit_count() / self.space.all(name).bit_count()
        return room

    def _narrowed(self, box: Term, name: str, mask: Mask) -> Term | None:
        if not mask:
            return None
        narrower = replace(box, masks={**box.masks, name: mask})
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
