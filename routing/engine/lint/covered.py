"""Rules that no lead reaches, as findings: with the rules that take the leads before, and how many it had."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from routing.engine.lint.findings import WARNING, Finding, Fix
from routing.engine.lint.reached import Never, Reached
from routing.engine.rules import Rule, every_rule

Count = Callable[[str], int | None]  # leads of a rule in the last 30 days; None: not known
MOST_NAMED = 3


def covered(reached: Reached, count: Count, total: int) -> Iterator[Finding]:
    rules = {rule.id: rule for rule in every_rule(reached.tree.rules)}
    parents = {inner.id: rule.id for rule in rules.values() for inner in rule.rules}
    for never in reached.never():
        rule = rules[never.rule]
        words = f"Never reached: {_why(never, rules, parents)}.{_evidence(count(rule.id), total)}"
        by = never.by[0] if never.by else ""
        yield Finding(rule.id, WARNING, "never_reached", words, _fix(rule, never, parents), by=by)


def _why(never: Never, rules: dict[str, Rule], parents: dict[str, str]) -> str:
    if never.by:
        names = [f"“{rules[one].name}”" for one in never.by[:MOST_NAMED]]
        more = len(never.by) - len(names)
        if more:
            names.append(f"{more} more")
        if len(names) == 1:
            return f"{names[0]} takes all of its leads before"
        return f"{', '.join(names[:-1])} and {names[-1]} together take all of its leads before"
    if never.within and never.rule in parents:
        return f"no lead that “{rules[parents[never.rule]].name}” lets in can meet its condition"
    return "no lead can meet its condition"


def _evidence(count: int | None, total: int) -> str:
    """That it had none says the same as the proof; that it had some was before the draft."""
    return f" {count:,} of {total:,} leads in 30 days." if count is not None and total else ""


def _fix(rule: Rule, never: Never, parents: dict[str, str]) -> Fix | None:
    """Asked before the one that covers it, it takes its own leads again. Only where both stand side by side."""
    if len(never.by) == 1 and parents.get(never.by[0]) == parents.get(rule.id):
        return Fix("move", {"node": rule.id, "before": never.by[0]}, "Move it before that rule")
    return Fix("toggle", {"node": rule.id}, "Switch it off")
