"""The operators of conditions: which type has which, and what each of them answers.

Everything here is total: an operand that parsed never raises, whatever the fact is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Setting:
    """What conditions look up besides the lead: the time, the named lists, and how territories nest.

    `lists` holds the values as `facts.normal` makes them; `ancestors` gives a territory itself and all above it.
    """

    now: datetime
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ancestors: Mapping[str, frozenset[str]] = field(default_factory=dict)
