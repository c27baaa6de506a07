"""The promises as a page: each a sentence, its ladder in the order of time, and who uses it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leads import sla
from leads.sla import Policy
from leads.world import Known
from reps.models import CompanyHoliday
from reps.spans import exactly
from routing.engine.rules import Rule, every_rule
from routing.engine.targets import Target, with_nested

CLOCKS = {
    "always": "around the clock",
    "team_hours": "in the working time of the team",
    "rep_hours": "in the rep’s own working time",
}
DOES = {
    "remind": "the rep is reminded",
    "notify_manager": "the manager is told",
    "reassign": "the lead goes to the next in line",
    "queue": "the lead goes to the team’s queue",
}
RUNGS = {"remind": "Remind", "notify_manager": "Manager", "reassign": "Next rep", "queue": "Queue"}
OTHERWISE = "the end of the tree"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step in the drawing; `kind` is `due` for the promise itself."""

    at: str
    what: str
    kind: str
    unless: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """A rule of a live tree that names the policy."""

    tree: str
    rule: str


@dataclass(frozen=True, slots=True)
class Row:
    policy: Policy
    sentences: Sequence[str]
    rungs: Sequence[Rung]
    uses: Sequence[Use]
    is_first: bool
    is_last: bool

    @property
    def unused(self) -> bool:
        return not (self.policy.is_default or self.policy.for_intents or self.uses)


@dataclass(frozen=True, slots=True)
class Page:
    """`shipped`: nobody has written a policy yet, and those that come with Switchyard are in force."""

    rows: Sequence[Row]
    shipped: bool
    holidays: Sequence[CompanyHoliday]
    past: int


def page(known: Known, now: datetime) -> Page:
    policies = known.policies
    uses = {policy.slug: list(_uses(known, policy.slug)) for policy in policies}
    last = len(policies) - 1
    rows = [
        Row(policy, list(sentences(policy)), _rungs(policy), uses[policy.slug], number == 0, number == last)
        for number, policy in enumerate(policies)
    ]
    days = list(CompanyHoliday.objects.order_by("day"))
    coming = [one for one in days if one.day >= now.date() - timedelta(days=1)]
    return Page(rows, policies == sla.SHIPPED, coming, len(days) - len(coming))


def sentences(policy: Policy) -> Iterator[str]:
    """What is promised, what happens if it is not kept, and what else goes with it."""
    yield f"First contact within {exactly(policy.respond_within)}, {CLOCKS[policy.clock]}, {_for_whom(policy)}."
    for step in policy.steps:
        yield f"After {exactly(step.after)} {DOES[step.do]}, unless it is {step.unless} by then."
    if any(step.do == "reassign" for step in policy.steps):
        yield f"{_times(policy.max_reassignments)}, then the lead goes to the team’s queue and the manager is told."
    if policy.silent_after is not None:
        yield (
            f"Who accepts and then says nothing is asked after {exactly(policy.silent_after / 2)} "
            f"and loses the lead after {exactly(policy.silent_after)}."
        )
    if policy.park_after is not None:
        lapses = "lead" if policy.park_after == 1 else f"{policy.park_after} leads in a row"
        yield f"Who lets {'a ' if policy.park_after == 1 else ''}{lapses} lapse gets no more until he is back."


def _for_whom(policy: Policy) -> str:
    parts = []
    if policy.for_intents:
        score = f" with a score of at least {policy.min_score:g}" if policy.min_score is not None else ""
        parts.append(f"for leads that ask for {' or '.join(policy.for_intents)}{score}")
    if policy.is_default:
        parts.append("for every lead that no other promise fits")
    return " and ".join(parts) or "for leads of rules that name it"


def _times(most: int) -> str:
    if most == 0:
        return "It is given to nobody else by itself"
    return f"It is given to others at most {'once' if most == 1 else f'{most} times'}"


def _rungs(policy: Policy) -> list[Rung]:
    steps = [(step.after, 1, Rung(exactly(step.after), RUNGS[step.do], step.do, step.unless)) for step in policy.steps]
    due = (policy.respond_within, 0, Rung(exactly(policy.respond_within), "Due", "due"))
    return [rung for *_, rung in sorted([due, *steps], key=lambda one: one[:2])]


def _uses(known: Known, slug: str) -> Iterator[Use]:
    for tree in known.world.trees.values():
        if any(_names(target, slug) for target in with_nested(tree.tree.otherwise)):
            yield Use(tree.name, OTHERWISE)
        for rule in every_rule(tree.tree.rules):
            if any(_names(target, slug) for target in _targets(rule)):
                yield Use(tree.name, rule.name)


def _targets(rule: Rule) -> Iterator[Target]:
    for target in (rule.target, rule.otherwise):
        if target is not None:
            yield from with_nested(target)


def _names(target: Target, slug: str) -> bool:
    assign = getattr(target, "assign", None)
    return slug in (getattr(target, "sla", None), getattr(assign, "sla", None))
