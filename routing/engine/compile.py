"""A list of rules into a matcher, and a table into a lookup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from routing.engine.conditions import Setting, holds
from routing.engine.facts import Facts
from routing.engine.rules import Rule
from routing.engine.targets import Table, Target


@dataclass(frozen=True, slots=True)
class Level:
    rules: tuple[Rule, ...]
    children: tuple[Level | None, ...]

    def first(self, facts: Facts, setting: Setting) -> int:
        """The index of the first rule that is not off and holds, or -1."""
        for index, rule in enumerate(self.rules):
            if not rule.off and holds(rule.when, facts, setting):
                return index
        return -1


def compile_rules(
    rules: tuple[Rule, ...], lists: Mapping[str, frozenset[str]], ancestors: Mapping[str, frozenset[str]]
) -> Level:
    children = tuple(compile_rules(rule.rules, lists, ancestors) if rule.target is None else None for rule in rules)
    return Level(rules, children)


def row_of(table: Table, facts: Facts, setting: Setting) -> tuple[Target, str]:
    """Where the table sends this lead, and the name of its row: the row's first value, as written."""
    row = table.row_for(facts, setting)
    return (table.otherwise, "otherwise") if row is None else (row.target, str(row.values[0]))
