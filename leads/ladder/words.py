"""What the ladder says of a lead, in words: in its story, to reps and to managers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from reps.spans import roughly


class Had(NamedTuple):
    """Somebody who had a lead, and for how long."""

    name: str
    span: timedelta


def queue(name: str) -> str:
    """`the EMEA queue`, whether the queue is called EMEA or EMEA queue."""
    return f"the {name}" if name.casefold().endswith("queue") else f"the {name} queue"


def held_by(had: Sequence[Had]) -> str:
    """`Ada had it 30 min, Bob 30 min`."""
    first, *others = had
    return ", ".join(
        [f"{first.name} had it {roughly(first.span)}", *(f"{one.name} {roughly(one.span)}" for one in others)]
    )


def to_the_queue(lead: str, where: str, had: Sequence[Had], did: str) -> str:
    """What a manager is told of a lead that came back: `nobody accepted`, or what else nobody did."""
    said = f"{lead} went to {queue(where)}"
    return f"{said}: {held_by(had)}, nobody {did}." if had else f"{said}: nobody {did} it."
