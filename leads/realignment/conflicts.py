"""What may get in a change set's way: others that are scheduled for the same things, and what changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leads.configuration.parts import Configuration
from leads.configuration.read import BadConfiguration
from leads.models import ChangeSet
from leads.realignment import amendments
from leads.realignment.amendments import Amendment
from reps.models import Change


@dataclass(frozen=True, slots=True)
class Conflict:
    """A sentence; `other` is the change set that speaks of the same things, if it is one."""

    text: str
    other: ChangeSet | None = None


def conflicts(change_set: ChangeSet, amendment: Amendment, current: Configuration) -> tuple[Conflict, ...]:
    return (*_others(change_set, amendment), *_since(change_set, amendment, current))


def _others(change_set: ChangeSet, amendment: Amendment) -> list[Conflict]:
    found = []
    scheduled = ChangeSet.objects.filter(status=ChangeSet.Status.SCHEDULED).exclude(pk=change_set.pk)
    for other in scheduled.order_by("effective_at", "pk"):
        try:
            theirs = amendments.parse(other.document).touched
        except BadConfiguration:
            continue
        if shared := [name for kind, name in amendment.touched if (kind, name) in theirs]:
            found.append(Conflict(f"also changes {_listed(shared)}", other))
    return found


def _since(change_set: ChangeSet, amendment: Amendment, current: Configuration) -> list[Conflict]:
    """Entries that no longer are what they were when the set was prepared, with who changed them last."""
    found = []
    now = amendments.snapshot(amendment, current)
    for kind, name in amendment.touched:
        base: Mapping[str, object] = change_set.base.get(kind, {})
        if name in base and base[name] != now[kind][name]:
            last = Change.objects.filter(kind=kind, subject=name).select_related("by").order_by("-at").first()
            who = f" by {last.by}" if last and last.by else ""
            found.append(Conflict(f"{name} was changed{who} since this was prepared. What this set names wins."))
    return found


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
