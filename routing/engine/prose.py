"""A tree as prose: every rule in its order, with its number, what it asks, why, whose it is and where it sends. Pure.

It is made from the very structure that is asked about leads, so that it cannot tell another story. A branch is followed
by what is in it and by its Otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from routing.engine import nodes, phrases
from routing.engine.dump import dump_condition
from routing.engine.nodes import OTHERWISE
from routing.engine.prose_targets import Line, Names, Teller
from routing.engine.reach import STAFFED
from routing.engine.rules import Rule, Tree, every_target
from routing.engine.saying import Speaker, value
from routing.engine.targets import ToFallback, ToQueue
from routing.engine.world import Gate


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule or an Otherwise. `node` is what it is called in the drawing; `depth` is 1 for the outermost."""

    node: str
    number: str
    name: str
    depth: int
    when: str
    why: str = ""
    owner: str = ""
    review_on: date | None = None
    off: bool = False
    is_branch: bool = False
    lines: tuple[Line, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def is_rule(self) -> bool:
        return nodes.is_rule(self.node)


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise that leads of this tree may be given, with what happens on the way, in sentences."""

    name: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """`before` is what happens to a lead before any rule is asked."""

    before: tuple[Line, ...]
    entries: tuple[Entry, ...]
    promises: tuple[Promise, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Writer:
    """`problems` are those of a draft, by the piece they belong to."""

    speaker: Speaker
    names: Names
    problems: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def entries(self, tree: Tree) -> Iterator[Entry]:
        """In the order in which the rules are asked, the tree's own Otherwise last."""
        yield from self._level(tree.rules, "", 1)
        yield Entry(
            node=OTHERWISE,
            number="",
            name="Otherwise",
            depth=1,
            when="No rule above held." if tree.rules else "There is no rule: every lead.",
            lines=Teller(self.speaker, self.names).lines(tree.otherwise),
            problems=self._wrong(OTHERWISE),
        )

    def _level(self, rules: Sequence[Rule], prefix: str, depth: int) -> Iterator[Entry]:
        for index, rule in enumerate(rules, start=1):
            number = f"{prefix}{index}"
            yield self._rule(rule, number, depth)
            if rule.target is None:
                yield from self._level(rule.rules, f"{number}.", depth + 1)
                yield self._otherwise(rule, number, depth + 1)

    def _rule(self, rule: Rule, number: str, depth: int) -> Entry:
        lines = tuple(
            Line("Sets", f"{self.speaker.label(name)} to {phrases.text(value(what))}") for name, what in rule.set
        )
        if rule.target is not None:
            lines += Teller(self.speaker, self.names).lines(rule.target)
        return Entry(
            node=rule.id,
            number=number,
            name=rule.name,
            depth=depth,
            when=_sentence(f"if {phrases.text(self.speaker.condition(dump_condition(rule.when)))}"),
            why=rule.why,
            owner=self.names.people.get(rule.owner, rule.owner),
            review_on=rule.review_on,
            off=rule.off,
            is_branch=rule.target is None,
            lines=lines,
            problems=self._wrong(rule.id),
        )

    def _otherwise(self, rule: Rule, number: str, depth: int) -> Entry:
        return Entry(
            node=f"{rule.id}{OTHERWISE}",
            number=number,
            name=f"Otherwise, within {rule.name}",
            depth=depth,
            when=f"None of the rules within {number} held. Once in a branch, a lead never leaves it.",
            lines=Teller(self.speaker, self.names).lines(rule.otherwise or ToFallback()),
            problems=self._wrong(f"{rule.id}{OTHERWISE}"),
        )

    def _wrong(self, node: str) -> tuple[str, ...]:
        return (*self.problems.get(node, ()), *self.problems.get(f"{node}_target", ()))


def stickiness(tree: Tree) -> Line:
    if not tree.sticky_days:
        return Line("Same person", "Whoever comes back is routed anew; only a lost lead goes back to its rep.")
    days = f"{tree.sticky_days} day{'' if tree.sticky_days == 1 else 's'}"
    return Line(
        "Same person",
        f"Whoever comes back within {days} goes to the rep who had the lead, before any rule is asked, "
        "as long as that rep is active and not away. A lost lead goes back to its rep whenever it comes.",
    )


def gate(found: Gate | None) -> Line:
    if found is None or not found.threshold:
        return Line("Score gate", "No lead is held back for its score.")
    never = f" Never held back: {', '.join(sorted(found.skip_score_for))}." if found.skip_score_for else ""
    return Line(
        "Score gate",
        f"A lead needs {found.threshold:g} points. With less it goes to nurture, track {found.track}, "
        f"until more is known of it.{never}",
    )


def named_promises(tree: Tree) -> frozenset[str]:
    """The promises that targets of this tree name."""
    found = set()
    for target in every_target(tree):
        if isinstance(target, STAFFED):
            found.add(target.assign.sla)
        elif isinstance(target, ToQueue):
            found.add(target.sla)
    return frozenset(one for one in found if one is not None)


def leaves_promise_open(tree: Tree) -> bool:
    """Whether some target names none, so that intent and score choose."""
    return any(isinstance(target, STAFFED) and target.assign.sla is None for target in every_target(tree))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
