"""What a dry run tells people."""

from __future__ import annotations

from leads.configuration import differences
from leads.configuration.read import read

RULES = """
        - {id: large, name: Large, when: {field: employees, op: gte, value: 1000}, target: {kind: queue, queue: triage}}
        - {id: swiss, name: Swiss, when: {field: country, op: is, value: CH}, target: {kind: queue, queue: triage}}
        - {id: others, name: Others, when: {field: country, op: is_present}, target: {kind: queue, queue: triage}}
"""
FILE = """
version: 1
queues: [{slug: triage, name: Triage}]
trees:
  - slug: main
    name: Main
    default: true
    document:
      format: 1
      rules:%s
      otherwise: {kind: queue, queue: triage}
"""


def told(before: str, after: str) -> list[str]:
    texts = [read(FILE % rules).configuration for rules in (before, after)]
    return [line.strip() for line in differences.lines(differences.between(*texts))][2:]


def test_of_a_long_tree_the_one_value_is_told_that_changed() -> None:
    assert told(RULES, RULES.replace("value: 1000", "value: 500")) == [
        "document.rules[large].when: {field: employees, op: gte, value: 1000} → {field: employees, op: gte, value: 500}"
    ]


def test_rules_that_come_go_or_move_are_told_by_their_ids() -> None:
    large, swiss, others = RULES.strip("\n").splitlines()
    dutch = swiss.replace("swiss", "dutch").replace("Swiss", "Dutch").replace("CH", "NL")

    removed, added, moved = told(RULES, f"\n{others}\n{large}\n{dutch}")

    assert removed == "document.rules[swiss]: removed"
    assert added.startswith("document.rules[dutch]: added {id: dutch, name: Dutch, when: {field: country")
    assert moved == "document.rules: another order: others, large, dutch"
