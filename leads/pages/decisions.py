"""The list of decisions: what was decided when, by which rule, and how soon the lead was spoken to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from leads.models import Lead, SlaClock
from leads.pages.decision import live_rules, method
from leads.pages.promises import FirstContact, first_contact
from leads.world import known
from reps.keyset import Piece, piece
from reps.models import Rep, User
from routing.engine.route import GATE
from routing.models import Decision

PERIODS: Mapping[str, int] = {"1": 1, "7": 7, "30": 30, "90": 90, "all": 0}
FALLBACK = "fallback"
MOST_RULES = 400


@dataclass(frozen=True, slots=True)
class Row:
    decision: Decision
    lead: Lead | None
    rule: str
    method: str
    contact: FirstContact


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Row]
    piece: Piece[Decision]


def visible_to(user: User) -> QuerySet[Decision]:
    """The decisions about leads that this user may see."""
    decisions = Decision.objects.select_related("rep__user", "queue", "pool", "version__tree")
    if user.is_revops:
        return decisions
    return decisions.filter(lead_id__in=Lead.objects.visible_to(user).values("pk"))


def page(user: User, filters: Mapping[str, Any], *, after: str, now: datetime) -> Page:
    found = piece(_filtered(visible_to(user), filters, now), by="at", after=after)
    ids = [decision.pk for decision in found.rows]
    leads = Lead.objects.in_bulk([decision.lead_id for decision in found.rows])
    clocks = {
        clock.assignment.decision_id: clock
        for clock in SlaClock.objects.filter(assignment__decision__in=ids).select_related("assignment")
        if clock.assignment is not None
    }
    names = rule_names()
    rows = [
        Row(
            decision,
            leads.get(decision.lead_id),
            _rule(decision, names),
            method(decision),
            first_contact(clocks.get(decision.pk), now),
        )
        for decision in found.rows
    ]
    return Page(rows, found)


def rule_names() -> dict[str, str]:
    """The rules of the live trees, in the order in which they are read."""
    return {rule.id: rule.name for rule in live_rules(known()).values()}


def reps_for(user: User) -> QuerySet[Rep]:
    """Whom this user can filter by."""
    return Rep.objects.overseen_by(user).select_related("user").order_by("user__name")


def _filtered(decisions: QuerySet[Decision], filters: Mapping[str, Any], now: datetime) -> QuerySet[Decision]:
    if outcome := filters.get("outcome"):
        decisions = decisions.filter(fallback=True) if outcome == FALLBACK else decisions.filter(outcome=outcome)
    if rep := filters.get("rep"):
        decisions = decisions.filter(rep=rep)
    if rule := filters.get("rule"):
        decisions = decisions.filter(rules__contains=[rule])
    if days := PERIODS.get(filters.get("period") or "30", 30):
        decisions = decisions.filter(at__gte=now - timedelta(days=days))
    return decisions


def _rule(decision: Decision, names: Mapping[str, str]) -> str:
    """The innermost rule that held; its name may have changed since, its id never does."""
    if decision.sticky:
        return "Same person"
    if decision.path == GATE:
        return "Score too low"
    if not decision.rules:
        return "Otherwise" if decision.fallback else "–"
    return names.get(decision.rules[-1], decision.rules[-1])
