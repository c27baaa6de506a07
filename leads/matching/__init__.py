"""Which account a lead belongs to, by what is known about both. Pure: the same for a database and for a simulation.

The cascade stands in `finding`; the words here are what goes in and what comes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from routing.engine.facts import Value

# The fact `account.match` if a person said which account it is.
BY_HAND = "by_hand"
COUNTRY = {1: "agrees", -1: "differs"}


@dataclass(frozen=True, slots=True)
class AccountCard:
    """An account as matching sees it. `owner` is its own owner's e-mail, else its nearest ancestor's.

    `owner_of` names the ancestor whose owner it is; None if the account has one of its own, or nobody has. `team` is
    the slug of the team whose reps take its leads if nobody owns it.
    """

    id: int
    name: str
    owner: str | None = None
    parent: str | None = None
    is_customer: bool = False
    tier: str = ""
    country: str = ""
    aliases: tuple[str, ...] = ()
    owner_of: str | None = None
    details: Mapping[str, object] = field(default_factory=dict, compare=False)  # what else is known of it
    team: str | None = None
    has_domains: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """One account that was looked at, with what speaks for it: `score` is out of 1, `signals` are its parts.

    `how` is domain, alias, name or by_hand; `key` is the domain or the name that speaks for it. Signals: `name` (how
    alike they are), `own` (how many words of the company's own it rests on), `country` (+1 agrees, −1 differs, 0 not
    known), `elsewhere` (the lead writes from a company's domain that is none of the account's). By two names that are
    the same but for the country, the score may pass 1.
    """

    card: AccountCard
    score: float
    how: str
    key: str = ""
    name: float = 0.0
    own: float = 0.0
    country: int = 0
    elsewhere: bool = False

    @property
    def shown(self) -> str:
        return f"{min(self.score, 1.0):.2f}"


@dataclass(frozen=True, slots=True)
class Match:
    """The account found, and by what: `how` is domain, name or by_hand; `key` is what both have in common."""

    card: AccountCard
    how: str
    key: str
    by_email: bool = False


@dataclass(frozen=True, slots=True)
class Matching:
    """The answer for one lead: the account or none, everybody who was looked at (best first), and why none."""

    match: Match | None = None
    candidates: tuple[Candidate, ...] = ()
    why: str = ""


NOTHING = Matching()


def by_hand(card: AccountCard) -> Matching:
    """A person said so: nothing else is looked at."""
    return Matching(Match(card, BY_HAND, ""), (Candidate(card, 1.0, BY_HAND),))


def account_facts(found: Match | None) -> dict[str, Value]:
    """The `account.*` facts of a lead. `account.match` is `parent` if the owner is that of an ancestor."""
    if found is None:
        return {"account.matched": False}
    facts: dict[str, Value] = {
        "account.matched": True,
        "account.name": found.card.name,
        "account.is_customer": found.card.is_customer,
        "account.match": "parent" if found.card.owner_of else found.how,
    }
    if found.by_email:
        # An account's own domain is nobody's free mail, whatever the lists say.
        facts["is_free_email"] = False
    if found.card.tier:
        facts["account.tier"] = found.card.tier
    if found.card.owner:
        facts["account.owner"] = found.card.owner
    if found.card.team:
        facts["account.team"] = found.card.team
    return facts


def as_record(matching: Matching) -> dict[str, Any]:
    """What the log of decisions keeps; nothing if there was nobody to look at."""
    if not matching.candidates:
        return {}
    return {
        "chosen": matching.match.card.name if matching.match else None,
        "how": matching.candidates[0].how if matching.match else None,
        "why": matching.why,
        "candidates": [
            {
                "id": one.card.id,
                "account": one.card.name,
                "score": round(min(one.score, 1.0), 2),
                "signals": _signals(one),
            }
            for one in matching.candidates
        ],
    }


def _signals(one: Candidate) -> dict[str, Any]:
    """The parts of a candidate's score, by name, without those that do not apply."""
    if one.how in ("domain", BY_HAND):
        return {one.how: one.key} if one.key else {one.how: True}
    signals: dict[str, Any] = {one.how: one.key, "likeness": round(one.name, 2), "own_words": round(one.own, 2)}
    if one.country:
        signals["country"] = COUNTRY[one.country]
    if one.elsewhere:
        signals["elsewhere"] = True
    return signals
