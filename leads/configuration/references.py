"""What points at what, across the whole configuration: every name must lead somewhere, and never back to its start."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from leads import sla
from leads.configuration.parts import BUILT_IN_QUEUE, KEYS, Configuration, Member, Part, name_of
from routing.engine.reader import Reader, shown

# Near misses are looked for among this many names at most.
MOST_COMPARED = 5_000


@dataclass(frozen=True, slots=True)
class Places:
    """Where each entry stands in the file; an entry of a kind that the file does not name is in the database."""

    in_file: Mapping[tuple[str, str], str]

    def of(self, kind: str, part: Part) -> str:
        name = name_of(kind, part)
        return self.in_file.get((kind, name)) or f"{kind}[{name}] (in the database)"


def names(configuration: Configuration, kind: str) -> frozenset[str]:
    """What entries of this kind may be called by the others."""
    known = frozenset(configuration.of(kind))
    if kind == "sla_policies" and not known:
        return frozenset(policy.slug for policy in sla.SHIPPED)
    return known | {BUILT_IN_QUEUE.slug} if kind == "queues" else known


def check(configuration: Configuration, places: Places, reader: Reader) -> None:
    """Refuse every reference that leads nowhere, every circle of parents, and what two entries claim at once."""
    known = {kind: names(configuration, kind) for kind in KEYS}
    for kind in ("teams", "reps", "territories", "accounts", "pools", "queues", "enrichment", "sources"):
        for part in getattr(configuration, kind):
            for key, name, where, what in _pointers(part):
                if name not in known[where]:
                    hint = reader.near(name, known[where]) if len(known[where]) <= MOST_COMPARED else ""
                    reader.refuse(f"{places.of(kind, part)}.{key}", f"there is no {what} {shown(name)}{hint}")
    _check_domains(configuration, places, reader)
    defaults = [policy.slug for policy in configuration.sla_policies if policy.document.get("default")]
    if len(defaults) > 1:
        reader.refuse("sla_policies", f"only one policy can be the default, not {' and '.join(defaults)}")
    for kind in ("territories", "accounts"):
        parents = {name: getattr(part, "parent", None) for name, part in configuration.of(kind).items()}
        for name in circles({name: [parent] if parent else [] for name, parent in parents.items()}):
            path = f"{places.of(kind, configuration.of(kind)[name])}.parent"
            reader.refuse(path, f"{shown(name)} is among its own ancestors")


def circles(onward: Mapping[str, Collection[str]]) -> list[str]:
    """Everybody who can get back to himself; what leads out of the mapping leads nowhere."""
    found = []
    done: set[str] = set()
    for start in onward:
        if start in done:
            continue
        path: dict[str, Iterator[str]] = {start: iter(onward[start])}
        while path:
            here = next(reversed(path))
            step = next(path[here], None)
            if step is None:
                done.add(here)
                del path[here]
            elif step in path:
                found.append(step)
            elif step in onward and step not in done:
                path[step] = iter(onward[step])
    return list(dict.fromkeys(found))


def _pointers(part: Part) -> Iterator[tuple[str, str, str, str]]:
    """(key, name, kind it must be found in, what that is) for all that an entry points at."""
    for key, kind, what in ONE:
        name = getattr(part, key, None)
        if name:
            yield key, name, _parents_kind(part) if key == "parent" else kind, what
    for key in ("members", "reps"):
        members: Iterable[Member] = getattr(part, key, ())
        for index, member in enumerate(members):
            yield f"{key}[{index}].rep", member.rep, "reps", "rep"
    for slug in getattr(part, "skills", ()):
        yield f"skills.{slug}", slug, "skills", "skill"
    for field in getattr(part, "mapping", ()):
        if field.startswith("custom."):
            yield f"mapping.{field}", field, "fields", "field"


ONE = (
    ("queue", "queues", "queue"),
    ("team", "teams", "team"),
    ("backup", "reps", "rep"),
    ("owner", "reps", "rep"),
    ("parent", "", "parent"),
)


def _parents_kind(part: Part) -> str:
    return "accounts" if hasattr(part, "domains") else "territories"


def _check_domains(configuration: Configuration, places: Places, reader: Reader) -> None:
    owners: dict[str, str] = {}
    for account in configuration.accounts:
        for domain in account.domains:
            first = owners.setdefault(domain, account.name)
            if first != account.name:
                path = f"{places.of('accounts', account)}.domains"
                reader.refuse(path, f"{domain} already belongs to {shown(first)}; a domain has one account")
