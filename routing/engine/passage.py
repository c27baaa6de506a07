"""Which pieces of a drawn tree the leads of the past went through, told from the ids of the rules that held.

A rule's id never means anything else, so a lead is where the last of its rules that still exist now stands: what it
passed on the way there are the branches around that place, wherever they were then. What a piece saw is therefore
always the sum of what is drawn below it. Who went on through a rule that is gone by now ended at no piece that is
drawn: such leads are counted apart, at the branch they were last seen in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from routing.engine.nodes import OTHERWISE, ROOT, ROOT_OTHERWISE, TARGET, Json, is_branch, walk

Held = tuple[str, ...]


@dataclass(frozen=True)
class Drawn:
    """A document as far as this is about: which branch each rule stands in, and which rules are branches."""

    document: Json

    @cached_property
    def parents(self) -> Mapping[str, str]:
        return {found.id: found.parent for found in walk(self.document)}

    @cached_property
    def branches(self) -> frozenset[str]:
        return frozenset(found.id for found in walk(self.document) if is_branch(found.rule))

    def place_of(self, held: Sequence[str]) -> tuple[str, bool]:
        """The piece at which a lead ended that these rules took, and True; or the branch whence it was lost sight of.

        A piece is a rule with an outcome, or a branch's Otherwise.
        """
        for back, rule in enumerate(reversed(held)):
            if rule in self.parents:
                if rule not in self.branches:
                    return rule, True
                return (f"{rule}{OTHERWISE}", True) if back == 0 else (rule, False)
        return (ROOT, False) if held else (ROOT_OTHERWISE, True)

    def parent_of(self, node: str) -> str:
        """The piece above this one; ROOT above the outermost."""
        if node.endswith(TARGET):
            return node.removesuffix(TARGET)
        if node.endswith(OTHERWISE):
            return node.removesuffix(OTHERWISE)
        return self.parents.get(node, ROOT)

    def above(self, node: str) -> Iterator[str]:
        """The piece itself and all branches around it, but for the root."""
        seen = set()
        while node and node not in seen:
            seen.add(node)
            yield node
            node = self.parent_of(node)

    def children_of(self, node: str) -> list[str]:
        """What is drawn right below a branch or the root: its rules, then its Otherwise."""
        return [*(rule for rule, parent in self.parents.items() if parent == node), f"{node}{OTHERWISE}"]


@dataclass
class Tally:
    """Leads by piece. `gone` are those lost sight of, by the branch (ROOT: the whole tree)."""

    drawn: Drawn
    at: Counter[str] = field(default_factory=Counter)
    gone: Counter[str] = field(default_factory=Counter)
    total: int = 0

    def add(self, held: Sequence[str], leads: int = 1) -> str:
        """Count leads that these rules took; the piece at which they ended, "" if it is gone."""
        piece, is_drawn = self.drawn.place_of(held)
        if not is_drawn:
            self.gone[piece] += leads
            return ""
        self.total += leads
        for node in self.drawn.above(piece):
            self.at[node] += leads
        self.at[f"{piece}{TARGET}"] += leads
        return piece

    @property
    def elsewhere(self) -> int:
        return sum(self.gone.values())


def tally(document: Json, ways: Iterable[tuple[Sequence[str], int]]) -> Tally:
    """`ways` are the rules that held, outermost first, and how many leads they took."""
    counted = Tally(Drawn(document))
    for held, leads in ways:
        counted.add(held, leads)
    return counted


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of a lead's way that lies in one tree."""

    tree: str
    held: Held


def stretches(
    tree: str, held: Sequence[str], path: str, document: Json, others: Mapping[str, Sequence[Json]]
) -> list[Stretch]:
    """The trees that a lead came through, each with the rules that held there: a target may lead on to another tree.

    `document` is what `tree` said then; `others` has the documents of the rest, the likeliest first.
    """
    found: list[Stretch] = []
    waiting, entered = list(held), set()
    while tree not in entered:
        entered.add(tree)
        own, target = _within(document, waiting)
        found.append(Stretch(tree, own))
        waiting = waiting[len(own) :]
        onward = [slug for slug in _jumps(target, document) if slug in others and slug not in entered]
        following = _following(onward, waiting, path, others)
        if following is None:
            break
        tree, document = following
    return found


def leads_on(document: Json) -> frozenset[str]:
    """The trees to which any target of this document leads on."""
    return frozenset(_trees_in(document))


def _within(document: Json, held: Sequence[str]) -> tuple[Held, object]:
    """How far down one document the rules that held lead, and the target there."""
    level, target, own = document.get("rules", []), document.get("otherwise"), []
    for rule_id in held:
        rule = next((rule for rule in level if rule.get("id") == rule_id), None)
        if rule is None:
            break
        own.append(rule_id)
        level = rule.get("rules", [])
        target = rule.get("otherwise" if is_branch(rule) else "target")
    return tuple(own), target


def _jumps(target: object, document: Json) -> list[str]:
    """Where a target may lead on to: by itself, or through the fallback, which is the root's otherwise."""
    return [*_trees_in(target), *_trees_in(document.get("otherwise"))]


def _trees_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if value.get("kind") == "tree" and isinstance(value.get("tree"), str):
            yield value["tree"]
        for inner in value.values():
            yield from _trees_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _trees_in(inner)


def _following(
    onward: Sequence[str], waiting: Sequence[str], path: str, others: Mapping[str, Sequence[Json]]
) -> tuple[str, Json] | None:
    """The tree whose rules held next; where none did, the one in which the path ends."""
    for slug in onward:
        for document in others[slug]:
            if waiting and any(rule.get("id") == waiting[0] for rule in document.get("rules", [])):
                return slug, document
    last = path.partition("/")[0]
    if not waiting and last in onward and others[last]:
        return last, others[last][0]
    return None
