"""A decision explained: the rules that were asked with the lead's answers, everybody who was looked at, the choice.

The log keeps facts, version and the ids of the rules that held. What was asked on the way follows from these, because a
published version never changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from leads.pages import facts as facts_page
from leads.pages.facts import Group
from leads.world import Known
from routing.engine import bench
from routing.engine.compile import Level, compile_rules
from routing.engine.conditions import All, AnyOf, Condition, Not, Test
from routing.engine.document import parse
from routing.engine.explain import rules_asked
from routing.engine.problems import BadDocument
from routing.engine.rules import Rule, every_rule
from routing.engine.world import World
from routing.models import Decision, Version

STRATEGIES = {
    "round_robin": "Round robin",
    "weighted": "Weighted rotation",
    "least_loaded": "Lowest load",
    "best_skilled": "Best skilled",
    "best_converting": "Best converting",
    "first_available": "First available",
}
# Of a long list only what came right before the answer is worth reading.
MOST_ASKED = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule that was asked. `number` is its place in the document: 2.1 is the first within the second."""

    id: str
    number: str
    name: str
    held: bool
    because: str
    skipped: int = 0  # how many that did not hold stand before it and are not shown


@dataclass(frozen=True, slots=True)
class Looked:
    """One rep as he was looked at for this lead."""

    email: str
    name: str
    chosen: bool
    competed: bool
    because: str
    open: int
    capacity: int | None
    level: float
    weight: float


@dataclass(frozen=True, slots=True)
class Explained:
    decision: Decision
    asked: Sequence[Asked]
    candidates: Sequence[Looked]
    method: str
    chosen: str
    because: str

    @property
    def path(self) -> list[Asked]:
        """The rules that held, outermost first: how the lead got where it is."""
        return [rule for rule in self.asked if rule.held]

    @property
    def competed(self) -> int:
        return sum(candidate.competed for candidate in self.candidates)


@dataclass(frozen=True, slots=True)
class Page:
    explained: Explained
    groups: Sequence[Group]


def page(decision: Decision, organisation: Known) -> Page:
    vocabulary = organisation.world.vocabulary
    facts = facts_page.typed_facts(decision.facts, vocabulary)
    return Page(explained(decision, organisation), facts_page.groups(facts, {}, vocabulary))


def explained(decision: Decision, organisation: Known) -> Explained:
    asked = list(_asked(decision, organisation))
    return Explained(
        decision=decision,
        asked=asked,
        candidates=_looked_at(decision, organisation),
        method=method(decision),
        chosen=_chosen(decision),
        because=_because(decision, [rule.name for rule in asked if rule.held]),
    )


def method(decision: Decision) -> str:
    """How the person was found, in two words."""
    if decision.sticky:
        return "Knows the lead"
    if decision.cover_for_id:
        return "Cover"
    if decision.cause == Decision.Cause.BY_HAND:
        return "By hand"
    if decision.outcome != Decision.Outcome.ASSIGNED:
        return "–"
    return STRATEGIES.get(decision.strategy, "Named")


def in_short(decision: Decision, organisation: Known) -> str:
    """One line for a list: the innermost rule with the lead's own answers to it, else the reason as it was written."""
    rule = live_rules(organisation).get(decision.rules[-1]) if decision.rules else None
    if rule is None or decision.sticky:
        return decision.reason
    vocabulary = organisation.world.vocabulary
    facts = facts_page.typed_facts(decision.facts, vocabulary)
    fields = dict.fromkeys(_fields(rule.when))
    answers = [facts_page.answer(name, facts[name], vocabulary) for name in fields if name in facts]
    return f"{rule.name}: {', '.join(answers)}" if answers else rule.name


def live_rules(organisation: Known) -> Mapping[str, Rule]:
    """The rules of the live trees by id, in the order in which they are read."""
    return _remembered(organisation).rules


@dataclass(slots=True)
class _Remembered:
    """What was made of the organisation as this process knows it; gone when that changes."""

    organisation: Known
    rules: Mapping[str, Rule]
    levels: dict[int, Level | None] = field(default_factory=dict)


class _Process:
    remembered: _Remembered | None = None


def _remembered(organisation: Known) -> _Remembered:
    kept = _Process.remembered
    if kept is None or kept.organisation is not organisation:
        trees = organisation.world.trees.values()
        rules = {rule.id: rule for tree in trees for rule in every_rule(tree.tree.rules)}
        kept = _Process.remembered = _Remembered(organisation, rules)
    return kept


def _fields(condition: Condition) -> Iterator[str]:
    """What a condition asks about."""
    match condition:
        case All(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from _fields(part)
        case Not(part=part):
            yield from _fields(part)
        case Test(field=name):
            yield name


def _asked(decision: Decision, organisation: Known) -> Iterator[Asked]:
    """Down the tree along the rules that held. A jump to another tree goes on at that tree's root."""
    if decision.sticky or decision.version is None:
        return
    asking = Asking(decision, organisation)
    level = _level(decision.version, organisation)
    held, prefix = list(decision.rules), ""
    while level is not None:
        if held and held[0] not in _ids(level):
            level, prefix = _another_tree(held[0], organisation), ""
            continue
        index = _ids(level).index(held[0]) if held else -1
        yield from asking.level(level, index, prefix)
        if index < 0:
            return
        prefix = f"{prefix}{index + 1}."
        level = level.children[index]
        held.pop(0)


class Asking:
    """One lead's answers, from the facts as they stood when it was decided."""

    def __init__(self, decision: Decision, organisation: Known) -> None:
        self.vocabulary = organisation.world.vocabulary
        self.facts = facts_page.typed_facts(decision.facts, self.vocabulary)
        self.setting = organisation.world.setting(decision.at)

    def level(self, level: Level, index: int, prefix: str) -> Iterator[Asked]:
        """The rules of one level that were asked until the one at `index` held (-1: none did)."""
        places = {rule.id: place for place, rule in enumerate(level.rules)}
        asked = rules_asked(level, self.facts, self.setting, index, self.vocabulary)
        skipped = max(0, len(asked) - MOST_ASKED)
        for one in asked[skipped:]:
            place = places[one.rule]
            # A rule above may have changed facts that this one asked for: what is on record counts.
            held = place == index
            because = one.because if one.held == held else ""
            yield Asked(one.rule, f"{prefix}{place + 1}", level.rules[place].name, held, because, skipped)
            skipped = 0


def _ids(level: Level) -> list[str]:
    return [rule.id for rule in level.rules]


def _level(version: Version, organisation: Known) -> Level | None:
    slug = version.tree.slug
    if organisation.versions.get(slug) == version.pk:
        return organisation.world.trees[slug].level
    return _retired(version, organisation)


def _another_tree(rule_id: str, organisation: Known) -> Level | None:
    """Where a lead that jumped went on: ids are unique within a document, and rarely the same in two."""
    levels = [tree.level for tree in organisation.world.trees.values()]
    return next((level for level in levels if rule_id in _ids(level)), None)


def _retired(version: Version, organisation: Known) -> Level | None:
    """The rules of a version that is no longer live; None if they ask for fields that are gone by now."""
    levels = _remembered(organisation).levels
    if version.pk not in levels:
        levels[version.pk] = _compiled(version, organisation.world)
    return levels[version.pk]


def _compiled(version: Version, world: World) -> Level | None:
    try:
        tree = parse(version.document, world.vocabulary)
    except BadDocument:
        return None
    return compile_rules(tree.rules, world.lists, world.ancestors)


def _looked_at(decision: Decision, organisation: Known) -> list[Looked]:
    chosen = decision.rep.user.email if decision.rep else ""
    reps = organisation.world.reps
    looked = [
        Looked(
            email=each["rep"],
            name=reps[each["rep"]].name if each["rep"] in reps else each["rep"],
            chosen=each["rep"] == chosen,
            competed=not each["code"],
            because=bench.WORDS.get(each["code"], each["code"]),
            open=each["open"],
            capacity=each["capacity"],
            level=each["level"],
            weight=each["weight"],
        )
        for each in decision.candidates
    ]
    return sorted(looked, key=lambda one: (not one.chosen, not one.competed))


def _chosen(decision: Decision) -> str:
    if decision.rep:
        return str(decision.rep)
    if decision.queue:
        return str(decision.queue)
    return f"Nurture, track {decision.track}" if decision.track else decision.get_outcome_display()


def _because(decision: Decision, names: Sequence[str]) -> str:
    """The reason without the way there, which is told rule by rule."""
    reason = decision.reason.removeprefix(f"{' › '.join(names)}: ") if names else decision.reason
    reason = reason.removeprefix("No rule held: ")
    reason = reason.removeprefix(f"{_chosen(decision)}, ")
    return reason[:1].upper() + reason[1:]
