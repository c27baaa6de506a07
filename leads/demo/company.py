"""The demo company as a configuration file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from leads import sla
from leads.configuration import yaml_text
from leads.configuration.read_leads import policy_document
from leads.demo import land, market, people, rules
from leads.demo.crm import Crm
from leads.demo.words import slug
from leads.presets import PRESETS

SKILLS = (
    ("finance", "Finance"),
    ("gtk", "GTK series"),
    ("gtx", "GTX series"),
    ("medical", "Medical"),
    ("mg", "MG series"),
)
RIVALS = ("initrode.example", "hooli.example", "piedpiper.example", "wernham-hogg.example")


def configuration_text(crm: Crm, today: date, capacities: Mapping[str, int] | None = None) -> str:
    """What `load_config` reads. The records must have been moved to today. `capacities`, by e-mail, are set by hand."""
    staff = people.cast(crm)
    reps = [
        rep | {"capacity": (capacities or {}).get(rep["email"], rep["capacity"])}
        for rep in people.reps(crm, staff, today)
    ]
    return yaml_text.dump(
        {
            "version": 1,
            "teams": people.teams(crm, staff),
            "skills": [{"slug": name, "name": label} for name, label in SKILLS],
            "reps": reps,
            "territories": land.territories(crm, staff),
            "accounts": market.accounts(crm, staff),
            "lists": [{"slug": "rivals", "name": "Rivals", "values": list(RIVALS)}],
            "fields": [{"key": "custom.seats", "type": "number", "label": "Seats wanted"}],
            "pools": people.pools(crm, staff),
            "queues": _queues(crm),
            "sla_policies": [policy_document(replace(policy, clock="rep_hours")) for policy in sla.SHIPPED],
            "scoring": _scoring(),
            "sources": _sources(),
            "trees": rules.trees(staff, today),
        }
    )


def _queues(crm: Crm) -> list[dict[str, Any]]:
    """One for each team, one for what nobody has looked at, one for private addresses."""
    managers = dict.fromkeys(agent.manager for agent in crm.agents)
    first = slug(next(iter(managers)))
    return [
        {"slug": "triage", "name": "Triage"},
        {"slug": "sdr", "name": "Private addresses", "team": first},
        *({"slug": slug(manager), "name": f"Team {manager}", "team": slug(manager)} for manager in managers),
    ]


def _scoring() -> dict[str, Any]:
    """Who only reads waits; whoever then tries the product comes over the threshold by himself."""
    points: tuple[tuple[str, dict[str, Any], int], ...] = (
        ("Asks for a demo or a price", rules.asks("intent", "in", ["demo", "pricing"]), 40),
        ("Writes to us, or starts a trial", rules.asks("intent", "in", ["general", "trial"]), 20),
        ("Tries the product", rules.asks("signal.trial_step_7d", "gte", 3), 40),
        ("Decides", rules.asks("title", "matches", "^(chief|vp|director|head)"), 30),
        ("Large company", rules.asks("employees", "gte", market.MIDDLE), 20),
        ("Somebody here knows them", rules.asks("account.owner", "is_present"), 20),
        ("Private address", rules.asks("is_free_email", "is", True), -20),
    )
    return {
        "threshold": 20,
        "skip_score_for": ["demo", "pricing", "trial"],
        "track": "newsletter",
        "rules": [{"name": name, "when": when, "points": added} for name, when, added in points],
        "grades": {"A": 70, "B": 40, "C": 20, "D": 0},
    }


def _sources() -> list[dict[str, Any]]:
    """The website is open, so that a first lead is one curl away; the partner signs; and one for each known sender."""
    known = [
        {"slug": name.replace("_", "-"), "name": name.replace("_", " ").replace("-", " ").title(), "preset": name}
        for name in PRESETS
        if name != "generic"
    ]
    return [
        {"slug": "website", "name": "Website"},
        {"slug": "partner", "name": "Partner portal", "auth": "signature", "secret_env": "PARTNER_SECRET"},
        {"slug": "fair", "name": "Trade fair", "intent": "content"},
        *known,
    ]
