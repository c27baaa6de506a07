"""What people call what rules name, and what there is to choose from: pools, people, queues, promises, skills."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pycountry

from leads.models import Source
from leads.world import Known
from reps.models import Skill
from routing.engine import nodes
from routing.engine.columns import ON_LISTS
from routing.engine.conditions import Test
from routing.engine.nodes import Json
from routing.engine.replay import OWNER
from routing.models import Queue, ValueList

Called = Mapping[str, str]  # slug (or e-mail) → name, in the order in which it is offered

WEEKDAYS: Called = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}


@dataclass(frozen=True, slots=True)
class Names:
    """Whoever has left or is not active is called by his name too, but `gone` says so."""

    pools: Called
    reps: Called
    queues: Called
    slas: Called
    skills: Called
    lists: Called
    territories: Called
    trees: Called
    sources: Called = field(default_factory=dict)
    gone: frozenset[str] = frozenset()

    def of_value(self, field: str, op: str, value: str) -> str:
        """What people call a value that a condition names; the value itself where it names nothing of ours."""
        if op in ON_LISTS:
            return self.lists.get(value, value)
        if field == "country":
            return _country(value)
        return self._of_field(field).get(value, value)

    def says(self, test: Test, value: str) -> str:
        """The same for `routing.engine.explain.pieces`."""
        return self.of_value(test.field, test.op, value)

    def of_target(self, key: str) -> str:
        """What people call a target that `routing.engine.replay.name_of` told: `pool:sales`."""
        kind, _, name = key.partition(":")
        match kind:
            case "pool":
                return self.pools.get(name, name)
            case "rep":
                return self.reps.get(name, name)
            case "territory":
                return self.territories.get(name, name) if name else "Nobody’s territory"
            case "queue":
                return f"Queue {self.queues.get(name, name)}"
            case "nurture":
                return f"Nurture: {name}"
            case "discard":
                return f"Discarded: {name}"
        return "The account’s owner" if kind == OWNER else key

    @property
    def by_kind(self) -> Mapping[str, Called]:
        """As documents call what they name."""
        return {
            "pool": self.pools,
            "rep": self.reps,
            "queue": self.queues,
            "tree": self.trees,
            "skill": self.skills,
            "sla": self.slas,
        }

    def _of_field(self, field: str) -> Called:
        of_field: Mapping[str, Called] = {
            "time.weekday": WEEKDAYS,
            "territory": self.territories,
            "source": self.sources,
            "account.owner": self.reps,
        }
        return of_field.get(field, {})


def names_of(known: Known, *, tree: str = "") -> Names:
    """`tree` is the one that is being edited: it cannot go on in itself."""
    world = known.world
    of_territories = {territory.pool for territory in world.territories}
    return Names(
        pools=_sorted((pool.slug, pool.name) for pool in world.pools.values() if pool.slug not in of_territories),
        reps=_sorted((rep.email, rep.name) for rep in world.reps.values()),
        queues=_sorted(Queue.objects.values_list("slug", "name")),
        slas={policy.slug: policy.name for policy in known.policies},
        skills=_sorted(Skill.objects.values_list("slug", "name")),
        lists=_sorted(ValueList.objects.values_list("slug", "name")),
        territories=_sorted((territory.slug, territory.name) for territory in world.territories),
        trees=_sorted((one.slug, one.name) for one in world.trees.values() if one.slug != tree),
        sources=_sorted(Source.objects.values_list("slug", "name")),
        gone=frozenset(rep.email for rep in world.reps.values() if not rep.active),
    )


def piece_name(document: Json, node: str) -> str:
    """A rule by number and name, an Otherwise by the branch it belongs to; "" for what is not drawn (any more)."""
    found = nodes.find(document, node)
    if found is None:
        return "the last Otherwise" if nodes.rule_of(node) == nodes.ROOT and nodes.is_otherwise(node) else ""
    called = f"{found.number} {found.rule.get('name') or '…'}"
    return f"Otherwise in {called}" if nodes.is_otherwise(node) else called


def _country(code: str) -> str:
    """Germany for DE."""
    country = pycountry.countries.get(alpha_2=code.upper()) if len(code) == 2 else None
    return str(getattr(country, "common_name", country.name)) if country else code


def _sorted(pairs: Iterable[tuple[str, str]]) -> Called:
    return dict(sorted(((slug, name or slug) for slug, name in pairs), key=lambda pair: pair[1].casefold()))
