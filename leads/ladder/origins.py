"""From which target a lead was given: of the decision that did, in the version of the rules that decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import connection

from leads.trace import as_published
from leads.world import Known
from routing.engine.places import giving, place_at
from routing.engine.route import GATE, STICKY, Request, located, plan
from routing.engine.rules import jumps
from routing.engine.sides import is_taken
from routing.engine.walk import Place
from routing.models import Trial, Version

# What was decided because somebody knew the person, or nobody was asked, names no target: then the decision before it.
ORIGINS = f"""
SELECT DISTINCT ON (decision.lead_id) decision.lead_id, decision.path, decision.rules, decision.at, tree.slug,
    version.id, pool.slug, coalesce(cover.email, holder.email)
FROM routing_decision AS decision
JOIN routing_version AS version ON version.id = decision.version_id
JOIN routing_tree AS tree ON tree.id = version.tree_id
LEFT JOIN routing_pool AS pool ON pool.id = decision.pool_id
LEFT JOIN reps_rep AS rep ON rep.id = decision.rep_id LEFT JOIN reps_user AS holder ON holder.id = rep.user_id
LEFT JOIN reps_rep AS first ON first.id = decision.cover_for_id LEFT JOIN reps_user AS cover ON cover.id = first.user_id
WHERE decision.lead_id = ANY(%s::bigint[]) AND decision.path NOT IN ('', '{STICKY}', '{GATE}')
ORDER BY decision.lead_id, decision.at DESC, decision.id DESC
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """The decision that gave a lead: its path, in which version of which tree, and whom it gave it to."""

    path: str
    rules: tuple[str, ...]
    at: datetime
    entered: str
    version: int
    pool: str | None
    rep: str | None


@dataclass(slots=True)
class Origins:
    """Where each of these leads came from, and the organisation as it is, with the rules as they were then."""

    known: Known
    now: datetime
    by_lead: Mapping[int, Origin]
    then: dict[frozenset[tuple[str, int]], Known | None] = field(default_factory=dict)
    published: dict[str, list[tuple[datetime, int]]] = field(default_factory=dict)
    tried: dict[str, list[tuple[datetime, datetime | None, int, int]]] = field(default_factory=dict)

    @classmethod
    def of(cls, leads: Collection[int], known: Known, now: datetime) -> Origins:
        with connection.cursor() as cursor:
            cursor.execute(ORIGINS, [list(leads)])
            rows = cursor.fetchall()
        return cls(known, now, {lead: Origin(path, tuple(rules), *rest) for lead, path, rules, *rest in rows})

    def place_of(self, lead: int, request: Request) -> tuple[Place, Place, Known]:
        """The first target of that decision, the one that gave the lead, and the organisation with those rules.

        What is not to be found any more, such as a tree that is gone, is asked of today's rules instead.
        """
        origin = self.by_lead.get(lead)
        side = self.known.side_of(lead)
        then = self._as_it_was(origin, lead, side) if origin is not None else None
        if origin is not None and then is not None:
            world = then.world
            facts = located(request.facts, world, self.now)
            first = place_at(origin.path, origin.rules, world, facts, self.now, origin.entered)
            if first is not None:
                gave = giving(first, world, request.key, self.now, pool=origin.pool, rep=origin.rep)
                return first, gave, then
        today = plan(request, side.world, self.now)
        return today, today, side

    def _as_it_was(self, origin: Origin, lead: int, side: Known) -> Known | None:
        """People as they are, with the two documents that decided: where it was entered, and where it led."""
        last = origin.path.partition("/")[0]
        versions = {origin.entered: origin.version}
        if last != origin.entered:
            then = self._decided_at(last, origin.at, lead)
            if then is None:
                return None
            versions[last] = then
        if versions.items() <= side.versions.items():
            return side
        asked = frozenset(versions.items())
        if asked not in self.then:
            self.then[asked] = _as_then(versions, self.known)
        return self.then[asked]

    def _decided_at(self, slug: str, at: datetime, lead: int) -> int | None:
        """The version of a tree that decided about a lead then; a decision names only that of the tree it entered."""
        if slug not in self.tried:
            rows = Trial.objects.filter(tree__slug=slug, kind=Trial.Kind.CANARY)
            self.tried[slug] = list(rows.values_list("started_at", "ended_at", "version_id", "share"))
        for since, until, version, share in self.tried[slug]:
            if since <= at and (until is None or at < until) and is_taken(version, share, lead):
                return version
        return self._live_at(slug, at)

    def _live_at(self, slug: str, at: datetime) -> int | None:
        if slug not in self.published:
            rows = Version.objects.filter(tree__slug=slug).order_by("published_at", "number")
            found = rows.values_list("published_at", "pk")
            self.published[slug] = [(since, pk) for since, pk in found if since is not None]
        before = [pk for since, pk in self.published[slug] if since <= at]
        return before[-1] if before else None


def _as_then(versions: Mapping[str, int], known: Known) -> Known | None:
    """None if a version cannot be read any more, or leads on to a tree that is gone."""
    trees = dict(known.world.trees)
    for slug, version in versions.items():
        tree = as_published(version, slug, known.revision)
        if tree is None or not jumps(tree.tree) <= trees.keys():
            return None
        trees[slug] = tree
    # Whoever comes to wait by these rules is asked anew by today's: `side` keeps him out of the line of those.
    return replace(
        known,
        world=replace(known.world, trees=trees),
        versions={**known.versions, **versions},
        canaries=(),
        side=".then",
        sides={},
    )
