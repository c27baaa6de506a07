"""From what a lead says of itself to what the rules see: its account, its signals, its score. Pure.

One function for live routing, for trying a lead and for a simulation, so that all three decide alike.
"""

from __future__ import annotations

from dataclasses import dataclass

from leads import scoring
from leads.enrichment.account import account_fill
from leads.matching import Match, account_facts
from leads.scoring import NO_POINTS, Points, ScoreCard
from routing.engine.conditions import Setting
from routing.engine.facts import Facts

NO_SIGNALS: Facts = {}
# What we know ourselves. A sender cannot say it; whoever tries a lead, or tells a history, may.
OURS = ("account.", "signal.")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """`facts` are what the rules see, `points` how the score among them came about."""

    facts: Facts
    points: Points = NO_POINTS


def knowledge(
    own: Facts, *, match: Match | None, signals: Facts = NO_SIGNALS, card: ScoreCard, setting: Setting
) -> Knowledge:
    """The lead's own facts, then its account's (which also fill its blanks), its signals, and the score of all these.

    What `own` itself says of an account, a signal or the score comes first: somebody wants to try it, or it is history.
    """
    known = {**account_fill(match), **own, **account_facts(match), **signals}
    known |= {name: value for name, value in own.items() if name.startswith(OURS)}
    points = scoring.points_of(card, known, setting)
    for name, value in points.facts().items():
        known.setdefault(name, value)
    return Knowledge(known, points)
