"""By which channel a person hears of a kind of notice, and by which other one if that fails. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

# Of these everybody hears by e-mail who never said otherwise.
BY_MAIL = frozenset(
    (
        *("assigned", "returned", "reminder", "still_working", "taken", "parked"),
        *("unacknowledged", "back_in_queue", "unassigned", "overnight", "trouble"),
    )
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody chose for a kind. `first` None: the inbox alone."""

    first: int | None
    second: int | None


@dataclass(frozen=True, slots=True)
class Way:
    first: int
    second: int | None = None


def way(kind: str, wish: Wish | None, *, enabled: Collection[int], mail: int | None) -> Way | None:
    """The channels for one notice; None: the inbox alone. `mail` is the first e-mail channel that is switched on.

    Who chose a channel that is switched off by now is told by his second one, or as if he had never chosen.
    """
    if wish is not None and wish.first is None:
        return None
    chosen = [one for one in (wish.first, wish.second) if one in enabled] if wish is not None else []
    if not chosen and kind in BY_MAIL and mail is not None:
        chosen = [mail]
    known = [one for one in dict.fromkeys(chosen) if one is not None]
    return Way(known[0], known[1] if len(known) > 1 else None) if known else None
