"""SLA policies, the score model and sources into the database."""

from __future__ import annotations

from datetime import datetime

from leads import score_versions
from leads.configuration import rows
from leads.configuration.differences import Differences
from leads.configuration.parts import Configuration
from leads.enrichment.spans import read_span
from leads.models import InboundEvent, Lead, SlaPolicy, Source, Touch
from reps.models import User

SOURCE = (
    "name", "auth", "secret_env", "preset", "items", "mapping", "id_path", "intent", "enrich_within_ms", "reroute_late",
    "active",
)  # fmt: skip


def put(differences: Differences, after: Configuration, *, now: datetime, by: User | None) -> None:
    _put_policies(differences, after)
    _put_score_model(differences, now, by)
    sources = [
        Source(
            slug=one.slug,
            name=one.name,
            auth=one.auth,
            secret_env=one.secret_env,
            preset=one.preset,
            items=one.items,
            mapping=dict(one.mapping),
            id_path=one.id,
            intent=one.intent,
            enrich_within_ms=read_span(one.enrich_within) if one.enrich_within else None,
            reroute_late=one.reroute_late,
            active=True,
        )
        for _, one in differences.put("sources")
    ]
    rows.put(Source, sources, key="slug", columns=SOURCE)


def drop(differences: Differences) -> None:
    rows.drop(SlaPolicy, "slug", (policy.slug for policy in differences.gone("sla_policies")))
    _close_sources([source.slug for source in differences.gone("sources")])


def _put_score_model(differences: Differences, now: datetime, by: User | None) -> None:
    """A model that differs is a new version; that there is none any more is one too."""
    note = "Loaded from a configuration file."
    for _, scoring in differences.put("scoring"):
        score_versions.add(scoring.document, now=now, by=by, note=note)
    if differences.gone("scoring"):
        score_versions.add({}, now=now, by=by, note=note)


def _put_policies(differences: Differences, after: Configuration) -> None:
    """All of them, if anything about them changed: their order is part of what they say."""
    if not differences.put("sla_policies") and not differences.policies_reordered:
        return
    policies = [
        SlaPolicy(slug=policy.slug, document=dict(policy.document), position=position)
        for position, policy in enumerate(after.sla_policies)
    ]
    rows.put(SlaPolicy, policies, key="slug", columns=["document", "position"])


def _close_sources(slugs: list[str]) -> None:
    """A source through which anything came stays, closed: its leads say where they are from."""
    used: set[str] = set()
    for model in (InboundEvent, Lead, Touch):
        used |= set(
            model._default_manager.filter(source__slug__in=slugs).values_list("source__slug", flat=True).distinct()
        )
    Source.objects.filter(slug__in=used).update(active=False)
    rows.drop(Source, "slug", set(slugs) - used)
