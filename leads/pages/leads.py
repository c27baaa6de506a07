"""The list of leads that a user may see, by where they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from leads.clocks import current
from leads.models import Lead
from leads.pages.promises import FirstContact, first_contact
from reps.keyset import Piece, piece
from reps.models import User

STANDS: Mapping[str, tuple[Lead.Status, ...]] = {
    "new": (Lead.Status.ASSIGNED,),
    "accepted": (Lead.Status.ACCEPTED,),
    "contacted": (Lead.Status.CONTACTED,),
    "queued": (Lead.Status.QUEUED, Lead.Status.RECEIVED),
    "nurture": (Lead.Status.NURTURE,),
    "closed": Lead.CLOSED,
    "discarded": (Lead.Status.DISCARDED,),
}


@dataclass(frozen=True, slots=True)
class Row:
    lead: Lead
    contact: FirstContact


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Row]
    piece: Piece[Lead]


def page(user: User, filters: Mapping[str, Any], *, after: str, now: datetime) -> Page:
    found = piece(_filtered(_of(user), filters), by="received_at", after=after)
    clocks = current.of_leads(found.rows)
    rows = [Row(lead, first_contact(clocks.get(lead.pk), now)) for lead in found.rows]
    return Page(rows, found)


def _of(user: User) -> QuerySet[Lead]:
    """A rep's list is of his own; what waits for his team stands in his queue."""
    leads = Lead.objects.visible_to(user).select_related("rep__user", "queue", "source")
    return leads if user.is_revops or user.is_manager else leads.filter(rep__user=user)


def _filtered(leads: QuerySet[Lead], filters: Mapping[str, Any]) -> QuerySet[Lead]:
    if stand := filters.get("stand"):
        leads = leads.filter(status__in=STANDS[stand])
    if rep := filters.get("rep"):
        leads = leads.filter(rep=rep)
    if source := filters.get("source"):
        leads = leads.filter(source=source)
    for word in filters.get("q", "").split():
        leads = leads.filter(Q(name__icontains=word) | Q(email__icontains=word) | Q(company__icontains=word))
    return leads
