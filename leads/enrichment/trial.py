"""Trying a provider: one call with the facts of a real lead. Nothing is written, no lead changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leads.enrichment import answers, book
from leads.enrichment.answers import Told
from leads.enrichment.providers import BadProvider, Card, ask_of, key_of
from leads.models import Answer, Lead, Provider
from leads.pages.facts import capitalised, in_words
from reps.models import User
from routing.engine.facts import Facts, Vocabulary, from_json

MOST_LOOKED_AT = 200  # leads, for one that it can be asked about


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it. `lines` are the fields that the answer would fill, with their values."""

    lead: Lead | None
    problem: str = ""
    told: Told | None = None
    lines: Sequence[tuple[str, str]] = ()

    @property
    def said(self) -> str:
        return str(Answer.Result(self.told.result).label) if self.told else ""


def of(provider: Provider, user: User, lead_id: str, vocabulary: Vocabulary) -> Tried:
    """Ask about this lead, or about the newest of which it can be asked."""
    try:
        card = book.card_of(provider)
    except BadProvider as bad:
        return Tried(None, problem=f"It cannot be asked: {bad.problems[0][1]}")
    found = _lead(card, user, lead_id, vocabulary)
    if found is None:
        return Tried(None, problem=_nobody(card, user, lead_id))
    lead, facts = found
    told = answers.ask(card, ask_of(card, facts), vocabulary)
    values = from_json(told.values, vocabulary)
    lines = [
        (capitalised(field.label) if (field := vocabulary.get(name)) else name, in_words(value))
        for name, value in values.items()
    ]
    return Tried(lead, told.problem, told, lines)


def _nobody(card: Card, user: User, lead_id: str) -> str:
    needed = ", ".join(f"{{{name}}}" for name in card.told)
    if not _is_number(lead_id):
        return f"There is no lead with what it needs: {needed}."
    if not Lead.objects.visible_to(user).filter(pk=int(lead_id)).exists():
        return f"There is no lead {lead_id}."
    return f"Lead {lead_id} has not all that it needs: {needed}."


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _lead(card: Card, user: User, lead_id: str, vocabulary: Vocabulary) -> tuple[Lead, Facts] | None:
    leads = Lead.objects.visible_to(user).order_by("-received_at")
    if _is_number(lead_id):
        leads = leads.filter(pk=int(lead_id))
    for lead in leads[:MOST_LOOKED_AT]:
        facts = from_json(lead.facts, vocabulary)
        if key_of(card, facts):
            return lead, facts
    return None
