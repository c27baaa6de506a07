"""Where a rule sends a lead, in full: who, chosen how, with which skills, hours, promise, and what if nobody. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from routing.engine import phrases
from routing.engine.saying import Speaker, value
from routing.engine.targets import (
    Assign,
    Split,
    Table,
    Target,
    ToAccountOwner,
    ToDiscard,
    ToFallback,
    ToNurture,
    ToPool,
    ToQueue,
    ToRep,
    ToTerritory,
    ToTree,
)

STRATEGIES = {
    "round_robin": "round robin: whoever has had least",
    "weighted": "weighted rotation: whoever has had least for his weight",
    "least_loaded": "whoever has the least of his capacity taken up",
    "best_skilled": "whoever has the best skills for the lead",
    "best_converting": "whoever wins the most of such leads, with a fair share for all",
    "first_available": "the first of the list who is available",
}
HOURS = {
    "prefer": "whoever is at work now goes first; outside all working hours, whoever opens next",
    "require": "only who is at work now",
    "ignore": "working hours do not matter",
}
NOBODY_FROM = "Otherwise of the tree"


@dataclass(frozen=True, slots=True)
class Line:
    """`rows` are a table: what is looked up, and where it leads."""

    label: str
    text: str
    rows: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """What people call what targets name, by slug or e-mail; of pools also who is in them and how they choose."""

    pools: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)
    strategies: Mapping[str, str] = field(default_factory=dict)
    reps: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)  # whoever may own a rule
    queues: Mapping[str, str] = field(default_factory=dict)
    skills: Mapping[str, str] = field(default_factory=dict)
    promises: Mapping[str, str] = field(default_factory=dict)
    trees: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Teller:
    speaker: Speaker
    names: Names

    def lines(self, target: Target) -> tuple[Line, ...]:
        """The target of a rule, a line for each thing that there is to know of it."""
        match target:
            case Table(field=name, rows=rows, otherwise=otherwise):
                told = [(phrases.text(value(row.values)), self.sentence(row.target)) for row in rows]
                told.append(("anything else, or blank", self.sentence(otherwise)))
                return (Line("Goes to", f"By {self.speaker.label(name)}, as the table says:", tuple(told)),)
            case Split(ways=ways):
                total = sum(way.share for way in ways)
                shares = [(f"{way.name}, {way.share} of {total}", self.sentence(way.target)) for way in ways]
                words = "Split by a fixed draw, so that the same person always goes the same way:"
                return (Line("Goes to", words, tuple(shares)),)
        return (Line("Goes to", f"{_capital(self._head(target))}."), *self._rest(target))

    def sentence(self, target: Target) -> str:
        """The same in one breath, for rows of tables and for what happens where nobody is found."""
        if isinstance(target, Table | Split):
            (line,) = self.lines(target)
            rows = "; ".join(f"{what} → {where}" for what, where in line.rows)
            return f"{line.text} {rows}"
        rest = "; ".join(f"{line.label[:1].lower()}{line.label[1:]}: {line.text}" for line in self._rest(target))
        return f"{self._head(target)} ({rest})" if rest else self._head(target)

    def _head(self, target: Target) -> str:
        match target:
            case ToPool(pool=slug):
                members = self.names.members.get(slug)
                who = f" ({members})" if members else ""
                return f"the pool {self.names.pools.get(slug, slug)}{who}"
            case ToRep(rep=email):
                return f"always {self.names.reps.get(email, email)}; who is not there is covered by his backup"
            case ToAccountOwner():
                return (
                    "the account’s owner, else that of its nearest parent, else somebody of its team, by load; "
                    "who is not there is covered by his backup"
                )
            case ToTerritory():
                return "the reps of the lead’s territory"
            case ToQueue(queue=slug, sla=sla):
                promise = f", promised {self.names.promises.get(sla, sla)}" if sla else ""
                return f"the queue {self.names.queues.get(slug, slug)}, where it waits until somebody takes it{promise}"
            case ToNurture(track=track):
                return f"nurture, track {track}: to no rep"
            case ToDiscard(reason=reason):
                return f"nobody: routing stops, {reason}"
            case ToTree(tree=slug):
                return f"the tree {self.names.trees.get(slug, slug)}, whose rules are asked next"
            case ToFallback():
                return f"wherever the {NOBODY_FROM} leads"
            case _:
                raise AssertionError("tables and splits are told in rows")

    def _rest(self, target: Target) -> tuple[Line, ...]:
        match target:
            case ToPool(pool=slug, assign=assign):
                strategy = assign.strategy or self.names.strategies.get(slug, "round_robin")
                return tuple(self._assign(assign, strategy, is_named=False))
            case ToTerritory(assign=assign):
                return tuple(self._assign(assign, assign.strategy or "weighted", is_named=False))
            case ToRep(assign=assign) | ToAccountOwner(assign=assign):
                return tuple(self._assign(assign, "", is_named=True))
        return ()

    def _assign(self, assign: Assign, strategy: str, *, is_named: bool) -> Iterator[Line]:
        if strategy:
            yield Line("Chosen by", STRATEGIES.get(strategy, strategy))
        needs = [f"{self._skill(slug)} (level {level} or more)" for slug, level in assign.require_skills]
        needs += [f"whatever {self.speaker.label(name)} names" for name in assign.skills_from]
        if needs:
            yield Line("Needs skills", ", ".join(needs))
        if assign.prefer_skills:
            yield Line("Prefers skills", ", ".join(map(self._skill, assign.prefer_skills)))
        yield Line("Working hours", HOURS.get(assign.hours, assign.hours))
        if is_named:
            full = "gets it all the same, and that is noted" if assign.capacity == "warn" else "does not get it"
            yield Line("When full", f"who is full {full}")
        promise = self.names.promises.get(assign.sla, assign.sla) if assign.sla else "by the lead’s intent and score"
        yield Line("Promise", promise)
        yield Line("If nobody can take it", self.sentence(assign.if_nobody))

    def _skill(self, slug: str) -> str:
        return self.names.skills.get(slug, slug)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
