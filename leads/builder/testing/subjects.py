"""Who is tried in a tree, as kept in the session: a known lead or facts that somebody gave, and when it arrives.

Kept per tree, so that a test survives every edit and every reload. Nothing of it is anybody's but the user's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from routing.engine.facts import moment

KEY = "builder_test"
MOST_TREES = 20


@dataclass(frozen=True, slots=True)
class Subject:
    """`facts` are what somebody gave, raw, over what is known of `lead`; a name with None was made blank.

    `at` None: whenever one looks. `saved` is the test lead that it began as. `exact`: the facts are all that counts,
    no account is looked for and nothing is scored, as when a test lead is run.
    """

    lead: int | None = None
    name: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    saved: int | None = None
    exact: bool = False


def of_session(session: SessionBase, slug: str) -> Subject | None:
    kept = session.get(KEY, {}).get(slug)
    if not isinstance(kept, dict):
        return None
    return Subject(**{**kept, "at": moment(kept["at"]) if kept.get("at") else None})


def keep(session: SessionBase, slug: str, subject: Subject) -> None:
    """In place of whatever was tried in this tree before; the tree that was tried longest ago is forgotten."""
    others = {name: kept for name, kept in session.get(KEY, {}).items() if name != slug}
    newest = dict(list(others.items())[-(MOST_TREES - 1) :])
    said = {**asdict(subject), "at": subject.at.isoformat() if subject.at else None}
    session[KEY] = {**newest, slug: said}


def end(session: SessionBase, slug: str) -> None:
    kept = dict(session.get(KEY, {}))
    if kept.pop(slug, None) is not None:
        session[KEY] = kept
