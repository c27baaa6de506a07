"""Rules beside each other that want the same leads: who wins, how many there were lately, and one of them.

An exception that stands before its rule is no overlap: all of its leads fit the rule, and that is the point of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from routing.engine.conditions import All, Condition, Not
from routing.engine.facts import Facts
from routing.engine.lint.findings import NOTE, WARNING, Finding, Fix
from routing.engine.lint.flow import Flow
from routing.engine.lint.reached import Reached
from routing.engine.rules import Rule
from routing.engine.witness import find

MOST = 200
MANY = 0.1  # of the leads that fit the later rule
MOST_ASIDE = 20  # earlier rules that an example must not fit


def overlaps(reached: Reached, flow: Flow, unreached: frozenset[str]) -> Iterator[Finding]:
    left = MOST
    for rules in _levels(reached.tree.rules):
        for finding in _of_level(rules, reached, flow, unreached):
            yield finding
            left -= 1
            if not left:
                return


def _levels(rules: Sequence[Rule]) -> Iterator[Sequence[Rule]]:
    on = [rule for rule in rules if not rule.off]
    yield on
    for rule in on:
        if rule.rules:
            yield from _levels(rule.rules)


def _of_level(rules: Sequence[Rule], reached: Reached, flow: Flow, unreached: frozenset[str]) -> Iterator[Finding]:
    """For each rule the earlier one that takes most of its leads; without leads the first that asks the same fields."""
    by_id = {rule.id: rule for rule in rules}
    same_fields: dict[frozenset[str], list[Rule]] = {}
    for rule in rules:
        if rule.id in unreached:
            continue
        fields = reached.fields(rule.id)
        earlier = [by_id[other] for other, _ in flow.before[rule.id].most_common()] if rule.id in flow.before else []
        if not flow.came.total():
            earlier = same_fields.get(fields, [])
        for other in earlier:
            if not _same_outcome(rule, other) and reached.overlap(other.id, rule.id):
                yield _finding(rule, other, rules, reached, flow)
                break
        same_fields.setdefault(fields, []).append(rule)


def _same_outcome(one: Rule, other: Rule) -> bool:
    return one.target is not None and one.target == other.target and one.set == other.set


def _finding(rule: Rule, other: Rule, rules: Sequence[Rule], reached: Reached, flow: Flow) -> Finding:
    both, fits = flow.before[rule.id][other.id] if rule.id in flow.before else 0, flow.fits[rule.id]
    words = f"Overlaps “{other.name}”, which is asked first and wins"
    if both:
        words += f": {both:,} of the {fits:,} recent leads that fit this rule fit both"
    # Customers before regions is an order of precedence; two rules that both ask the region may be a slip.
    shared = reached.fields(rule.id) & reached.fields(other.id)
    severity = WARNING if shared and both and both >= MANY * fits else NOTE
    fix = Fix("move", {"node": rule.id, "before": other.id}, "Ask this rule first")
    return Finding(rule.id, severity, "overlap", f"{words}.", fix, _example(rule, other, rules, reached), other.id)


def _example(rule: Rule, other: Rule, rules: Sequence[Rule], reached: Reached) -> Facts | None:
    """A lead that fits both and none before, so that the earlier of the two really gets it."""
    before = rules[: next(index for index, one in enumerate(rules) if one.id == other.id)]
    wanted: list[Condition] = [*reached.way(other.id), reached.whens[rule.id]]
    aside = [Not(reached.whens[one.id]) for one in before[:MOST_ASIDE]]
    return find(All((*wanted, *aside)), reached.setting)
