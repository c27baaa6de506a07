"""Pools, queues and trees into the database."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from leads.configuration import rows
from leads.configuration.differences import Differences
from leads.configuration.members import put_members
from leads.configuration.parts import BUILT_IN_QUEUE
from leads.configuration.parts import Tree as TreePart
from reps.models import Team, User
from routing.models import Pool, Queue, Tree, Version


def put(differences: Differences, *, now: datetime, by: User | None) -> None:
    _put_pools(differences)
    _put_queues(differences)
    _put_trees(differences, now, by)


def drop(differences: Differences) -> None:
    _drop_trees([tree.slug for tree in differences.gone("trees")])
    rows.drop(Queue, "slug", {queue.slug for queue in differences.gone("queues")} - {BUILT_IN_QUEUE.slug})
    rows.drop(Pool, "slug", (pool.slug for pool in differences.gone("pools")))
    if any(queue.slug == BUILT_IN_QUEUE.slug for queue in differences.gone("queues")):
        Queue.objects.filter(slug=BUILT_IN_QUEUE.slug).update(name=BUILT_IN_QUEUE.name, team=None)


def keep_built_in_queue() -> None:
    """The last resort of every tree is always there."""
    Queue.objects.get_or_create(slug=BUILT_IN_QUEUE.slug, defaults={"name": BUILT_IN_QUEUE.name})


def _put_pools(differences: Differences) -> None:
    pairs = differences.put("pools")
    pools = [Pool(slug=one.slug, name=one.name, strategy=one.strategy, catch_up=one.catch_up) for _, one in pairs]
    rows.put(Pool, pools, key="slug", columns=["name", "strategy", "catch_up"])
    put_members(
        {pool.slug: pool.members for _, pool in pairs},
        strategies_before={pool.slug: was.strategy for was, pool in pairs if was},
    )


def _put_queues(differences: Differences) -> None:
    teams = rows.ids(Team, "slug")
    queues = [
        Queue(slug=one.slug, name=one.name, team_id=teams[one.team] if one.team else None)
        for _, one in differences.put("queues")
    ]
    rows.put(Queue, queues, key="slug", columns=["name", "team"])


def _put_trees(differences: Differences, now: datetime, by: User | None) -> None:
    """A document that differs becomes a new LIVE version; the one before stays as it was, RETIRED."""
    pairs: list[tuple[TreePart | None, TreePart]] = differences.put("trees")
    gone = [tree.slug for tree in differences.gone("trees")]
    no_default_now = [tree.slug for _, tree in pairs if not tree.default] + gone
    Tree.objects.filter(slug__in=no_default_now, is_default=True).update(is_default=False)
    if any(tree.default for _, tree in pairs):
        Tree.objects.filter(is_default=True).update(is_default=False)  # also of one that was never published
    trees = [Tree(slug=one.slug, name=one.name, timezone=one.timezone, is_default=one.default) for _, one in pairs]
    rows.put(Tree, trees, key="slug", columns=["name", "timezone", "is_default"])

    ids = rows.ids(Tree, "slug")
    rewritten = [tree for was, tree in pairs if was is None or was.document != tree.document]
    versions = Version.objects.filter(tree__slug__in=[tree.slug for tree in rewritten])
    last = dict(versions.values_list("tree__slug").annotate(Max("number")))
    versions.filter(status=Version.Status.LIVE).update(status=Version.Status.RETIRED)
    Version.objects.bulk_create(
        Version(
            tree_id=ids[tree.slug],
            number=last.get(tree.slug, 0) + 1,
            status=Version.Status.LIVE,
            document=tree.document,
            published_at=now,
            published_by=by,
            note="Loaded from a configuration file.",
        )
        for tree in rewritten
    )


def _drop_trees(slugs: list[str]) -> None:
    """A tree that has decided something stays, without a LIVE version: its decisions point at what it said."""
    Version.objects.filter(tree__slug__in=slugs, status=Version.Status.LIVE).update(status=Version.Status.RETIRED)
    decided = set(Tree.objects.filter(slug__in=slugs, versions__decisions__isnull=False).values_list("slug", flat=True))
    rows.drop(Tree, "slug", set(slugs) - decided)
