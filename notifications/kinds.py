"""What people are told about: the kinds of notices, whom each is for, and how it is called on a page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice. `gathers`: to one person at most one such message a minute; what comes meanwhile is counted.

    `many` is what such a message says then, with `{count}`.
    """

    slug: str
    label: str
    roles: tuple[str, ...]
    gathers: bool = False
    many: str = ""


REP, MANAGER, REVOPS = "rep", "manager", "revops"
OVERSEERS = (MANAGER, REVOPS)

ALL = (
    Kind("assigned", "A lead is given to me", (REP,)),
    Kind("returned", "A lead of mine comes back", (REP,)),
    Kind("reminder", "A lead still waits for me", (REP,)),
    Kind("still_working", "Am I still working on a lead", (REP,)),
    Kind("taken", "A lead was taken from me", (REP,), True, "{count} leads were taken from you"),
    Kind("parked", "I am parked, or one of my reps is", (REP, MANAGER)),
    Kind("signal", "A customer of mine does something", (REP,)),
    Kind("unacknowledged", "A lead of my team waits too long", OVERSEERS, True, "{count} leads unacknowledged"),
    Kind("back_in_queue", "A lead went back to a queue", OVERSEERS, True, "{count} leads went back to a queue"),
    Kind("unassigned", "Nobody could take a lead", OVERSEERS, True, "{count} leads that nobody could take"),
    Kind("overnight", "Leads are left in a queue in the evening", OVERSEERS),
    Kind("loop", "A lead moves in circles", OVERSEERS),
    Kind("change_set", "A change set could not be put in force", (REVOPS,)),
    Kind("trial", "A trial of a tree ended by itself", (REVOPS,)),
    Kind("publication", "A version of the rules waits, is live, or could not be published", (REVOPS,)),
    Kind("trouble", "Switchyard found something wrong with itself", (REVOPS,)),
)
BY_SLUG: Mapping[str, Kind] = {kind.slug: kind for kind in ALL}


def for_role(role: str, *, has_leads: bool) -> tuple[Kind, ...]:
    """What somebody with this role can be told about; who works leads himself is also told as a rep."""
    return tuple(kind for kind in ALL if role in kind.roles or (has_leads and REP in kind.roles))
