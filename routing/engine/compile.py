"""A list of rules into a matcher that is indexed, not walked; a table into a lookup.

Each field that rules ask about has a column: the lead's value gives the rules that are still possible. What is possible
in all columns, lowest number first, is asked the rest: patterns, times, `any` and `not`. The answer is the same as if
the rules had been walked from the top.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, getitem

from routing.engine.columns import INDEXED, Around, Column, Entry, column_for, set_of
from routing.engine.conditions import All, Condition, Question, Reason, Seen, Setting, Test, question
from routing.engine.facts import Facts, FieldType, Vocabulary
from routing.engine.rules import Rule
from routing.engine.simpler import simpler
from routing.engine.targets import Table, Target

# A rule's further questions about the same field are asked one by one.
MOST_COLUMNS_PER_FIELD = 3

# One for each field and type; one more for a rule's second question, and for `has_none`, which adds up otherwise.
Columns = defaultdict[tuple[str, FieldType, int, bool], list[Entry]]


@dataclass(frozen=True, slots=True)
class Level:
    """The rules that stand beside each other, with the levels below them (None below a target)."""

    rules: tuple[Rule, ...]
    children: tuple[Level | None, ...]
    on: int = field(repr=False)
    fields: tuple[str, ...] = field(repr=False)
    columns: tuple[Column, ...] = field(repr=False, compare=False)
    rest: Mapping[int, Question] = field(repr=False, compare=False)
    # Sentences that `explain` has begun for rules that won, so that it need not begin again.
    told: dict[tuple[Vocabulary, int], Reason] = field(default_factory=dict, repr=False, compare=False)

    def first(self, facts: Facts, setting: Setting) -> int:
        """The index of the first rule that is not off and holds, or -1."""
        possible = reduce(and_, map(getitem, self.columns, map(facts.get, self.fields)), self.on)
        seen: Seen = {}
        while possible:
            lowest = possible & -possible
            index = lowest.bit_length() - 1
            ask = self.rest.get(index)
            if ask is None or ask(facts, setting, seen):
                return index
            possible ^= lowest
        return -1

    def all(self, facts: Facts, setting: Setting) -> list[int]:
        """The indexes of all rules that are not off and hold; the first of them is the one that wins."""
        possible = reduce(and_, map(getitem, self.columns, map(facts.get, self.fields)), self.on)
        seen: Seen = {}
        found = []
        while possible:
            lowest = possible & -possible
            index = lowest.bit_length() - 1
            ask = self.rest.get(index)
            if ask is None or ask(facts, setting, seen):
                found.append(index)
            possible ^= lowest
        return found


def compile_rules(
    rules: tuple[Rule, ...], lists: Mapping[str, frozenset[str]], ancestors: Mapping[str, frozenset[str]]
) -> Level:
    """`lists` and `ancestors` are those of the Setting with which the level will be asked."""
    columns: Columns = defaultdict(list)
    rest: dict[int, Question] = {}
    on = [index for index, rule in enumerate(rules) if not rule.off]
    for index in on:
        left = _enter(index, rules[index].when, columns)
        if left:
            rest[index] = question(All(tuple(left)))

    around = Around(len(rules), lists, ancestors)
    return Level(
        rules=rules,
        children=tuple(compile_rules(rule.rules, lists, ancestors) if rule.target is None else None for rule in rules),
        on=set_of(on),
        fields=tuple(name for name, _, _, _ in columns),
        columns=tuple(column_for(kind, entries, around) for (_, kind, _, _), entries in columns.items()),
        rest=rest,
    )


def row_of(table: Table, facts: Facts, setting: Setting) -> tuple[Target, str]:
    """Where the table sends this lead, and the name of its row: the row's first value, as written."""
    row = table.row_for(facts, setting)
    return (table.otherwise, "otherwise") if row is None else (row.target, str(row.values[0]))


def _enter(index: int, condition: Condition, columns: Columns) -> list[Condition]:
    """Enter a rule's simple questions into the columns; what no column can answer is left."""
    left: list[Condition] = []
    asked: dict[str, int] = {}
    waiting = [condition]
    while waiting:
        part = waiting.pop()
        if isinstance(part, All):
            waiting.extend(part.parts)
        elif (
            isinstance(part, Test) and _has_column(part) and (nth := asked.get(part.field, 0)) < MOST_COLUMNS_PER_FIELD
        ):
            asked[part.field] = nth + 1
            columns[part.field, part.type, nth, part.op == "has_none"].append((index, part))
        elif (said := simpler(part)) is not part:
            waiting.append(said)
        else:
            left.append(part)
    return left


def _has_column(test: Test) -> bool:
    return test.op in INDEXED and test.type is not FieldType.TIME
