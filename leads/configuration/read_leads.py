"""SLA policies and sources of the file."""

from __future__ import annotations

import re
from typing import Any

from leads import sla
from leads.configuration.entries import Entry
from leads.configuration.parts import SlaPolicy, Source
from leads.configuration.read_enrichment import span
from leads.mapping import BadMapping, compile_reading
from routing.engine.reader import shown

AUTH = ("none", "token", "signature")
SECRET_ENV = re.compile(r"[A-Z_][A-Z0-9_]{0,99}")
LONGEST_EXPRESSION = 500
LONGEST_INTENT = 40
LONGEST_PATIENCE_MS = 30_000


def sla_policy(entry: Entry) -> SlaPolicy:
    slug = entry.slug()
    try:
        return SlaPolicy(slug, policy_document(sla.parse_policy(entry.data, entry.path)))
    except sla.BadPolicy as bad:
        for path, problem in bad.problems:
            entry.reader.refuse(path, problem)
        return SlaPolicy(slug)


def policy_document(policy: sla.Policy) -> dict[str, Any]:
    """A policy as the file writes it, without what goes without saying."""
    document: dict[str, Any] = {
        "slug": policy.slug,
        "name": policy.name,
        "respond_within": sla.dump_duration(policy.respond_within),
        "clock": policy.clock,
    }
    if policy.steps:
        document["steps"] = [
            {"after": sla.dump_duration(step.after), "unless": step.unless, "do": step.do} for step in policy.steps
        ]
    document["max_reassignments"] = policy.max_reassignments
    if policy.silent_after is not None:
        document["silent_after"] = sla.dump_duration(policy.silent_after)
    if policy.park_after is not None:
        document["park_after"] = policy.park_after
    if policy.for_intents:
        document["for_intents"] = list(policy.for_intents)
    if policy.min_score is not None:
        document["min_score"] = policy.min_score
    return document | {"default": True} if policy.is_default else document


def source(entry: Entry) -> Source:
    found = Source(
        slug=entry.slug(),
        name=entry.text("name"),
        auth=entry.choice("auth", AUTH, "none"),
        secret_env=_secret_env(entry),
        preset=entry.text("preset", longest=40),
        items=entry.text("items", longest=LONGEST_EXPRESSION),
        mapping=_mapping(entry),
        id=entry.text("id", longest=LONGEST_EXPRESSION),
        intent=entry.text("intent", longest=LONGEST_INTENT),
        enrich_within=span(entry, "enrich_within", "", LONGEST_PATIENCE_MS),
        reroute_late=entry.flag("reroute_late", False),
    )
    if found.auth != "none" and not found.secret_env and "secret_env" not in entry.data:
        needs = "the environment variable that holds the secret"
        entry.refuse("secret_env", f"is missing: auth {found.auth} needs the name of {needs}")
    try:
        compile_reading(
            preset=found.preset, items=found.items, mapping=found.mapping, event_id=found.id, path=entry.path
        )
    except BadMapping as bad:
        for path, problem in bad.problems:
            entry.reader.refuse(path, problem)
    return found


def _secret_env(entry: Entry) -> str:
    name = entry.text("secret_env", longest=100)
    if name and not SECRET_ENV.fullmatch(name):
        problem = "must be the name of an environment variable such as WEBSITE_SECRET, never the secret itself"
        entry.refuse("secret_env", f"{problem}; not {shown(name[:3] + '…')}")
        return ""
    return name


def _mapping(entry: Entry) -> dict[str, str]:
    expressions = entry.mapping("mapping")
    path = entry.at("mapping")
    return {
        field: entry.reader.text(expressions[field], f"{path}.{field}", longest=LONGEST_EXPRESSION)
        for field in sorted(expressions)
    }
