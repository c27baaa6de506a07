"""Versions that decide about a share of the leads before they are live, as far as they may still do so.

A canary is in force only while its tree's live version is the one it was begun beside, and while everything it names is
there: whoever replaces the one or takes away the other need not know that there are trials.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from leads.configuration.references import circles
from routing.engine.compile import compile_rules
from routing.engine.document import parse
from routing.engine.problems import BadDocument, References
from routing.engine.rules import Tree, jumps
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
    found: list[Canary] = []
    for trial in running.order_by("pk"):
        if trial.against_id != versions.get(trial.version.tree.slug):
            continue
        published = compiled(trial.version, world, references, beside=found)
        if published is not None:
            found.append(Canary(trial.version_id, trial.share, published))
    return tuple(found)


def compiled(
    version: Version, world: World, references: References, *, beside: Iterable[Canary] = ()
) -> Published | None:
    """A version ready to be asked in today's organisation; None if it names what is gone or leads round in circles."""
    try:
        tree = parse(version.document, world.vocabulary, references)
    except BadDocument:
        return None
    if goes_round(version.tree.slug, tree, world, beside):
        return None
    level = compile_rules(tree.rules, world.lists, world.ancestors)
    return Published(version.tree.slug, version.tree.name, version.tree.timezone, tree, level)


def goes_round(slug: str, tree: Tree, world: World, beside: Iterable[Canary] = ()) -> bool:
    """Whether some lead could be sent back to a tree that it has left: it may be on trial in one and not in another."""
    onward = {name: set(jumps(one.tree)) for name, one in world.trees.items()}
    for name, other in ((slug, tree), *((one.published.slug, one.published.tree) for one in beside)):
        onward.setdefault(name, set()).update(jumps(other))
    return bool(circles(onward))


def with_these(world: World, canaries: Iterable[Canary]) -> World:
    """The world as leads find it that these decide about."""
    instead = {one.published.slug: one.published for one in canaries}
    return replace(world, trees={**world.trees, **instead}) if instead else world


def all_at_once(world: World, canaries: Iterable[Canary]) -> World:
    """The world with every document that may decide, each under a name of its own: to see what they ask about."""
    beside = {f"{one.published.slug} ({one.version})": one.published for one in canaries}
    return replace(world, trees={**world.trees, **beside}) if beside else world
