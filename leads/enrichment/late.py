"""What came after the lead was routed: it fills what is still blank, and may route the lead again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from leads.arrivals import Arrival
from leads.enrichment import parking
from leads.enrichment.providers import Card
from leads.enrichment.waterfall import Filled
from leads.models import Lead, TimelineEntry, Touch
from leads.provenance import BY_PROVIDER
from leads.reconsider import reconsider
from leads.world import Known, known_and_held
from routing.engine.facts import as_json, from_json

WHY = "A provider answered late."


def fill(event: uuid.UUID, arrivals: Sequence[Arrival], *, reroute: bool, now: datetime) -> list[int]:
    """Fill the leads of an event that was routed meanwhile; which of them had anything to fill.

    The caller holds the event; the organisation and then the leads are locked here.
    """
    known = known_and_held()
    ids = Touch.objects.filter(event=event).values("lead_id")
    leads = list(Lead.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    if not leads or not arrivals:
        return []
    own = [replace(arrivals[0], facts=from_json(lead.facts, known.world.vocabulary)) for lead in leads]
    filled = parking.fill_all(own, known.providers, known.world.vocabulary, now=now)
    changed = [lead.pk for lead, found in zip(leads, filled, strict=True) if _fill(lead, found, known, now)]
    if changed and reroute:
        reconsider(changed, now=now, why=WHY, untouched=True)
    return changed


def _fill(lead: Lead, found: Filled, known: Known, now: datetime) -> bool:
    if not found.provenance:
        return False
    lead.facts = as_json(found.facts)
    lead.provenance = {**lead.provenance, **found.provenance}
    lead.company = lead.company or str(found.facts.get("company", ""))[:300]
    lead.changed_at = now
    lead.save(update_fields=["facts", "provenance", "company", "changed_at"])
    text = f"Looked up after it was routed: {_fields(found, known)}, by {_names(found, known.providers)}."
    TimelineEntry.objects.create(lead=lead, at=now, kind=TimelineEntry.Kind.ENRICHED, text=text, epoch=lead.epoch)
    return True


def _fields(found: Filled, known: Known) -> str:
    fields = (known.world.vocabulary.get(name) for name in found.provenance)
    return ", ".join(field.label for field in fields if field)


def _names(found: Filled, providers: Sequence[Card]) -> str:
    slugs = {origin["by"] for origin in found.provenance.values()}
    return ", ".join(card.name for card in providers if f"{BY_PROVIDER}{card.plan.slug}" in slugs) or "a provider"
