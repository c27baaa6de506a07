"""Rules that no lead reaches, as findings: with the rules that take the leads before, and how many it had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from routing.engine.lint.evidence import TRAFFIC_DAYS, Evidence
from routing.engine.lint.findings import WARNING, Finding, Fix
from routing.engine.lint.reached import Never, Reached
from routing.engine.rules import Rule, every_rule

MOST_NAMED = 3


def covered(reached: Reached, never: Sequence[Never], evidence: Evidence) -> Iterator[Finding]:
    rules = {rule.id: rule for rule in every_rule(reached.tree.rules)}
    for one in never:
        words = f"Never reached: {_why(one, rules, reached.parents)}.{_had(one.rule, evidence)}"
        by = one.by[0] if one.by else ""
        yield Finding(one.rule, WARNING, "never_reached", words, _fix(one, reached.parents), by=by)


def _why(never: Never, rules: dict[str, Rule], parents: dict[str, str]) -> str:
    if never.by:
        names = [f"“{rules[one].name}”" for one in never.by[:MOST_NAMED]]
        more = len(never.by) - len(names)
        if more:
            names.append(f"{more} more")
        if len(names) == 1:
            return f"{names[0]} takes all of its leads before"
        return f"{', '.join(names[:-1])} and {names[-1]} together take all of its leads before"
    if never.within and parents[never.rule]:
        return f"no lead that “{rules[parents[never.rule]].name}” lets in can meet its condition"
    return "no lead can meet its condition"


def _had(rule: str, evidence: Evidence) -> str:
    """That it had none says the same as the proof; if it had some, that was before the draft."""
    if rule not in evidence.counts or not evidence.asked:
        return ""
    return f" It had {evidence.counts[rule]:,} of {evidence.asked:,} leads in {TRAFFIC_DAYS} days."


def _fix(never: Never, parents: dict[str, str]) -> Fix:
    """Asked before the one that covers it, it takes its own leads again. Only where both stand side by side."""
    if len(never.by) == 1 and parents[never.by[0]] == parents[never.rule]:
        return Fix("move", {"node": never.rule, "before": never.by[0]}, "Ask this rule first")
    return Fix("toggle", {"node": never.rule}, "Switch it off")
