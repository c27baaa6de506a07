"""Leads that come into question again although nothing arrived: who they are, and who does not get them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Q

from leads.models import Assignment, Lead, LeadQuerySet
from leads.people import Person, person_of
from routing.engine.facts import Vocabulary

TAKEN_AWAY = (Assignment.Ended.SLA, Assignment.Ended.SILENT, Assignment.Ended.AWAY, Assignment.Ended.BY_HAND)


def people_again(leads: Sequence[Lead], emails: Mapping[int, str], vocabulary: Vocabulary) -> list[Person]:
    """Leads that are decided about again, each without those who declined it and those it was taken from."""
    people = [person_of(lead, emails, vocabulary) for lead in leads]
    moved = [lead.pk for lead in leads if lead.epoch]
    ended = Assignment.objects.filter(lead__in=moved).exclude(ended_at=None) if moved else Assignment.objects.none()
    past: dict[int, list[tuple[str, str]]] = {}
    for lead_id, rep_id, code in ended.values_list("lead_id", "rep_id", "ended_as"):
        past.setdefault(lead_id, []).append((emails.get(rep_id, ""), code))
    for person, lead in zip(people, leads, strict=True):
        codes = past.get(person.id, ())
        person.declined = frozenset(email for email, code in codes if code == Assignment.Ended.DECLINED)
        person.held_before = frozenset(email for email, code in codes if code in TAKEN_AWAY)
        # What a rep has had is not taken from the salespeople for its score; what came back since and was held back is.
        person.past_gate = lead.status != Lead.Status.NURTURE and bool(person.declined | person.held_before)
    return people


def known_as(leads: LeadQuerySet, key: str) -> Lead | None:
    """Whose lead of these it would be, if somebody came with this e-mail or phone just now."""
    phone = key.removeprefix("tel:")
    if phone == key:
        return leads.filter(person_key=key).first() if key else None
    return (
        leads.filter(phone=phone)
        .annotate(held=Q(status__in=Lead.OPEN))
        .order_by("-held", "-received_at", "-pk")
        .first()
    )
