"""Leads that were known before, written back in one statement: by an ORM that costs more than deciding them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leads import logged
from leads.models import Lead
from leads.prepared import prepared_cursor

# What a decision may change of a lead, each with the type of its array.
COLUMNS: Mapping[str, str] = {
    **dict.fromkeys(
        ("person_key", "name", "email", "phone", "company", "intent", "status", "track", "waits_for"), "text"
    ),
    **dict.fromkeys(("facts", "set_aside", "provenance"), "jsonb"),
    **dict.fromkeys(("rep_id", "queue_id", "decision_id", "account_id"), "bigint"),
    **dict.fromkeys(("urgency", "epoch", "score"), "int"),
    **dict.fromkeys(("assigned_at", "contacted_at", "closed_at", "changed_at"), "timestamptz"),
}
CHANGE = f"""
UPDATE leads_lead AS lead SET {", ".join(f"{name} = v.{name}" for name in COLUMNS)}
FROM unnest(%s::bigint[], {", ".join(f"%s::{kind}[]" for kind in COLUMNS.values())}) AS v (id, {", ".join(COLUMNS)})
WHERE lead.id = v.id
"""


def change(leads: Sequence[Lead]) -> None:
    """Write what these are now."""
    values = [[_value(lead, name, kind) for lead in leads] for name, kind in COLUMNS.items()]
    with prepared_cursor() as cursor:
        cursor.execute(CHANGE, [[lead.pk for lead in leads], *values])


def _value(lead: Lead, name: str, kind: str) -> object:
    value = getattr(lead, name)
    return logged.as_text(value) if kind == "jsonb" else value
