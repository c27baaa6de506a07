"""The ways that leads went through a tree, as they were counted: whoever entered it, and whom another tree sent on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Literal

from django.db.models import QuerySet, Sum

from routing.engine.nodes import Json, find, walk
from routing.engine.passage import Held, leads_on, stretches
from routing.engine.route import GATE, STICKY
from routing.models import Traffic, Tree, Version

NO_RULE_ASKED = (STICKY, GATE)


@dataclass(frozen=True, slots=True)
class Way:
    """Leads that went the same way. `held` are the rules of the tree in question, `path` is as their decisions have it.

    `entered` is the version that was asked first and `rules` all that held; `set` what rules of the trees before this
    one set on the way to it.
    """

    held: Held
    path: str
    fallback: bool
    leads: int
    entered: int
    rules: Held
    set: Json = field(default_factory=dict)
    day: date | None = None


def through(tree: Tree, since: date, *by: Literal["day"]) -> Iterator[Way]:
    """The same way is told once; or once for each day, if that is asked for."""
    jumps = _jumps()
    sending = _sending(tree.slug, jumps)
    versions = {(slug, number): pk for pk, slug, number in _decided()}
    others = _Documents(versions)
    rows = (
        Traffic.objects.filter(day__gte=since, tree__slug__in={tree.slug, *sending})
        .values_list("tree__slug", "version", "rules", "path", "fallback", *by)
        .annotate(Sum("leads"))
    )
    for slug, number, rules, path, fallback, *days, leads in rows:
        held, entered, day = tuple(rules), versions.get((slug, number), 0), days[0] if days else None
        if path in NO_RULE_ASKED or not jumps[slug]:
            if slug == tree.slug:
                yield Way(held, path, fallback, leads, entered, held, day=day)
            continue
        earlier: Json = {}
        for stretch in stretches(slug, held, path, _document(entered), others):
            if stretch.tree == tree.slug:
                yield Way(stretch.held, path, fallback, leads, entered, held, earlier, day)
            earlier = earlier | _set_by(stretch.held, others.of(stretch.tree, slug, number))


def is_sent_on(tree: Tree) -> bool:
    """Whether another tree ever sent leads on to this one."""
    return bool(_sending(tree.slug, _jumps()))


def decided() -> QuerySet[Version]:
    """The versions that decide or ever did. Their documents do not change any more."""
    return Version.objects.exclude(status=Version.Status.DRAFT)


def ids_ever(tree: Tree) -> frozenset[str]:
    """The ids of all rules of this tree that ever decided."""
    versions = decided().filter(tree=tree).values_list("pk", flat=True)
    return frozenset[str]().union(*(_of_version(pk)[0] for pk in versions))


class _Documents(Mapping[str, Sequence[Json]]):
    """Of every tree what its versions say, newest first; read when asked for."""

    def __init__(self, versions: Mapping[tuple[str, int], int]) -> None:
        self._versions = versions
        self._by_tree: dict[str, list[int]] = defaultdict(list)
        for slug, number in sorted(versions, reverse=True):
            self._by_tree[slug].append(versions[slug, number])

    def __getitem__(self, slug: str) -> Sequence[Json]:
        return [_document(pk) for pk in self._by_tree[slug]] if slug in self._by_tree else []

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_tree)

    def __len__(self) -> int:
        return len(self._by_tree)

    def of(self, tree: str, entered: str, number: int) -> Sequence[Json]:
        """What a tree on the way said: of the one that was entered it is known which version it was."""
        return [_document(self._versions[tree, number])] if tree == entered else self[tree]


def _set_by(held: Held, documents: Sequence[Json]) -> Json:
    """What these rules set, by the newest document that has them."""
    values: Json = {}
    for rule in held:
        found = next((one for document in documents if (one := find(document, rule))), None)
        values |= found.rule.get("set", {}) if found else {}
    return values


def _decided() -> Iterator[tuple[int, str, int]]:
    yield from decided().values_list("pk", "tree__slug", "number")


def _jumps() -> Mapping[str, frozenset[str]]:
    """Of each tree the trees that it led on to at any time."""
    found: dict[str, frozenset[str]] = defaultdict(frozenset)
    for pk, slug, _ in _decided():
        found[slug] |= _of_version(pk)[1]
    return found


@lru_cache(maxsize=4096)
def _of_version(pk: int) -> tuple[frozenset[str], frozenset[str]]:
    """The ids of its rules, and the trees it leads on to."""
    document = _document(pk)
    return frozenset(found.id for found in walk(document)), leads_on(document)


@lru_cache(maxsize=64)
def _document(pk: int) -> Json:
    """Of a version that does not change any more; not to be changed here either."""
    document: Json = Version.objects.values_list("document", flat=True).get(pk=pk)
    return document


def _sending(slug: str, jumps: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The trees that led on to this one at any time, be it through others."""
    sending, before = {slug}, set[str]()
    while sending != before:
        before = set(sending)
        sending |= {name for name, targets in jumps.items() if targets & before}
    return frozenset(sending - {slug})
