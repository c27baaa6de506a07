"""How hard a tree is to follow, and what would make it easier: a table for a fan of rules, one rule for two.

Works on the document as it is written; what is not finished yet is left alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from routing.engine import nodes
from routing.engine.facts import Vocabulary
from routing.engine.lint.findings import NOTE, Finding, Fix
from routing.engine.nodes import ROOT, Json

GREEN, AMBER, RED = "green", "amber", "red"
EASY, HARD = (15, 3), (30, 4)  # rules, levels
BARS = 5
FAN = 5  # so many rules that test one field are a table
SMALL = 0.005  # of all leads
ENOUGH = 200  # leads, before a share so small says anything
LOOKED_UP = ("is", "in")
PLAIN = {"id", "name", "when", "target", "why", "owner", "review_on"}  # what a row of a table can do without


@dataclass(frozen=True, slots=True)
class Meter:
    """`part` of the way from nothing to where it turns red, at most 1."""

    rules: int
    levels: int
    colour: str
    words: str

    @property
    def part(self) -> float:
        return min(1.0, max(self.rules / HARD[0], self.levels / HARD[1]))

    @property
    def bars(self) -> tuple[bool, ...]:
        """As the status bar draws it: the first so many are filled."""
        return tuple(number < self.part * BARS for number in range(BARS))


def meter(document: Json) -> Meter:
    found = list(nodes.walk(document))
    rules, levels = len(found), max((one.depth for one in found), default=0)
    if rules <= EASY[0] and levels <= EASY[1]:
        return Meter(rules, levels, GREEN, "Easy to follow")
    if rules <= HARD[0] and levels <= HARD[1]:
        return Meter(rules, levels, AMBER, "Getting complex")
    return Meter(rules, levels, RED, "Hard to follow")


def suggestions(
    document: Json, vocabulary: Vocabulary, counts: Mapping[str, int] | None = None, total: int = 0
) -> tuple[Finding, ...]:
    """`counts` are leads by rule in 30 days, of the `total`."""
    fans = _fans(document, vocabulary)
    return (*fans, *_twins(document), *_repeated(document), *_small(document, counts or {}, total))


def _levels(document: Json) -> Iterator[tuple[str, Sequence[Json]]]:
    yield ROOT, document.get("rules", [])
    for found in nodes.walk(document):
        if nodes.is_branch(found.rule):
            yield found.id, found.rule["rules"]


def _fans(document: Json, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Neighbours that each look one field up, and do nothing else."""
    for parent, rules in _levels(document):
        for field, run in groupby(rules, key=_looked_up):
            fan = list(run)
            if not field or len(fan) < FAN:
                continue
            ids = [str(rule["id"]) for rule in fan]
            known = vocabulary.get(field)
            names = f"{_name(fan[0])} to {_name(fan[-1])}"
            words = f"{len(fan)} rules, {names}, only look up {known.label if known else field}: a table says the same."
            fix = Fix("to_table", {"parent": parent, "field": field, "nodes": ids}, "Make them one table")
            yield Finding(ids[0], NOTE, "simplify_table", words, fix)


def _looked_up(rule: Json) -> str:
    """The one field that a plain rule asks, if a table could ask it too; "" otherwise."""
    if set(rule) - PLAIN or not isinstance(rule.get("target"), dict):
        return ""
    tests = _of_all(rule.get("when"))
    if len(tests) != 1 or tests[0].get("op") not in LOOKED_UP or tests[0].get("if_blank"):
        return ""
    return str(tests[0].get("field", ""))


def _of_all(condition: object) -> list[Json]:
    if not isinstance(condition, dict):
        return []
    if "field" in condition:
        return [condition]
    parts = condition.get("all")
    if isinstance(parts, list) and all(isinstance(part, dict) and "field" in part for part in parts):
        return list(parts)
    return []


def _twins(document: Json) -> Iterator[Finding]:
    """Neighbours that lead to the same."""
    for _, rules in _levels(document):
        for outcome, run in groupby(rules, key=_outcome):
            twins = list(run)
            if not outcome or len(twins) < 2 or (len({_looked_up(rule) for rule in twins}) == 1 and len(twins) >= FAN):
                continue
            ids = [str(rule["id"]) for rule in twins]
            names = " and ".join((_name(twins[0]), _name(twins[-1]) if len(twins) == 2 else f"{len(twins) - 1} more"))
            words = (
                f"{names} stand beside each other and lead to the same: one rule that asks for any of it says so too."
            )
            yield Finding(ids[0], NOTE, "simplify_merge", words, Fix("merge", {"nodes": ids}, "Make them one rule"))


def _outcome(rule: Json) -> str:
    """What a finished rule does with a lead that it takes; "" for a branch, or while nothing is said."""
    if nodes.is_branch(rule) or rule.get("off") or not isinstance(rule.get("target"), dict):
        return ""
    return json.dumps([rule["target"], rule.get("set")], sort_keys=True)


def _repeated(document: Json) -> Iterator[Finding]:
    """The same condition of several questions in more than one rule."""
    asking: dict[str, list[Json]] = {}
    for found in nodes.walk(document):
        if len(_of_all(found.rule.get("when"))) > 1:
            asking.setdefault(json.dumps(found.rule["when"], sort_keys=True), []).append(found.rule)
    for rules in asking.values():
        if len(rules) > 1:
            names = ", ".join(_name(rule) for rule in rules[:3])
            words = f"{names} ask exactly the same: a rule above them that sets a segment would ask it once."
            yield Finding(str(rules[0]["id"]), NOTE, "simplify_segment", words)


def _small(document: Json, counts: Mapping[str, int], total: int) -> Iterator[Finding]:
    if total < ENOUGH:
        return
    for found in nodes.walk(document):
        leads = counts.get(found.id)
        if leads is None or not nodes.is_branch(found.rule) or found.rule.get("off") or leads / total >= SMALL:
            continue
        share = f"{leads:,} of {total:,} leads in 30 days"
        words = f"Only {share} come to this branch: without it they go on to the rules below and to Otherwise."
        fix = Fix("delete", {"node": found.id, "mode": "branch"}, "Delete the branch")
        yield Finding(found.id, NOTE, "simplify_fold", words, fix)


def _name(rule: Json) -> str:
    return f"“{rule.get('name') or 'an unnamed rule'}”"
