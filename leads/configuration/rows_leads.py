"""SLA policies, the score model and sources into the database."""

from __future__ import annotations

from leads.configuration import rows
from leads.configuration.differences import Differences
from leads.configuration.parts import Configuration
from leads.models import InboundEvent, Lead, ScoreModel, SlaPolicy, Source, Touch

SOURCE = ("name", "auth", "secret_env", "preset", "items", "mapping", "id_path", "intent", "active")


def put(differences: Differences, after: Configuration) -> None:
    _put_policies(differences, after)
    for _, scoring in differences.put("scoring"):
        ScoreModel.objects.update_or_create(id=1, defaults={"document": dict(scoring.document)})
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
            active=True,
        )
        for _, one in differences.put("sources")
    ]
    rows.put(Source, sources, key="slug", columns=SOURCE)


def drop(differences: Differences) -> None:
    rows.drop(SlaPolicy, "slug", (policy.slug for policy in differences.gone("sla_policies")))
    if differences.gone("scoring"):
        ScoreModel.objects.filter(id=1).update(document={})
    _close_sources([source.slug for source in differences.gone("sources")])


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
