"""Where a fact comes from when the sender did not say it, and whose word counts when two know it. Pure.

A sender's own word has no entry. `by` names the field that a fact was worked out from, `account`, or `provider:<slug>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

BY_PROVIDER = "provider:"
ACCOUNT = "account"
# From the surest: the better the basis, the more the word counts. What is not listed is as good as a postal code.
BASES = ("postal_code", "state", "country", "phone")

Origin = Mapping[str, str]


def by_provider(slug: str, at: datetime) -> dict[str, str]:
    return {"by": f"{BY_PROVIDER}{slug}", "at": at.isoformat()}


def worked_out(origin: str, at: datetime) -> dict[str, str]:
    return {"by": origin, "at": at.isoformat()}


def outranks(new: Origin | None, old: Origin | None) -> bool:
    """Whether a value that has just come replaces the one that is there: at the same rank the newer does."""
    return _rank(new) <= _rank(old)


def _rank(origin: Origin | None) -> int:
    """0 for the sender's own word, then what was worked out from it, then what others say."""
    by = origin["by"] if origin else ""
    if not by:
        return 0
    if by.startswith(BY_PROVIDER) or by == ACCOUNT:
        return 9
    return 1 + BASES.index(by) if by in BASES else 1
