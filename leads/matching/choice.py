"""What speaks for an account, by name and country, and which of several it is: one winner or none. Pure.

Two different companies that are nearly as near are no answer: who is called by the wrong name goes away, who is asked
again stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from leads.matching import AccountCard, Candidate, Match, Matching
from leads.matching.likeness import SAME, Likeness, likeness
from leads.matching.names import Name, read_name

ENOUGH = 0.82
ENOUGH_OF_COMMON_WORDS = 0.95  # where no word is the company's own
APART = 0.04  # by how much the first must be ahead of the second
AGREES, DIFFERS = 0.02, -0.07  # the country as evidence
ELSEWHERE = -0.05  # for a name that is only alike, of a company that has domains, and not the lead's
SAME_FORM = 0.05  # for whom is written alike down to the legal form, if others are the same but for that
MOST_TOLD = 5
LEAST_TOLD = 0.5
NEARLY = 0.005  # sums of floats are no exact numbers


def candidate(
    lead: Name, country: str, card: AccountCard, known: Collection[str], *, has_domain: bool = False
) -> Candidate:
    """The account by its name that is most like the lead's. `known`: those of the lead's words that accounts have.

    `has_domain`: it writes from a company's domain, and by now it is clear that it is no account's.
    """
    best, key, how = Likeness(0.0, 0.0), "", "name"
    for index, written in enumerate((card.name, *card.aliases)):
        name = read_name(written)
        if not name.words or (index == 0 and not name.is_one):
            continue
        alike = likeness(lead, name, known) if lead.is_one else _only_the_same(lead, name, is_alias=index > 0)
        if (alike.score, alike.own) > (best.score, best.own):
            best, key, how = alike, written, "alias" if index else "name"
    sign = 0 if not country or not card.country else 1 if country == card.country else -1
    score = best.score + {1: AGREES, -1: DIFFERS, 0: 0.0}[sign] if best.score else 0.0
    elsewhere = has_domain and card.has_domains and 0 < best.score < SAME
    if elsewhere:
        score += ELSEWHERE
    if best.score == SAME and read_name(key).written == lead.written:
        score += SAME_FORM
    return Candidate(card, score, how, key, name=best.score, own=best.own, country=sign, elsewhere=elsewhere)


def choose(candidates: Iterable[Candidate]) -> Matching:
    """The best of them if it is good enough and well ahead. Equals go by name: nothing hangs on their order."""
    ranked = sorted(candidates, key=lambda one: (-one.score, one.card.name))
    told = tuple(one for one in ranked[:MOST_TOLD] if one.score >= LEAST_TOLD)
    if not told:
        return Matching()
    best = told[0]
    enough = ENOUGH if best.own else ENOUGH_OF_COMMON_WORDS
    if best.score < enough:
        return Matching(None, told, f"{best.card.name} is not near enough: {best.shown}, needs {enough}.")
    rivals = [one for one in ranked[1:] if best.score - one.score < APART - NEARLY]
    head = _head_of([best, *rivals])
    if head is None:
        names = " or ".join(one.card.name for one in [best, *rivals][:3])
        return Matching(None, told, f"It may be {names}: they are too near to each other to tell.")
    told = (head, *(one for one in told if one is not head))
    return Matching(Match(head.card, "name", head.key), told[:MOST_TOLD])


def _only_the_same(lead: Name, name: Name, *, is_alias: bool) -> Likeness:
    """What is no name, such as two letters, is an account's only if somebody gave it as an alias."""
    return Likeness(SAME, 1.0) if is_alias and lead.sorted == name.sorted else Likeness(0.0, 0.0)


def _head_of(contenders: Sequence[Candidate]) -> Candidate | None:
    """The one that is the parent of all the others: they are one company."""
    for one in contenders:
        if all(other is one or other.card.parent == one.card.name for other in contenders):
            return one
    return None
