"""JSON into a rule tree: the only place that meets untrusted rules.

`parse` refuses a bad document with all of its problems at once, each with its path; what it returns cannot fail later.
"""

from __future__ import annotations

from routing.engine.conditions import Condition
from routing.engine.dump import dump, dump_condition
from routing.engine.facts import Vocabulary
from routing.engine.problems import UNCHECKED, BadDocument, References, RuleError
from routing.engine.read_conditions import read_when
from routing.engine.read_rules import read_tree
from routing.engine.reader import Reader
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
    "dump",
    "dump_condition",
    "every_rule",
    "every_target",
    "jumps",
    "parse",
    "parse_condition",
]

LARGEST = 4 * 1024 * 1024
MOST_PROBLEMS = 1000


def parse(data: object, vocabulary: Vocabulary, references: References = UNCHECKED) -> Tree:
    """The tree that a decoded JSON document describes, or BadDocument with everything that is wrong with it."""
    reader = Reader(vocabulary, references, give_up_at=MOST_PROBLEMS)
    if size(data) > LARGEST:
        reader.refuse("", f"is larger than {LARGEST // 1024**2} MiB of JSON")
        reader.finish()
    tree = read_tree(reader, data)
    reader.finish()
    return tree


def parse_condition(
    data: object, vocabulary: Vocabulary, path: str = "when", references: References = UNCHECKED
) -> Condition:
    """One condition by itself, as territories and scores have them; BadDocument as above."""
    reader = Reader(vocabulary, references, give_up_at=MOST_PROBLEMS)
    if size(data) > LARGEST:
        reader.refuse(path, f"is larger than {LARGEST // 1024**2} MiB of JSON")
        reader.finish()
    condition = read_when(reader, data, path)
    reader.finish()
    return condition


def size(data: object) -> int:
    """About how many bytes of compact JSON; stops counting soon after the limit, so nothing can be too large for it."""
    total, waiting = 0, [data]
    while waiting and total <= LARGEST:
        piece = waiting.pop()
        if isinstance(piece, dict):
            total += 2 + 2 * len(piece)
            waiting.extend(piece)
            waiting.extend(piece.values())
        elif isinstance(piece, list | tuple):
            total += 2 + len(piece)
            waiting.extend(piece)
        elif isinstance(piece, str):
            total += 2 + len(piece.encode(errors="surrogatepass"))
        else:
            total += piece.bit_length() // 3 + 1 if isinstance(piece, int) else len(repr(piece))
    return total
