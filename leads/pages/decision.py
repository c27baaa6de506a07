"""A decision explained: the rules that were asked with the lead's answers, everybody who was looked at, the choice.

What was asked on the way is told again by `leads.trace`; here it is put into the words and the order of a page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leads import reckoning, trace
from leads.pages import facts as facts_page
from leads.pages import matching as matching_page
from leads.pages.facts import Group
from leads.reckoning import Reckoning
from leads.world import Known
from routing.engine import bench
from routing.engine.conditions import tests_in
from routing.engine.route import GATE
from routing.engine.rules import Rule, every_rule
from routing.models import Decision

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
# An address says nothing in half a line.
UNSAID = ("account.owner", "email")


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
    skill: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class Explained:
    decision: Decision
    asked: Sequence[Asked]
    candidates: Sequence[Looked]
    method: str
    chosen: str
    because: str
    score: Reckoning | None = None

    @property
    def held_back(self) -> bool:
        """No rule was asked: the lead was not ready."""
        return self.decision.path == GATE

    @property
    def path(self) -> list[Asked]:
        """The rules that held, outermost first: how the lead got where it is."""
        return [rule for rule in self.asked if rule.held]

    @property
    def by_win_rate(self) -> bool:
        return any(candidate.rate is not None for candidate in self.candidates)

    @property
    def by_skill(self) -> bool:
        return self.decision.strategy == "best_skilled"

    @property
    def competed(self) -> int:
        return sum(candidate.competed for candidate in self.candidates)


@dataclass(frozen=True, slots=True)
class Page:
    explained: Explained
    groups: Sequence[Group]
    matching: matching_page.Told


def page(decision: Decision, organisation: Known) -> Page:
    vocabulary = organisation.world.vocabulary
    facts = facts_page.typed_facts(decision.facts, vocabulary)
    matching = matching_page.told(decision.matching)
    return Page(explained(decision, organisation), facts_page.groups(facts, {}, vocabulary), matching)


def explained(decision: Decision, organisation: Known) -> Explained:
    asked = _asked(decision, organisation)
    return Explained(
        decision=decision,
        asked=asked,
        candidates=_looked_at(decision, organisation),
        method=method(decision),
        chosen=_chosen(decision),
        because=_because(decision, [rule.name for rule in asked if rule.held]),
        score=reckoning.of_decision(decision, organisation),
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
    fields = [
        name
        for name in dict.fromkeys(test.field for test in tests_in(rule.when))
        if name in facts and name not in UNSAID
    ]
    answers = [facts_page.answer(name, facts[name], vocabulary) for name in fields]
    return f"{rule.name}: {', '.join(answers)}" if answers else rule.name


def live_rules(organisation: Known) -> Mapping[str, Rule]:
    """The rules of the live trees by id, in the order in which they are read."""
    return _remembered(organisation).rules


@dataclass(slots=True)
class _Remembered:
    """What was made of the organisation as this process knows it; gone when that changes."""

    organisation: Known
    rules: Mapping[str, Rule]


class _Process:
    remembered: _Remembered | None = None


def _remembered(organisation: Known) -> _Remembered:
    kept = _Process.remembered
    if kept is None or kept.organisation is not organisation:
        trees = organisation.world.trees.values()
        rules = {rule.id: rule for tree in trees for rule in every_rule(tree.tree.rules)}
        kept = _Process.remembered = _Remembered(organisation, rules)
    return kept


def _asked(decision: Decision, organisation: Known) -> list[Asked]:
    """What was asked, without most of a long row of rules that did not hold."""
    shown: list[Asked] = []
    missed: list[trace.Asked] = []
    for one in [*(trace.of_decision(decision, organisation) or []), None]:
        if one is not None and not one.held:
            missed.append(one)
            continue
        skipped = max(0, len(missed) - MOST_ASKED)
        for each in [*missed[skipped:], *([one] if one else [])]:
            shown.append(Asked(each.rule, each.number, each.name, each.held, each.because, skipped))
            skipped = 0
        missed = []
    return shown


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
            skill=each.get("skill", 0),
            rate=each.get("rate"),
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
