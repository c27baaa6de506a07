"""Versions that decide about a share of the leads before they are live, as far as they may still do so.

A canary is in force only while its tree's live version is the one it was begun beside, and while everything it names is
there: whoever replaces the one or takes away the other need not know that there are trials.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from routing.engine.compile import compile_rules
from routing.engine.document import parse
from routing.engine.problems import BadDocument, References
from routing.engine.sides import is_taken
from routing.engine.world import Published, World
from routing.models import Trial, Version


@dataclass(frozen=True, slots=True)
class Canary:
    version: int
    share: int
    published: Published

    def takes(self, lead: int) -> bool:
        return is_taken(self.version, self.share, lead)


def in_force(world: World, versions: Mapping[str, int], references: References) -> tuple[Canary, ...]:
    """One small query, when the organisation is read anew. `versions` are the live ones by their tree."""
    running = Trial.objects.filter(
        status=Trial.Status.RUNNING, kind=Trial.Kind.CANARY, version__status=Version.Status.TRIAL
    ).select_related("version__tree")
    found = []
    for trial in running.order_by("pk"):
        published = compiled(trial.version, world, references)
        if published is not None and trial.against_id == versions.get(published.slug):
            found.append(Canary(trial.version_id, trial.share, published))
    return tuple(found)


def compiled(version: Version, world: World, references: References) -> Published | None:
    """A version ready to be asked in today's organisation; None if it names what is gone."""
    try:
        tree = parse(version.document, world.vocabulary, references)
    except BadDocument:
        return None
    level = compile_rules(tree.rules, world.lists, world.ancestors)
    return Published(version.tree.slug, version.tree.name, version.tree.timezone, tree, level)


def with_these(world: World, canaries: Iterable[Canary]) -> World:
    """The world as leads find it that these decide about."""
    instead = {one.published.slug: one.published for one in canaries}
    return replace(world, trees={**world.trees, **instead}) if instead else world


def all_at_once(world: World, canaries: Iterable[Canary]) -> World:
    """The world with every document that may decide, each under a name of its own: to see what they ask about."""
    beside = {f"{one.published.slug} ({one.version})": one.published for one in canaries}
    return replace(world, trees={**world.trees, **beside}) if beside else world
