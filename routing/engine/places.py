"""Back to the place in a document from which a lead was once given: by its path, without asking any rule again.

The document is that of the version which decided, and a published version never changes; people are today's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from routing.engine.facts import Facts, Value, typed
from routing.engine.reach import STAFFED
from routing.engine.rules import Rule, every_rule
from routing.engine.targets import Split, Table, Target, ToAccountOwner, ToFallback, ToPool, ToRep, ToTerritory, ToTree
from routing.engine.walk import Place, clock_facts, settle
from routing.engine.world import Published, World

# What is left of a path below a target, the target it names there, and the rules on the way.
Found = tuple[Target, tuple[Rule, ...]]
SEVERAL = Table | Split


def place_at(path: str, rules: Sequence[str], world: World, facts: Facts, now: datetime, entered: str) -> Place | None:
    """The place that a path names; None if its document has none there. `rules` are the ids of all that held."""
    found = _find(path, world)
    if found is None:
        return None
    tree, (target, below) = found
    asked = {**facts, **clock_facts(tree.zone, now)}
    changed: dict[str, Value] = {}
    for rule in below:
        changed.update(typed(dict(rule.set), world.vocabulary)[0])
    is_fallback = not below
    rules = tuple(rules) or tuple(rule.id for rule in below)  # who was given it by hand has none
    return Place(
        tree=tree,
        target=target,
        path=path,
        facts={**asked, **changed},
        asked=asked,
        rules=rules,
        names=_names(rules, tree, world.trees.get(entered)),
        fallback=is_fallback,
        changed=changed,
        spent=frozenset({tree.slug}) if is_fallback else frozenset(),
        entered=entered,
    )


def giving(place: Place, world: World, key: str, now: datetime, *, pool: str | None, rep: str | None) -> Place:
    """The target of this place, or of those after it where nobody was found, that gave the lead to `rep`."""
    at, seen = place, 0
    while isinstance(at.target, STAFFED) and seen < len(world.trees) + 20:
        if _gave(at, world, pool, rep):
            return at
        at = settle(replace(at, target=at.target.assign.if_nobody, path=f"{at.path}/if_nobody"), world, key, now)
        seen += 1
    return place


def _gave(at: Place, world: World, pool: str | None, rep: str | None) -> bool:
    match at.target:
        case ToPool(pool=slug):
            return slug == pool
        case ToTerritory():
            return pool is not None and world.atlas.pools.get(str(at.facts.get("territory", ""))) == pool
        case ToRep(rep=email):
            return pool is None and email == rep
        case ToAccountOwner():
            return pool is None and at.facts.get("account.owner") == rep
    return False


def _find(path: str, world: World) -> tuple[Published, Found] | None:
    """Slugs hold no slash, so the first part is the tree."""
    slug, _, rest = path.partition("/")
    tree = world.trees.get(slug)
    if tree is None or not rest:
        return None
    found = next(_below(f"/{rest}", tree.tree.rules, tree.tree.otherwise), None)
    return (tree, found) if found else None


def _below(rest: str, rules: Sequence[Rule], otherwise: Target) -> Iterator[Found]:
    """Names may hold a slash, so each way on that fits is tried."""
    for rule in rules:
        if (left := _after(rest, rule.id)) is None:
            continue
        if rule.target is not None:
            yield from ((target, (rule,)) for target in _within(left, rule.target))
            continue
        for target, lower in _below(left, rule.rules, rule.otherwise or ToFallback()):
            yield target, (rule, *lower)
    if (left := _after(rest, "otherwise")) is not None:
        yield from ((target, ()) for target in _within(left, otherwise))


def _within(rest: str, target: Target) -> Iterator[Target]:
    """What a target leads on to, by the names of rows and ways."""
    if not rest:
        if not isinstance(target, SEVERAL | ToTree | ToFallback):
            yield target
        return
    for name, inner in _ways(target):
        if (left := _after(rest, name)) is not None:
            yield from _within(left, inner)


def _ways(target: Target) -> Iterator[tuple[str, Target]]:
    if isinstance(target, Table):
        yield from ((str(row.values[0]), row.target) for row in target.rows)
        yield "otherwise", target.otherwise
    elif isinstance(target, Split):
        yield from ((way.name, way.target) for way in target.ways)


def _after(rest: str, name: str) -> str | None:
    """What is left behind this name, if the rest begins with it."""
    if rest == f"/{name}" or rest.startswith(f"/{name}/"):
        return rest[len(name) + 1 :]
    return None


def _names(ids: Sequence[str], tree: Published, entered: Published | None) -> tuple[str, ...]:
    names: Mapping[str, str] = {
        rule.id: rule.name for one in (entered, tree) if one is not None for rule in every_rule(one.tree.rules)
    }
    return tuple(names.get(one, one) for one in ids)
