"""The demo's map: each office has its states and the part of the world whose working day overlaps most with its own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from leads.configuration import yaml_text
from leads.demo.crm import Crm
from leads.demo.market import states_of
from leads.demo.people import Staff, pools
from leads.demo.words import slug

USA = "usa"
ABROAD = (
    ("Americas", ("CA", "MX", "BR", "PA", "AR")),
    ("Europe and Africa", ("GB", "IE", "DE", "FR", "IT", "NL", "BE", "NO", "PL", "RO", "KE", "JO")),
    ("Asia and Pacific", ("JP", "KR", "CN", "PH", "AU", "IN")),
)
MOVED = "TN"  # from the first office's states to the second's, in the realignment that is being prepared


def territories(crm: Crm, staff: Staff) -> list[dict[str, Any]]:
    """The United States in parts, and three parts of the world; each with the reps of an office."""
    members = {pool["slug"]: pool["members"] for pool in pools(crm, staff)}
    at_home = {"field": "country", "op": "is", "value": "US"}
    unsaid = {"all": [{"field": "country", "op": "is_blank"}, {"field": "state", "op": "is_present"}]}
    found: list[dict[str, Any]] = [{"slug": USA, "name": "United States", "when": {"any": [at_home, unsaid]}}]
    for office in staff.offices:
        found.append(
            {
                "slug": f"us-{slug(office)}",
                "name": f"US {office}",
                "parent": USA,
                "when": {"field": "state", "op": "in", "value": list(states_of(office, staff))},
                "reps": members[slug(office)],
            }
        )
    for (name, countries), office in zip(ABROAD, staff.offices, strict=False):
        when = {"field": "country", "op": "in", "value": list(countries)}
        found.append({"slug": slug(name), "name": name, "when": when, "reps": members[slug(office)]})
    return found


def realignment(staff: Staff) -> tuple[str, str]:
    """A change set that is being prepared: its name and its text."""
    first, second = (f"us-{slug(office)}" for office in staff.offices[:2])
    kept = [state for state in states_of(staff.offices[0], staff) if state != MOVED]
    states = {first: kept, second: [*states_of(staff.offices[1], staff), MOVED]}
    entries = [{"slug": one, "when": {"field": "state", "op": "in", "value": found}} for one, found in states.items()]
    return f"{staff.offices[1]} takes Tennessee over", yaml_text.dump({"territories": entries})


def first_of_next_month(today: date) -> date:
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)
