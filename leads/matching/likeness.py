"""How alike two names are, out of 1, and how much of it rests on words that few companies have. Pure.

Words are compared with words, and all letters with all letters; the better of the two counts. A word of the lead's that
some other account is known by was probably not misspelt: then letters alone are no evidence.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from leads.matching.keys import sound
from leads.matching.names import Name
from leads.matching.words import OWN, weight, weight_alone

SAME = 1.0
RUN_TOGETHER = 0.99  # the same letters, other spaces
HEARD = 0.88  # at least, if both sound the same and are not written too differently
LEAST_HEARD = 0.7
KNOWN_OTHERWISE = 0.5  # what is left of a likeness with a word that means somebody else
LEAST_PAIR = 0.6  # words less alike than this have nothing to do with each other
COMMON_TOGETHER = 0.5  # what several common words say together, if they are all that the lead says
AGAINST = 0.93  # of the likeness, where each has a word that the other has not: "Acme Foods" and "Acme Capital"
LETTERS_ALONE = 0.02  # taken off where only all letters together agree, not the words
SHORTEST_CUT_OFF = 8  # letters of a name that somebody's form has cut off


@dataclass(frozen=True, slots=True)
class Likeness:
    """`own` is the part of the likeness that rests on the companies' own words."""

    score: float
    own: float


def likeness(lead: Name, account: Name, known: Collection[str]) -> Likeness:
    """`known` are the lead's words that accounts have, exactly so."""
    if lead.sorted == account.sorted:
        return Likeness(SAME, _own_share(lead))
    if lead.joined == account.joined:
        return Likeness(RUN_TOGETHER, _own_share(account))
    pairs, left, missing = _paired(lead.words, account.words, known)
    total = sum(weight(one) + weight(other) for one, other, _ in pairs) + sum(map(weight_alone, left + missing))
    by_words = sum(alike * (weight(one) + weight(other)) for one, other, alike in pairs) / total
    if left and missing:
        by_words *= AGAINST
    own = sum(alike * weight(other) for one, other, alike in pairs if weight(other) == OWN and alike > LEAST_PAIR)
    if not left and len(pairs) > 1:
        own = max(own, COMMON_TOGETHER)
    if any(word in known or weight(word) < OWN for word in left):
        return Likeness(by_words, own)
    by_letters = OSA.normalized_similarity(lead.joined, account.joined) - LETTERS_ALONE
    if _is_cut_off(lead, account):
        by_letters = max(by_letters, 0.8 + 0.2 * len(lead.joined) / len(account.joined))
    if by_letters > by_words:
        return Likeness(by_letters, max(own, by_letters * _own_share(account)))
    return Likeness(by_words, own)


def _paired(
    ours: tuple[str, ...], theirs: tuple[str, ...], known: Collection[str]
) -> tuple[list[tuple[str, str, float]], list[str], list[str]]:
    """Words of both that go together, with how alike they are; and what is left over on each side."""
    left, missing = list(ours), list(theirs)
    pairs = []
    for word in ours:
        if word in missing:
            pairs.append((word, word, 1.0))
            left.remove(word)
            missing.remove(word)
    alike = sorted((-_alike(one, other, known), one, other) for one in left for other in missing)
    for less, one, other in alike:
        if one in left and other in missing and -less >= LEAST_PAIR:
            pairs.append((one, other, -less))
            left.remove(one)
            missing.remove(other)
    return pairs, left, missing


def _alike(one: str, other: str, known: Collection[str]) -> float:
    if len(one) == 1 and weight(other) < OWN and other.startswith(one):
        return 1.0  # "S." for Systems takes nothing away; for a name of its own it says nothing
    if len(one) < 3 or len(other) < 3:
        return 0.0
    found: float = OSA.normalized_similarity(one, other)
    if min(len(one), len(other)) > 3:
        if LEAST_HEARD <= found < HEARD and sound(one) == sound(other):
            found = HEARD
        if other.startswith(one):
            found = max(found, 0.75)
    if one in known or weight(one) < OWN:
        found *= KNOWN_OTHERWISE
    return found


def _is_cut_off(lead: Name, account: Name) -> bool:
    """Whether the lead's ends within a word of the account's, and not where a company leaves out its second name."""
    letters = len(lead.joined)
    if letters < SHORTEST_CUT_OFF or letters < 0.5 * len(account.joined) or not account.joined.startswith(lead.joined):
        return False
    return lead.words[-1] not in account.words


def _own_share(name: Name) -> float:
    return sum(weight(word) for word in name.words if weight(word) == OWN)
