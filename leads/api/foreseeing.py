"""The organisation as of a later instant, for whoever tries a lead then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from leads.configuration import worlds
from leads.matching import AccountCard
from leads.realignment import forecast
from leads.realignment.forecast import Assumed
from leads.world import Known


@dataclass(frozen=True, slots=True)
class Foreseen:
    """`cards` are the accounts if any will have another owner then."""

    known: Known
    assumed: tuple[Assumed, ...] = ()
    cards: Mapping[str, AccountCard] = field(default_factory=dict)


def foreseen(known: Known, at: datetime) -> Foreseen:
    """With the change sets that are scheduled until then. Nothing else of the future is known, and nothing past."""
    if not forecast.scheduled_until(at):
        return Foreseen(known)
    then = forecast.as_of(at)
    if not then.is_other:
        return Foreseen(known, then.assumed)
    cards = worlds.account_cards(then.configuration) if then.owners else {}
    return Foreseen(replace(known, world=worlds.build_world(then.configuration)), then.assumed, cards)
