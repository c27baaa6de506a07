"""JSON into a rule tree: the only place that meets untrusted rules.

`parse` refuses a bad document with all of its problems at once, each with its path; what it returns cannot fail later.
"""

from __future__ import annotations

from routing.engine.problems import BadDocument, References, RuleError
from routing.engine.rules import STICKY_DAYS, Rule, Tree, every_rule, every_target, jumps
from routing.engine.targets import (
    HOURS,
    STRATEGIES,
    Assign,
    Row,
    Split,
    Table,
    Target,
    ToAccountOwner,
    ToDiscard,
    ToFallback,
    ToNurture,
    ToPool,
    ToQueue,
    ToRep,
    ToTerritory,
    ToTree,
    Way,
)

__all__ = [
    "HOURS",
    "STICKY_DAYS",
    "STRATEGIES",
    "Assign",
    "BadDocument",
    "References",
    "Row",
    "Rule",
    "RuleError",
    "Split",
    "Table",
    "Target",
    "ToAccountOwner",
    "ToDiscard",
    "ToFallback",
    "ToNurture",
    "ToPool",
    "ToQueue",
    "ToRep",
    "ToTerritory",
    "ToTree",
    "Tree",
    "Way",
    "every_rule",
    "every_target",
    "jumps",
]
