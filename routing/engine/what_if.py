"""What would have changed it: the smallest changes of one single fact that send a lead elsewhere.

Found by asking again, so each is true by itself: the lead is put through gate, rules and tables with nothing else
changed but what follows from it. Where people are busy does not count: this is about where the rules send a lead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from routing.engine.conditions import All, Condition, Setting, Test, holds, tests_in
from routing.engine.facts import Facts, FieldType, Value
from routing.engine.nearby import nearby
from routing.engine.route import GATE, Request, plan
from routing.engine.rules import Rule, Tree, every_rule, every_target, jumps
from routing.engine.targets import Assign, Table, ToAccountOwner, ToPool, ToRep, ToTerritory
from routing.engine.walk import Place
from routing.engine.world import World

MOST_ASKED = 20_000  # times in one search
CLOCK = ("time.weekday", "time.hour")
HALF_A_WEEK = 84  # hours
# What follows from other facts, or is nobody's to change.
FOLLOWS = (*CLOCK, "territory", "received_at")

Follows = Callable[[Facts, str], Facts]  # what else is different when this fact is
Where = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One fact that is `after` instead of `before`, and where the lead goes then. `size`: how much of a change it is.

    `at` is set where the time of arrival is what changes. `held_back`: it does not come through the gate then.
    """

    field: str
    before: Value | None
    after: Value | None
    place: Place
    size: float
    held_back: bool = False
    at: datetime | None = None


def nothing_follows(facts: Facts, changed: str) -> Facts:
    return facts


def what_if(
    request: Request,
    world: World,
    now: datetime,
    slug: str,
    *,
    follows: Follows = nothing_follows,
    more: Iterable[Condition] = (),
) -> tuple[WhatIf, ...]:
    """The smallest change of each fact that makes a difference, the smallest of all first; empty if none does.

    `more` are conditions from which facts follow that rules ask about: the score's.
    """
    return _Search(request, world, now, slug, follows).all(more)


def where_of(place: Place, held_back: bool) -> Where:
    """What makes two places the same one: who or what gets the lead, not how it is chosen there."""
    if held_back:
        return (GATE,)
    target = place.target
    match target:
        case ToPool() | ToRep():
            return (replace(target, assign=Assign()),)
        case ToTerritory():
            return ("territory", place.facts.get("territory"))
        case ToAccountOwner():
            return ("owner", place.facts.get("account.owner"), place.facts.get("account.team"))
        case _:
            return (target,)


class _Search:
    def __init__(self, request: Request, world: World, now: datetime, slug: str, follows: Follows) -> None:
        self.request, self.world, self.now, self.slug, self.follows = request, world, now, slug, follows
        self.asked = 0
        self.place, self.held_back = self._ask(request.facts, now)
        self.where = where_of(self.place, self.held_back)

    def all(self, more: Iterable[Condition]) -> tuple[WhatIf, ...]:
        trees = [self.world.trees[name].tree for name in _reached(self.slug, self.world)]
        tests = _worth_asking(trees, self.place.asked, self.world, self.now)
        for condition in (*more, *(territory.when for territory in self.world.territories), *_of_gate(self.world)):
            for test in tests_in(condition):
                tests[test.field][test] = None
        found = [one for name, asked in tests.items() if (one := self._field(name, tuple(asked))) is not None]
        if any(name in tests for name in CLOCK) and (later := self._clock()) is not None:
            found.append(later)
        return tuple(sorted(found, key=lambda one: one.size))

    def _field(self, name: str, tests: Sequence[Test]) -> WhatIf | None:
        if name in FOLLOWS:
            return None
        before = self.place.asked.get(name)
        for size, after in nearby(name, before, tests, self.world.setting(self.now)):
            if self.asked >= MOST_ASKED:
                return None
            facts = {key: value for key, value in self.request.facts.items() if key != name}
            if after is not None:
                facts[name] = after
            place, held_back = self._ask(self.follows(facts, name), self.now)
            if where_of(place, held_back) != self.where:
                return WhatIf(name, before, after, place, size, held_back)
        return None

    def _clock(self) -> WhatIf | None:
        """The nearest hour of the week, before or after, at which it would go elsewhere."""
        zone = ZoneInfo(self.world.trees[self.slug].zone)
        # Whole hours on the wall; through UTC, so that each of them exists.
        hour = self.now.astimezone(zone).replace(minute=0, second=0, microsecond=0)
        starts = [hour + timedelta(hours=count) for count in range(-HALF_A_WEEK, HALF_A_WEEK + 1) if count]
        for at in sorted((start.astimezone(self.now.tzinfo) for start in starts), key=lambda at: abs(at - self.now)):
            facts = self.request.facts
            if facts.get("received_at") == self.now:
                facts = {**facts, "received_at": at}
            place, held_back = self._ask(facts, at)
            if where_of(place, held_back) != self.where:
                size = abs(at - self.now) / timedelta(days=1)
                return WhatIf("received_at", self.now, at, place, size, held_back, at)
        return None

    def _ask(self, facts: Facts, at: datetime) -> tuple[Place, bool]:
        self.asked += 1
        place = plan(replace(self.request, facts=facts), self.world, at, self.slug)
        gate = self.world.gate
        return place, gate is not None and not self.request.past_gate and gate.holds_back(place.asked)


def _reached(slug: str, world: World) -> Iterator[str]:
    """The tree and those that it may go on to."""
    waiting, seen = [slug], {slug}
    while waiting:
        name = waiting.pop()
        yield name
        onward = sorted(jumps(world.trees[name].tree) & world.trees.keys() - seen)
        seen.update(onward)
        waiting.extend(onward)


def _worth_asking(
    trees: Sequence[Tree], facts: Facts, world: World, now: datetime
) -> defaultdict[str, dict[Test, None]]:
    """By field the tests that may come to matter if this field alone changes: those of rules that all else allows."""
    setting = world.setting(now)
    found: defaultdict[str, dict[Test, None]] = defaultdict(dict)
    for tree in trees:
        rules = [rule for rule in every_rule(tree.rules) if not rule.off]
        unsure = {name for rule in rules for name, _ in rule.set} | {*CLOCK, "territory", "score", "grade"}
        for rule in rules:
            for test in _one_change_away(rule, facts, setting, unsure):
                found[test.field][test] = None
        for target in every_target(tree):
            if isinstance(target, Table) and any(row.values for row in target.rows):
                test = _of_table(target)
                found[test.field][test] = None
    return found


def _one_change_away(rule: Rule, facts: Facts, setting: Setting, unsure: set[str]) -> Iterator[Test]:
    """The tests on each field without which nothing else keeps the rule from holding.

    What rules set, and what follows from other facts, may be otherwise by the time this rule is asked.
    """
    parts = rule.when.parts if isinstance(rule.when, All) else (rule.when,)
    asked = [tuple(tests_in(part)) for part in parts]
    failing = [
        {test.field for test in tests}
        for part, tests in zip(parts, asked, strict=True)
        if not holds(part, facts, setting) and not any(test.field in unsure for test in tests)
    ]
    for tests in asked:
        for test in tests:
            if all(test.field in fields for fields in failing):
                yield test


def _of_table(table: Table) -> Test:
    """As if it were asked whether the field is one of the table's values."""
    values = tuple(value for row in table.rows for value in row.values)
    if table.type is FieldType.BOOLEAN:
        return Test(table.field, "is", True, type=table.type)
    return Test(table.field, "has_any" if table.type is FieldType.MANY else "in", values, type=table.type)


def _of_gate(world: World) -> Iterator[Condition]:
    gate = world.gate
    if gate is not None:
        yield Test("score", "gte", gate.threshold)
        if gate.skip_score_for:
            yield Test("intent", "in", tuple(sorted(gate.skip_score_for)))
