"""Decisions about arrivals as routing leaves them, many at a time and without the rest of a lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from leads.builder.traffic import sample
from reps.models import User
from routing.builder import drafts
from routing.models import Decision, Draft, Tree, Version
from tests.organisation import NOON, make_lead

QUEUE = {"kind": "queue", "queue": "unassigned"}


def rule(name: str, when: Mapping[str, Any] | None = None, target: Mapping[str, Any] = QUEUE) -> dict[str, Any]:
    return {"id": name, "name": name.title(), "why": "So.", "when": when or {"all": []}, "target": dict(target)}


def branch(name: str, when: Mapping[str, Any], *rules: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": name, "name": name.title(), "why": "So.", "when": when, "rules": list(rules), "otherwise": QUEUE}


def document(*rules: Mapping[str, Any]) -> dict[str, Any]:
    return {"format": 1, "rules": list(rules), "otherwise": QUEUE}


def is_in(*countries: str) -> dict[str, Any]:
    return {"field": "country", "op": "in", "value": list(countries)}


def arrived(
    version: Version,
    held: Sequence[str] = (),
    *,
    at: datetime = NOON,
    count: int = 1,
    path: str = "",
    facts: Mapping[str, Any] | None = None,
    **values: Any,
) -> list[Decision]:
    """So many leads that these rules took."""
    path = path or "/".join((version.tree.slug, *held)) + ("" if held else "/otherwise")
    made = []
    for _ in range(count):
        lead = make_lead(version=version, at=at)
        decision = lead.decision
        assert decision is not None
        decision.rules, decision.path, decision.fallback = list(held), path, not held
        decision.facts = {**decision.facts, "received_at": at.isoformat(), **(facts or {})}
        for name, value in values.items():
            setattr(decision, name, value)
        decision.save()
        made.append(decision)
    sample.forget()
    return made


def drafted(tree: Tree, changed: dict[str, Any], by: User, now: datetime = NOON) -> None:
    """The tree's draft says this from now on."""
    draft = Draft.objects.filter(tree=tree).first()
    rev = draft.newest if draft else 0
    drafts.change(tree, rev=rev, op={}, by=by, now=now, how=lambda _: drafts.edits.Done(changed, "changed it", ""))
