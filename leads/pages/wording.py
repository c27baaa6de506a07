"""The wording of a kind of notice, tried with a real lead: what its person would read now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from leads.clocks import current
from leads.models import Lead
from notifications import messages, rewording, wording
from notifications.kinds import ALL, Kind
from notifications.models import Notification, Wording
from notifications.wording import Words
from reps.models import Change, User

MOST_LEADS = 25
MOST_CHANGES = 10
KINDS_ABOUT_NO_LEAD = ("parked", "overnight", "change_set", "publication", "trial", "trouble")


@dataclass(frozen=True, slots=True)
class Row:
    """One kind in the list; `changed` is who worded it here and when, nothing if it is as shipped."""

    kind: Kind
    words: Words
    changed: Wording | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What somebody would read, and about whom. `problems` by field where the words cannot be used."""

    words: Words | None
    lead: Lead | None
    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """A value that can be named. `template` is how."""

    name: str
    says: str

    @property
    def template(self) -> str:
        return f"{{{{ {self.name} }}}}"


def rows() -> Sequence[Row]:
    here = {row.kind: row for row in Wording.objects.select_related("by")}
    found = []
    for kind in ALL:
        row = here.get(kind.slug)
        words = Words(row.subject, row.body) if row else rewording.shipped(kind.slug)
        found.append(Row(kind, words, row))
    return found


def fields(kind: Kind) -> Sequence[Field]:
    return [Field(name, wording.FIELDS[name]) for name in wording.names_of(kind.slug)]


def history(kind: Kind) -> Sequence[Change]:
    changes = Change.objects.filter(kind=rewording.KIND, subject=kind.slug).select_related("by")
    return list(changes.order_by("-pk")[:MOST_CHANGES])


def leads_to_try(kind: Kind, user: User) -> Sequence[Lead]:
    """The newest of those that this user may see; none where the notice is about none."""
    if kind.slug in KINDS_ABOUT_NO_LEAD:
        return []
    seen = Lead.objects.visible_to(user).select_related("rep__user", "queue", "decision").defer("facts", "set_aside")
    return list(seen.order_by("-received_at", "-pk")[:MOST_LEADS])


def preview(kind: Kind, words: Words, lead: Lead | None, *, user: User, now: datetime) -> Preview:
    """The words with the values of this lead, as if they were sent to this user now."""
    problems = dict(reversed(wording.problems(kind.slug, words)))
    if problems:
        return Preview(None, lead, problems)
    values = messages.values_of(_notice(kind, lead, user), now=now)
    return Preview(wording.worded(words, values), lead, {})


def _notice(kind: Kind, lead: Lead | None, user: User) -> Notification:
    """One that is written nowhere, with the text of the latest real one of its kind."""
    told = Notification.objects.filter(kind=kind.slug).order_by("-created_at")
    about = told.filter(link=f"/leads/{lead.pk}/") if lead else told
    real = about.first()
    context: dict[str, Any] = dict(real.context) if real else {}
    if lead:
        context |= _context(lead)
    text = real.text if real else f"{kind.label}{f': {lead}' if lead else ''}."
    # No row has this key, so nothing is gathered in it.
    return Notification(pk=0, user=user, kind=kind.slug, text=text, link=real.link if real else "/", context=context)


def _context(lead: Lead) -> dict[str, object]:
    clock = current.of_lead(lead)
    return {
        "name": lead.name,
        "company": lead.company,
        "intent": lead.intent,
        "why": lead.decision.reason if lead.decision else "",
        "due_at": clock.due_at.astimezone(UTC).isoformat() if clock else "",
        "rep": str(lead.rep) if lead.rep else "",
        "queue": str(lead.queue) if lead.queue else "",
        "count": 1,
    }
